"""When an athlete may be back: a range from the club's own earlier cases, and nothing with fewer than twenty of them.

docs/indices.md §5.9. The cases are those whose full record the reader may see at that look, so that a range tells
nothing of anybody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from chassis.text import counted, date_range, plural
from client.health.episodes import Episode
from client.health.problem_words import InjuryArea

LEAST_CASES: Final = 20  # ours: below it the ends of a range are single cases
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True, slots=True)
class ExpectedReturn:
    """A range of days: in 8 of 10 of the earlier cases the return fell inside."""

    first: date
    middle: date
    last: date
    cases: int

    @property
    def words(self) -> str:
        """The range with what it rests on."""
        return f"{date_range(self.first, self.last)}, from {plural(self.cases, 'earlier case', 'earlier cases')}"


@dataclass(frozen=True, slots=True)
class NoRange:
    """Why there is no range, in one sentence."""

    words: str


def expected_return(one: Episode, known: Iterable[Episode], today: date) -> ExpectedReturn | NoRange:
    """Return when this episode may end. known: of anybody, as far as the reader may see them.

    Of the earlier cases of the same area and type that have ended, those count that lasted at least as long as this one
    has; the range is from their 10 % to their 90 % quantile, counted from the onset.
    """
    if one.type is None or one.area is InjuryArea.UNSPECIFIED:
        return NoRange("No range: the body area or the type of this episode is not recorded.")
    so_far = (today - one.began).days
    lasted = [_length(other) for other in known if _is_earlier_like(other, one)]
    longer = np.array([days for days in lasted if days >= so_far], dtype=np.float64)
    if longer.size < LEAST_CASES:
        there = f"{counted(int(longer.size), 'such case')} {'is' if longer.size == 1 else 'are'}"
        return NoRange(
            f"No range: it needs {LEAST_CASES} earlier cases of this area and type that lasted as long; {there} here."
        )
    low, middle, high = np.quantile(longer, (LOW, MIDDLE, HIGH))
    return ExpectedReturn(
        one.began + timedelta(days=int(np.floor(low))),
        one.began + timedelta(days=int(np.round(middle))),
        one.began + timedelta(days=int(np.ceil(high))),
        int(longer.size),
    )


def _is_earlier_like(other: Episode, one: Episode) -> bool:
    is_alike = (other.kind, other.area, other.type) == (one.kind, one.area, one.type)
    return is_alike and not other.is_open and other.began < one.began


def _length(other: Episode) -> int:
    return 0 if other.ended is None else (other.ended - other.began).days
