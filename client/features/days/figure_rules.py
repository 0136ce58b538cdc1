"""What has to be there for a figure to have a value, and how much of it there is on each day."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from client.features.windows import known, windows
from models.arrays import Floats

Counts = NDArray[np.int64]
FindRules = Callable[..., "Sequence[FigureRule]"]
"""From one series (days,) for each column to what is needed."""


class FigureRule(NamedTuple):
    """So many must be there. what: names the number needed; least, known: needed and there, (days,) each."""

    what: Callable[[int], str]
    least: Counts
    known: Counts


class Lack(NamedTuple):
    """What a figure of one day needs and does not have: so many are needed, so many are known."""

    what: str
    least: int
    known: int

    @property
    def text(self) -> str:
        """In words."""
        there = f"{self.known} {'is' if self.known == 1 else 'are'} known" if self.least > 1 else "which is missing"
        return f"needs {self.what}, {there}"


def at_least(least: int, what: str, there: Counts) -> FigureRule:
    """Return the rule that as many of something are needed on every day."""
    return FigureRule(lambda _: what, np.full(len(there), least), there)


def every_day(series: Floats, *, ago: int = 0) -> FigureRule:
    """Return the rule that each day since the first known one is needed, up to the day or so many days before it."""
    is_known = windows(series, 1, ago=ago)[:, 0] if ago else series
    begun = np.cumsum(~np.isnan(is_known)) > 0
    days, there = np.cumsum(begun), np.cumsum(begun & ~np.isnan(is_known))
    return FigureRule(_all_days, np.maximum(days, 1), there.astype(np.int64))


def until_yesterday(series: Floats) -> Sequence[FigureRule]:
    """Each day since the first known one up to the day before is needed."""
    return [every_day(series, ago=1)]


def of_window(series: Floats, least: int, days: int, *, ago: int = 0) -> FigureRule:
    """Return the rule that so many of the days of a window are needed."""
    return at_least(least, _window_words(least, days, ago), known(windows(series, days, ago=ago)))


def no_rules(*_: Floats) -> Sequence[FigureRule]:
    """Nothing more than the days that a figure names itself."""
    return ()


def lacks(rules: Sequence[FigureRule], at: Sequence[int]) -> list[tuple[Lack, ...]]:
    """Return what is missing on each of these days (positions)."""
    parts = [(rule.what, rule.least[at].tolist(), rule.known[at].tolist()) for rule in rules]
    return [
        tuple(Lack(what(least[n]), least[n], there[n]) for what, least, there in parts if there[n] < least[n])
        for n in range(len(at))
    ]


def _all_days(number: int) -> str:
    return "a day with a known load" if number == 1 else f"all {number} days since the first"


def _window_words(least: int, days: int, ago: int) -> str:
    if days == 1:
        return "the day itself"
    return f"{least} of {days} days" if not ago else f"{least} of the {days} days before{_the_last(ago)}"


def _the_last(ago: int) -> str:
    return "" if ago == 1 else f" the last {ago}"
