"""The calibrated synthetic league: invented athletes whose days behave like published squads. Never real data.

Every figure comes from published data sets (docs/indices.md §12) or says that it is ours.
The simulator is public: fitting or tuning on it costs no privacy. Its default world holds no relation between
acute:chronic load ratio and injury; the planted signal is small on purpose, as in the literature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.arrays import Floats
from models.errors import BadShape
from models.synthetic.days import World, simulate

FIRST_DAY = date(2025, 10, 1)
_FIRST_NAMES = (
    "Ada Alva Bea Cleo Dina Edda Elin Enya Fay Gia Hedda Ida Ines Iris Jana Juno Kaia Lea Liv Lou Maja Mara Mina Nell "
    "Nora Oda Ona Pia Ria Runa Saga Signe Siri Sol Tara Thea Tova Una Vera Ylva"
).split()
_LAST_NAMES = (
    "Alder Ashby Barlow Birk Brandt Coyle Dahl Dorn Eklund Farrow Finch Gale Hale Heath Holt Ivers Juhl Kerr Lark "
    "Linde Lund Marsh Moss Nash Nyberg Oak Penn Quill Reed Rowan Sand Skov Stone Thorn Vale Vance Wolden Wren"
    " Yates Zell"
).split()


@dataclass(frozen=True, slots=True)
class SyntheticAthlete:
    """One invented athlete: columns named as in the node's daily table, (days,), NaN where nothing was recorded."""

    name: str
    club: str
    shirt_no: int
    is_minor: bool
    daily: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class SyntheticLeague:
    """A whole league; day 0 of every column is `first_day`."""

    seed: int
    first_day: date
    days: int
    athletes: tuple[SyntheticAthlete, ...]

    def squad(self, club: str) -> tuple[SyntheticAthlete, ...]:
        """The athletes of one club, by shirt number."""
        return tuple(one for one in self.athletes if one.club == club)

    @property
    def weekday(self) -> np.typing.NDArray[np.int64]:
        """Weekday of each day, 0 is Monday."""
        return weekdays(self.first_day, self.days)


def weekdays(first_day: date, days: int) -> np.typing.NDArray[np.int64]:
    """Weekday of `days` consecutive days, 0 is Monday."""
    return (np.arange(days) + first_day.weekday()) % 7


def synthetic_league(
    seed: int,
    clubs: Sequence[str],
    athletes_per_club: int,
    days: int,
    *,
    last_day: date | None = None,
    world: World | None = None,
) -> SyntheticLeague:
    """Simulate a league. The same arguments give the same league; a club does not depend on the clubs beside it.

    last_day: the day of the newest record (default: a fixed day in 2026). Raises BadShape below 28 days or
    one athlete.
    """
    if days < 28 or athletes_per_club < 1 or not clubs:
        raise BadShape("expected at least one club, one athlete a club and 28 days")
    first_day = FIRST_DAY if last_day is None else last_day - timedelta(days=days - 1)
    rngs = [np.random.default_rng([seed, place]) for place in range(len(clubs))]
    played = simulate(rngs, world or World(), athletes_per_club, weekdays(first_day, days))
    squads = [_squad(*one, athletes_per_club) for one in zip(rngs, clubs, played, strict=True)]
    return SyntheticLeague(seed, first_day, days, tuple(one for squad in squads for one in squad))


def _squad(rng: np.random.Generator, club: str, columns: Mapping[str, Floats], athletes: int) -> list[SyntheticAthlete]:
    names = _names(rng, athletes)
    shirts = 1 + rng.permutation(max(athletes, 30))[:athletes]
    youngest = int(rng.integers(athletes)) if athletes >= 10 else -1  # ours: one minor in a full squad
    squad = [
        SyntheticAthlete(
            name=names[row],
            club=club,
            shirt_no=int(shirts[row]),
            is_minor=row == youngest,
            daily={name: values[row] for name, values in columns.items()},
        )
        for row in range(athletes)
    ]
    return sorted(squad, key=lambda one: one.shirt_no)


def _names(rng: np.random.Generator, athletes: int) -> list[str]:
    pairs = rng.permutation(len(_FIRST_NAMES) * len(_LAST_NAMES))
    chosen = [divmod(int(pairs[row % len(pairs)]), len(_LAST_NAMES)) for row in range(athletes)]
    return [f"{_FIRST_NAMES[first]} {_LAST_NAMES[last]}" for first, last in chosen]
