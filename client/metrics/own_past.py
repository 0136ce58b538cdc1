"""A day against the athlete's own past, for all days at once; one day at a time is in `client.features`.

Sources: docs/indices.md §3.4 (band, adjusted z), docs/indices.md §5.1 (robust z), docs/indices.md §4.2 (circular mean).
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from client.features.baseline import BASELINE_D, CLIP, MAD_TO_SD, MIN_VALID
from client.features.hrv_baseline import (
    AUTOCORRELATION,
    BAND_SD,
    MIN_BASELINE,
    MIN_RECENT,
    RECENT_D,
    RED_Z,
    HrvBandStatus,
)
from client.features.hrv_baseline import BASELINE_D as MONTH_D
from client.features.sleep import MIN_NIGHTS
from client.features.windows import known, means, medians, ratio, spreads, sums, windows
from models.arrays import Floats

MIDPOINT_D = 14


def robust_z(series: Floats, *, typical_error: float, sign: int = 1) -> Floats:
    """z of each day against the 28 days before it, (days,), cut to ±3; above 0 is good (docs/indices.md §5.1)."""
    before = windows(series, BASELINE_D, ago=1)
    centre, spread = centre_and_spread(before, typical_error)
    z = np.clip(sign * (series - centre) / spread, -CLIP, CLIP)
    return np.where(known(before) >= MIN_VALID, z, np.nan)


def centre_and_spread(rows: Floats, typical_error: float) -> tuple[Floats, Floats]:
    """Median of each row, and its scaled MAD, no smaller than the typical error, (rows,) each."""
    centre = medians(rows)
    return centre, np.maximum(MAD_TO_SD * medians(np.abs(rows - centre[:, None])), typical_error)


def mean_of_week(series: Floats) -> Floats:
    """Mean of the seven days up to each day, (days,); NaN with fewer than three known ones."""
    weeks = windows(series, RECENT_D)
    return np.where(known(weeks) >= MIN_RECENT, means(weeks), np.nan)


def variation_of_week(series: Floats) -> Floats:
    """Coefficient of variation of the same days in per cent, (days,), n - 1."""
    mean = mean_of_week(series)
    return ratio(100.0 * spreads(windows(series, RECENT_D)), mean, where=mean != 0)


def adjusted_z(lnrmssd: Floats) -> Floats:
    """z of the seven-day mean against the 30 days before them, adjusted for autocorrelation, (days,)."""
    week, month = windows(lnrmssd, RECENT_D), windows(lnrmssd, MONTH_D, ago=RECENT_D)
    inflation = (1 + AUTOCORRELATION) / (1 - AUTOCORRELATION)
    number, before = np.maximum(known(week), 1), np.maximum(known(month), 1)
    error = _month_spread(month) * np.sqrt(inflation * (1 / number + 1 / before))
    change = mean_of_week(lnrmssd) - means(month)
    return ratio(change, error, where=error > 0)


def band_codes(lnrmssd: Floats) -> Mapping[str, NDArray[np.bool_]]:
    """By code, on which days the seven-day mean is below, within or above the band, or suppressed."""
    month, week = windows(lnrmssd, MONTH_D, ago=RECENT_D), mean_of_week(lnrmssd)
    mean, half = means(month), BAND_SD * _month_spread(month)
    low, high = week < mean - half, week > mean + half
    unknown = np.isnan(week) | np.isnan(half)
    masks = {
        HrvBandStatus.BELOW: low,
        HrvBandStatus.ABOVE: high,
        HrvBandStatus.WITHIN: ~(low | high | unknown),
        HrvBandStatus.UNKNOWN: unknown,
    }
    codes = {f"swc_{status.value}": mask for status, mask in masks.items()}
    return codes | {"suppressed": adjusted_z(lnrmssd) < RED_Z}


def midpoint(hours: Floats) -> Floats:
    """Circular mean of the last 14 clock times, (days,), h after midnight; NaN with fewer than five nights."""
    length, angle = _mean_vector(hours)
    return np.where(length < 1e-12, np.nan, angle * 24 / (2 * math.pi) % 24)


def midpoint_sd(hours: Floats) -> Floats:
    """Circular SD of the last 14 clock times, (days,), min; NaN with fewer than five nights."""
    length, _ = _mean_vector(hours)
    with np.errstate(divide="ignore"):
        spread = np.sqrt(np.abs(-2 * np.log(length))) * 24 / (2 * math.pi) * 60
    return np.where(length < 1e-12, np.nan, spread)


def _mean_vector(hours: Floats) -> tuple[Floats, Floats]:
    """Length, at most 1, and angle of the mean vector of the last 14 nights."""
    angles = windows(hours, MIDPOINT_D) * (2 * math.pi / 24)
    number = np.where(known(angles) >= MIN_NIGHTS, known(angles), np.nan)
    sine, cosine = sums(np.sin(angles)) / number, sums(np.cos(angles)) / number
    return np.minimum(np.hypot(sine, cosine), 1.0), np.arctan2(sine, cosine)


def _month_spread(month: Floats) -> Floats:
    return np.where(known(month) >= MIN_BASELINE, spreads(month), np.nan)
