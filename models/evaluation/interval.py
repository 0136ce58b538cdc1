"""How wide an interval around a prediction has to be: from own misses, and public ones while these are few.

Split conformal prediction (Vovk, Gammerman and Shafer 2005) on the days to learn from, each predicted from the days
before it; the public misses are of the public simulator and weigh as much as a month of own days.
"""

from typing import Final

import numpy as np

from models.arrays import Floats
from models.errors import BadShape

COVERED: Final = 0.8
"""Share of days on which the interval is to hold."""
PUBLIC_DAYS: Final = 30.0
"""Ours: how many own days the public misses weigh as much as."""
PUBLIC_MISSES: Final = (0.05, 0.16, 0.28, 0.40, 0.54, 0.69, 0.87, 1.11, 1.45, 2.21)
"""Middles of tenths of the absolute misses of daily heads in the public worlds, in points; a test measures them."""


def miss_within(misses: Floats, share: float) -> float:
    """The miss that `share` of days stay within. misses: own absolute misses in readiness points, (days,); may be none.

    Raises BadShape for a share that is not between 0 and 1, or a miss that is not a number of at least 0.
    """
    if not 0.0 < share < 1.0 or misses.ndim != 1 or not (np.isfinite(misses) & (misses >= 0.0)).all():
        raise BadShape("expected absolute misses of days and a share between 0 and 1")
    every = np.concatenate([misses, PUBLIC_MISSES])
    weight = np.concatenate([np.ones(misses.size), np.full(len(PUBLIC_MISSES), PUBLIC_DAYS / len(PUBLIC_MISSES))])
    order = np.argsort(every, kind="stable")
    reached = np.cumsum(weight[order]) >= share * weight.sum()
    return float(every[order][int(np.argmax(reached))])
