"""lnRMSSD against the athlete's own month: a 7-day mean beside the smallest worthwhile change.

The half-SD band alone calls 12 to 23 % of unremarkable weeks low, so a second test adjusts for
autocorrelation; only that one may weigh heavily. Source: docs/indices.md §3.4.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.arrays import Floats

RECENT_D, BASELINE_D = 7, 30
MIN_RECENT, MIN_BASELINE = 3, 14  # valid days: Plews et al. 2014, and ours
BAND_SD = 0.5  # smallest worthwhile change: Vesterinen et al. 2016
# Ours: lag-1 autocorrelation of daily lnRMSSD, above the .07 to .24 seen in three people (docs/indices.md §3.4).
AUTOCORRELATION = 0.3
RED_Z = -1.96


class HrvBandStatus(StrEnum):
    """Where the week stands against the band."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HrvBaseline:
    """recent_mean over 7 days; mean, sd (ddof 1) and band of the 30 days before them, in ln ms.

    z: autocorrelation-adjusted; is_suppressed: z below -1.96. cv: 7-day coefficient of variation [%].
    """

    status: HrvBandStatus
    recent_mean: float | None
    recent_n: int
    mean: float | None
    sd: float | None
    band: tuple[float, float] | None
    baseline_n: int
    z: float | None
    cv: float | None

    @property
    def is_suppressed(self) -> bool:
        """True when the week is low beyond what chance and autocorrelation explain."""
        return self.z is not None and self.z < RED_Z


def hrv_baseline(lnrmssd: Floats) -> HrvBaseline:
    """Compare the last 7 entries of `lnrmssd` (days,) [ln ms, NaN where missing] with the 30 before them."""
    recent, before = _valid(lnrmssd[-RECENT_D:]), _valid(lnrmssd[-RECENT_D - BASELINE_D : -RECENT_D])
    week = float(recent.mean()) if len(recent) >= MIN_RECENT else None
    cv = 100.0 * float(recent.std(ddof=1)) / week if week else None
    if len(before) < MIN_BASELINE:
        return HrvBaseline(HrvBandStatus.UNKNOWN, week, len(recent), None, None, None, len(before), None, cv)
    mean, sd = float(before.mean()), float(before.std(ddof=1))
    band = (mean - BAND_SD * sd, mean + BAND_SD * sd)
    if week is None:
        return HrvBaseline(HrvBandStatus.UNKNOWN, None, len(recent), mean, sd, band, len(before), None, None)
    return HrvBaseline(
        _status(week, band), week, len(recent), mean, sd, band, len(before), _z(week, mean, sd, recent, before), cv
    )


def _z(week: float, mean: float, sd: float, recent: Floats, before: Floats) -> float | None:
    inflation = (1 + AUTOCORRELATION) / (1 - AUTOCORRELATION)
    error = sd * math.sqrt(inflation * (1 / len(recent) + 1 / len(before)))
    return (week - mean) / error if error > 0 else None


def _status(week: float, band: tuple[float, float]) -> HrvBandStatus:
    if week < band[0]:
        return HrvBandStatus.BELOW
    return HrvBandStatus.ABOVE if week > band[1] else HrvBandStatus.WITHIN


def _valid(values: Floats) -> Floats:
    return values[~np.isnan(values)]
