"""Sleep: debt and regularity. Maker's stages drive nothing (docs/indices.md §4)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from client.features.windows import known, means, sums, windows
from models.arrays import Floats

MINUTES = 1440
DEBT_D = 14
REGULARITY_D = 14  # ours
MIN_NIGHTS = 5

Interval = tuple[datetime, datetime]


def debt_h(sleep_h: Floats, *, need_h: float) -> Floats:
    """Sum over the 14 nights up to each day of need less sleep [h], (days,); NaN unless all 14 are known."""
    nights = windows(sleep_h, DEBT_D)
    return np.where(known(nights) == DEBT_D, DEBT_D * need_h - sums(nights), np.nan)


def minute_grid(intervals: Iterable[Interval], days: Sequence[date]) -> NDArray[np.bool_]:
    """Minutes asleep from noon to noon, (days, 1440): row d ends at noon of `days[d]`.

    intervals: local naive start and end of each sleep. days: consecutive.
    """
    first = datetime(days[0].year, days[0].month, days[0].day, 12) - timedelta(days=1)  # noqa: DTZ001 - local clock
    minutes = np.zeros(len(days) * MINUTES, dtype=bool)
    for interval in intervals:
        start, end = (max(round((moment - first).total_seconds() / 60), 0) for moment in interval)
        minutes[start:end] = True
    return minutes.reshape(len(days), MINUTES)


def agreement(asleep: NDArray[np.bool_], is_known: NDArray[np.bool_]) -> Floats:
    """Share of minutes of each day in which the athlete is as 24 hours before, (days,), 0 to 1.

    asleep: (days, 1440); is_known: (days,), True where the night was recorded. NaN unless both nights were.
    """
    shares = np.full(len(is_known), np.nan)
    pairs = is_known[1:] & is_known[:-1]
    shares[1:][pairs] = np.mean((asleep[1:] == asleep[:-1])[pairs], axis=1)
    return shares


def regularity_index(nights: Floats, shares: Floats) -> Floats:
    """Sleep regularity index over the 14 days up to each day, (days,), -100 to 100.

    nights: NaN where the night was not recorded. shares: `agreement`. NaN with fewer than five nights or no two
    consecutive ones. Somebody who sleeps a random third of the time scores 11, not 0. Source: Phillips et al. 2017.
    """
    enough = known(windows(nights, REGULARITY_D)) >= MIN_NIGHTS
    return np.where(enough, -100.0 + 200.0 * means(windows(shares, REGULARITY_D - 1)), np.nan)
