"""Trailing means of a daily series with gaps: exponentially weighted and rolling. Missing days are never filled."""

import math

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape


def half_life_mean(values: Floats, *, half_life_d: float) -> Floats:
    """Exponentially weighted mean of the observed days up to each day.

    values: (days,), NaN where nothing was observed. Weight halves every `half_life_d` calendar days.
    Returns (days,), NaN before the first observation. Raises BadShape if `half_life_d` is not positive.
    """
    if half_life_d <= 0:
        raise BadShape(f"expected a positive half-life, got {half_life_d}")
    keep = 0.5 ** (1.0 / half_life_d)
    total = weight = 0.0
    means = []
    for value in values.tolist():  # plain numbers: an array's own, one at a time, take several times as long
        total, weight = total * keep, weight * keep
        if not math.isnan(value):
            total, weight = total + value, weight + 1.0
        means.append(total / weight if weight > 0.0 else math.nan)
    return np.array(means, dtype=np.float64)


def rolling_sum_and_count(values: Floats, *, span_d: int) -> tuple[Floats, NDArray[np.int64]]:
    """Sum and number of the observed days among the last `span_d`, today included; both (days,)."""
    if span_d < 1:
        raise BadShape(f"expected a span of at least one day, got {span_d}")
    seen = ~np.isnan(values)
    totals = np.concatenate([[0.0], np.cumsum(np.where(seen, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(seen)]).astype(np.int64)
    last = np.arange(1, len(values) + 1)
    first = np.maximum(last - span_d, 0)
    return totals[last] - totals[first], counts[last] - counts[first]


def rolling_mean(values: Floats, *, span_d: int, least: int = 1) -> Floats:
    """Mean of the observed days among the last `span_d`; NaN where fewer than `least` were observed."""
    total, count = rolling_sum_and_count(values, span_d=span_d)
    return np.where(count >= least, total / np.maximum(count, 1), np.nan)


def expanding_mean(values: Floats, *, least: int = 1) -> Floats:
    """Mean of all observed days so far, today included; NaN where fewer than `least` were observed."""
    return rolling_mean(values, span_d=max(len(values), 1), least=least)


def lagged(values: Floats, days: int) -> Floats:
    """The series `days` ago; NaN where there was none."""
    if days == 0:
        return values.copy()
    return np.concatenate([np.full(min(days, len(values)), np.nan), values[:-days]])
