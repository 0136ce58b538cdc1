"""Sleep: efficiency, midpoint, debt and regularity. Maker's stages drive nothing (docs/indices.md §4)."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats

MINUTES = 1440
DEBT_D = 14
MIN_NIGHTS = 5

Interval = tuple[datetime, datetime]


def efficiency(asleep_min: float, in_bed_min: float) -> float | None:
    """Minutes asleep per minutes in bed, in per cent; None without time in bed."""
    return 100.0 * asleep_min / in_bed_min if in_bed_min > 0 else None


def midpoint(hours: Floats) -> tuple[float, float] | None:
    """Circular mean [h after midnight, 0 to 24) and circular SD [min] of clock times `hours`, NaN left out.

    None with fewer than five nights. SD is √(−2 ln R), so that 23:48 and 00:18 are half an hour apart.
    Source: Mardia and Jupp 2000.
    """
    known = hours[~np.isnan(hours)]
    if len(known) < MIN_NIGHTS:
        return None
    angles = known * (2 * math.pi / 24)
    sine, cosine = float(np.mean(np.sin(angles))), float(np.mean(np.cos(angles)))
    length = min(math.hypot(sine, cosine), 1.0)
    if length < 1e-12:
        return None
    mean = math.atan2(sine, cosine) * 24 / (2 * math.pi) % 24
    return mean, math.sqrt(-2 * math.log(length)) * 24 / (2 * math.pi) * 60


def debt_h(sleep_h: Floats, *, need_h: float) -> float | None:
    """Sum over the last 14 nights of need less sleep [h]; None unless all 14 are known. Need is the athlete's."""
    nights = sleep_h[-DEBT_D:]
    return float(np.sum(need_h - nights)) if len(nights) == DEBT_D and not np.isnan(nights).any() else None


def minute_grid(intervals: Mapping[date, Sequence[Interval]], days: Sequence[date]) -> NDArray[np.bool_]:
    """Minutes asleep from noon to noon, (days, 1440): row d ends at noon of `days[d]`.

    intervals: local naive start and end of each sleep, by the day of waking up.
    """
    grid = np.zeros((len(days), MINUTES), dtype=bool)
    for row, day in enumerate(days):
        noon = datetime(day.year, day.month, day.day, 12) - timedelta(days=1)  # noqa: DTZ001 - local clock time
        for start, end in intervals.get(day, ()):
            first, last = (round((moment - noon).total_seconds() / 60) for moment in (start, end))
            grid[row, min(max(first, 0), MINUTES) : min(max(last, 0), MINUTES)] = True
    return grid


def regularity_index(asleep: NDArray[np.bool_], known: NDArray[np.bool_]) -> float | None:
    """Sleep regularity index, −100 to 100: how often two consecutive days agree minute by minute.

    asleep: (days, 1440); known: (days,), True where the night was recorded. None with fewer than five nights
    or no two consecutive ones. Somebody who sleeps a random third of the time scores 11, not 0.
    Source: Phillips et al. 2017.
    """
    pairs = known[1:] & known[:-1]
    if int(known.sum()) < MIN_NIGHTS or not pairs.any():
        return None
    agree = float(np.mean((asleep[1:] == asleep[:-1])[pairs]))
    return -100.0 + 200.0 * agree
