"""Performance-management chart: slow and fast averages of load, and their difference from yesterday.

Not validated across sports; after 84 days 13.5 % of the start value is still in it (docs/indices.md §2.8).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.arrays import Floats

SLOW_D, FAST_D = 42.0, 7.0


class Dialect(StrEnum):
    """Two decays in use: exp is exact (GoldenCheetah), inverse its first-order form."""

    EXP = "exp"
    INVERSE = "1/tau"


@dataclass(frozen=True, slots=True)
class Balance:
    """Chronic (CTL) and acute (ATL) load of the last day; TSB of that morning is yesterday's CTL less ATL."""

    ctl: float
    atl: float
    tsb: float
    tsb_same_day: float


def balance(load: Floats, dialect: Dialect) -> Balance | None:
    """Chart values on the last day, started at 0; None when any day is missing or there are fewer than two."""
    if len(load) < 2 or np.isnan(load).any():
        return None
    slow, fast = _averages(load, SLOW_D, dialect), _averages(load, FAST_D, dialect)
    return Balance(slow[-1], fast[-1], slow[-2] - fast[-2], slow[-1] - fast[-1])


def _averages(load: Floats, tau_d: float, dialect: Dialect) -> list[float]:
    weight = 1.0 - math.exp(-1.0 / tau_d) if dialect is Dialect.EXP else 1.0 / tau_d
    level, levels = 0.0, []
    for today in load:
        level += weight * (float(today) - level)
        levels.append(level)
    return levels
