"""What one figure is: columns, window, unit, method, and how its whole series is computed at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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


def _no_codes(*_: Floats) -> Codes:
    return {}


@dataclass(frozen=True, slots=True)
class DailyMetric:
    """One figure over the last `days` entries of its columns; the known days of the first column are counted.

    constants: what else the value depends on. reach: entries before and with the day that it depends on; None for the
    whole history. fades: True where every earlier day keeps some weight. Names and units: docs/indices.md §1.3.
    """

    name: str
    columns: tuple[str, ...]
    unit: str
    days: int
    compute: Compute
    reach: int | None = None
    method: str = ""
    codes: FindCodes = field(default=_no_codes)
    version: int = 1
    constants: tuple[float | None, ...] = ()
    fades: bool = False

    @property
    def method_id(self) -> str:
        """Name of the method; that of the figure where there is only one."""
        return self.method or self.name
