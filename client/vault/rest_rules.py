"""Each athlete's rule of rest days, sealed with their key and erased with it."""

from client.biometrics.rest_rule import EXPLICIT, RestRule
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_PLACE = b"rest"


def rest_rule(vault: Vault, athlete: AthleteId) -> RestRule:
    """Return the athlete's rule; `explicit` until another is set. Raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM rest_rule WHERE athlete = ?", (number,)).fetchone()
    return EXPLICIT if row is None else RestRule.of(*seal.open(row[0], _PLACE).decode().split())


def set_rest_rule(vault: Vault, athlete: AthleteId, rule: RestRule) -> None:
    """Replace the athlete's rule; raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    with database.transaction() as connection:
        row = (number, seal.close(rule.text.encode(), _PLACE))
        connection.execute("INSERT OR REPLACE INTO rest_rule (athlete, sealed) VALUES (?, ?)", row)
