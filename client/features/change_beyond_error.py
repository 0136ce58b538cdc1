"""Repeated tests: typical error, the smallest change beyond it, and asymmetry.

Sources: Weir 2005 (typical error, smallest detectable change); docs/indices.md §5.3 and docs/indices.md §5.4.
"""

import math

import numpy as np
from numpy.typing import NDArray

from client.features.windows import known, means, spreads, windows
from models.arrays import Floats

TEST_D = 90  # ours: tests of an earlier training state are no baseline
MIN_TESTS = 3  # ours
MIN_REPEATS = 5  # ours: fewer differences give no typical error
MDC95_ERRORS = 1.96 * math.sqrt(2)


def typical_errors(differences: Floats) -> Floats:
    """SD of the differences between test and retest over √2, of each row (rows, pairs), in their unit."""
    return spreads(differences) / math.sqrt(2)


def change(series: Floats) -> Floats:
    """Each test less the mean of those of the 90 days before it, (days,); NaN with fewer than three of them."""
    before = windows(series, TEST_D, ago=1)
    return np.where(known(before) >= MIN_TESTS, series - means(before), np.nan)


def own_typical_error(series: Floats) -> Floats:
    """Typical error from one test to the next within 90 days, (days,); NaN with fewer than five differences."""
    rows = windows(_steps(series), TEST_D)
    return np.where(known(rows) >= MIN_REPEATS, typical_errors(rows), np.nan)


def repeats(series: Floats) -> NDArray[np.int64]:
    """Differences from one test to the next within the 90 days up to each day, (days,)."""
    return known(windows(_steps(series), TEST_D))


def own_mdc95(series: Floats) -> Floats:
    """Smallest change that is beyond error in 95 of 100 pairs of tests, (days,), in the series' unit."""
    return MDC95_ERRORS * own_typical_error(series)


def is_beyond_error(series: Floats) -> dict[str, NDArray[np.bool_]]:
    """By code, on which days the change is larger than the smallest one beyond error."""
    return {"beyond_mdc95": np.abs(change(series)) > own_mdc95(series)}


def asymmetry(left: Floats, right: Floats) -> Floats:
    """(right - left) / larger · 100, in %, (days,): negative where the left side is the stronger."""
    return (right - left) / np.maximum(left, right) * 100.0


def _steps(series: Floats) -> Floats:
    """Difference of each test from the one before it within 90 days, at the later day, (days,)."""
    at = np.flatnonzero(~np.isnan(series))
    found = np.full(len(series), np.nan)
    near = np.diff(at) < TEST_D
    found[at[1:][near]] = np.diff(series[at])[near]
    return found
