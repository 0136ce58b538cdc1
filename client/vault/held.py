"""Which readings of an import the vault holds already, asked before they are stored."""

from collections.abc import Sequence

from client.biometrics.observations import Observation
from client.vault.codec import natural_key
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_AT_ONCE = 500  # below SQLite's least bound on the parameters of one statement (999)


def held_before(vault: Vault, athlete: AthleteId, observations: Sequence[Observation]) -> list[bool]:
    """Return for each reading whether the same reading (`natural_key`) is stored, whatever its value."""
    database, number, seal = vault.seal_of(athlete)
    keys = [seal.row_key(natural_key(observation)) for observation in observations]
    wanted = list(dict.fromkeys(keys))
    held: set[bytes] = set()
    with database.reading() as connection:
        for first in range(0, len(wanted), _AT_ONCE):
            part = wanted[first : first + _AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT key FROM observation WHERE athlete = ? AND key IN ({marks})"  # noqa: S608 - marks only
            held.update(key for (key,) in connection.execute(query, (number, *part)))
    return [key in held for key in keys]


def repeated(observations: Sequence[Observation]) -> list[bool]:
    """Return for each reading whether the same reading stands before it in the sequence."""
    seen: set[bytes] = set()
    found = []
    for observation in observations:
        key = natural_key(observation)
        found.append(key in seen)
        seen.add(key)
    return found
