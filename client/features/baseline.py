"""Every reading against the athlete's own recent weeks, with a median that one bad night cannot move.

Sources: docs/indices.md §5.1 (robust z); the sum of the answers follows McLean et al. 2010.
"""

from collections.abc import Mapping

import numpy as np

from models.arrays import Floats

BASELINE_D = 28
MIN_VALID = 14
MAD_TO_SD = 1.4826  # for a normal distribution
CLIP = 3.0
WELLNESS_ITEMS = ("fatigue", "sleep_quality", "soreness", "stress", "mood")  # McLean et al. 2010: 1 to 5, 5 is best
ITEM_TYPICAL_ERROR = 0.5  # ours: half a step of a five-step item


def robust_z(series: Floats, *, typical_error: float, sign: int = 1) -> float | None:
    """z of the last entry of `series` (days,) against the 28 days before it, clipped to ±3; positive is good.

    sign: +1 when higher is good. typical_error: floor of the spread, in the series' unit.
    None when today is missing or fewer than 14 of the 28 days are known.
    """
    if not len(series) or np.isnan(series[-1]):
        return None
    before = series[:-1][-BASELINE_D:]
    before = before[~np.isnan(before)]
    if len(before) < MIN_VALID:
        return None
    centre = float(np.median(before))
    spread = max(MAD_TO_SD * float(np.median(np.abs(before - centre))), typical_error)
    return float(np.clip(sign * (float(series[-1]) - centre) / spread, -CLIP, CLIP))


def wellness_sum(items: Mapping[str, Floats]) -> Floats:
    """Sum of the five items per day (days,), 5 to 25, higher is better; NaN unless all five were answered."""
    total: Floats = np.sum([items[name] for name in WELLNESS_ITEMS], axis=0)
    return total
