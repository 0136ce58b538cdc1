"""What one figure is: columns, window, unit, method, and how its whole series is computed at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from client.features.days.figure_rules import FigureRule, FindRules, at_least, every_day, no_rules, of_window
from models.arrays import Floats

Compute = Callable[..., Floats]
"""From one series (days,) for each column to the figure of each day (days,), NaN where it is undefined.

The value of a day rests on that day and days before it, never on a later one.
"""
Codes = Mapping[str, NDArray[np.bool_]]
"""By quality code: on which days (days,) it stands."""
FindCodes = Callable[..., Codes]
AU = "{AU}"


def as_it_is(series: Floats) -> Floats:
    """The column itself: the figure of a day is that day's."""
    return series


def no_codes(*_: Floats) -> Codes:
    """No code but those that every figure may have."""
    return {}


class Need(NamedTuple):
    """So many days of the first column must be known, of the `days` days that end `ago` days before the day."""

    least: int
    days: int
    ago: int = 0


@dataclass(frozen=True, slots=True)
class DailyMetric:
    """One figure over the last `days` entries of its columns; the known days of the first column are counted.

    constants: what else the value depends on. reach: entries before and with the day that it depends on; None for the
    whole history. fades: True where every earlier day keeps some weight. Names and units: docs/indices.md §1.3.
    needs, history_d, is_unbroken: which days must be known for a value: so many of a window, one as long ago as that,
    every one since the first; more: what else must be there. They say why there is none, and what is missing; the value
    itself is `compute`'s.
    """

    name: str
    columns: tuple[str, ...]
    unit: str
    days: int
    compute: Compute
    reach: int | None = None
    method: str = ""
    codes: FindCodes = field(default=no_codes)
    version: int = 1
    constants: tuple[float | None, ...] = ()
    fades: bool = False
    needs: tuple[Need, ...] = ()
    history_d: int = 0
    is_unbroken: bool = False
    more: FindRules = field(default=no_rules)

    @property
    def method_id(self) -> str:
        """Name of the method; that of the figure where there is only one."""
        return self.method or self.name

    def rules(self, *series: Floats) -> Sequence[FigureRule]:
        """Return what is needed on each day; series: each column (days,). Of a figure that names nothing, the day."""
        found = [of_window(series[0], need.least, need.days, ago=need.ago) for need in self.needs]
        if self.history_d:
            days = np.cumsum(np.cumsum(~np.isnan(series[0])) > 0, dtype=np.int64)
            found.append(at_least(self.history_d, f"{self.history_d} days since the first", days))
        found += [every_day(series[0])] if self.is_unbroken else []
        found += self.more(*series)
        return found or [of_window(series[0], 1, 1)]
