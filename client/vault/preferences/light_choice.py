"""What each athlete leaves out of their own light, sealed with their key and erased with it.

Every choice is kept with the day from which it counts: a past morning is told as it was.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category

_PLACE = b"light choice"


@dataclass(frozen=True, slots=True)
class LightChoice:
    """From the morning of `begins` on, the light is computed without these."""

    begins: date
    without: frozenset[Category]


def light_choices(vault: Vault, athlete: AthleteId) -> list[LightChoice]:
    """Return the athlete's choices, the oldest first; raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        row = connection.execute("SELECT sealed FROM light_choice WHERE athlete = ?", (number,)).fetchone()
    return [] if row is None else [_choice(*one) for one in json.loads(seal.open(row[0], _PLACE))]


def set_light_choices(vault: Vault, athlete: AthleteId, choices: Sequence[LightChoice]) -> None:
    """Replace the athlete's choices, the oldest first; raises UnknownAthlete or AthleteErased."""
    database, number, seal = vault.seal_of(athlete)
    plain = json.dumps([[one.begins.isoformat(), sorted(one.without)] for one in choices]).encode()
    with database.transaction() as connection:
        row = (number, seal.close(plain, _PLACE))
        connection.execute("INSERT OR REPLACE INTO light_choice (athlete, sealed) VALUES (?, ?)", row)


def _choice(begins: str, without: Sequence[str]) -> LightChoice:
    return LightChoice(date.fromisoformat(begins), frozenset(map(Category, without)))
