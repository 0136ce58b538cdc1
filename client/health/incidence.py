"""How often injuries came and what they cost, per 1,000 hours of exposure, with exact Poisson intervals.

Source: Bahr et al. 2020 for the figures, Garwood 1936 (Biometrika 28:437) for the interval; docs/indices.md §5.10.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from client.biometrics.health_episodes import ProblemKind
from client.features.daily import DailyTable
from client.features.day_derived import TRAINED_MIN
from client.features.load import exposure_h
from client.health.episodes import Episode
from models.arrays import Floats

PER_HOURS: Final = 1000.0
WINDOW_D: Final = 365
LEAST_HOURS: Final = 100.0  # ours: below it one injury more changes the figure by 10 and more
LEAST_EXPOSURE_D: Final = 28  # ours: of an athlete with fewer known days nothing counts
CONFIDENCE: Final = 0.95
_HALVINGS: Final = 80


@dataclass(frozen=True, slots=True)
class Exposed:
    """What one athlete was exposed to in the window, and what it cost. injuries: with onset while exposure is known."""

    hours: float
    injuries: int
    days_lost: int


@dataclass(frozen=True, slots=True)
class Incidence:
    """Figures of several athletes. low, high: 95 % interval of `rate`; the burden's is that of the number of injuries,
    with the days that each cost taken as they were.
    """

    athletes: int
    hours: float
    injuries: int
    days_lost: int
    rate: float
    low: float
    high: float
    burden: float
    burden_low: float | None
    burden_high: float | None


def exposed(table: DailyTable, found: Sequence[Episode], today: date) -> Exposed | None:
    """Return what one athlete's last 365 days hold; None with fewer than 28 days of known exposure.

    An injury counts where its onset lies between the first and the last day of known exposure in the window, and it
    cost at least one day; so do all of its days up to `today`.
    """
    hours = {
        day: value
        for day, value in zip(table.dates, _hours(table), strict=True)
        if today - timedelta(days=WINDOW_D) < day <= today and math.isfinite(value)
    }
    if len(hours) < LEAST_EXPOSURE_D:
        return None
    first, last = min(hours), max(hours)
    costing = [
        one.days(today)
        for one in found
        if one.kind is ProblemKind.INJURY and first <= one.began <= last and one.days(today) > 0
    ]
    return Exposed(float(np.sum(list(hours.values()))), len(costing), sum(costing))


def _hours(table: DailyTable) -> Floats:
    return exposure_h(*(table.column(name) for name in ("session_duration_min", TRAINED_MIN, "load_au")))


def incidence(of: Iterable[Exposed]) -> Incidence | None:
    """Return the figures of several athletes together; None below 100 hours."""
    every = list(of)
    hours = sum(one.hours for one in every)
    if hours < LEAST_HOURS:
        return None
    injuries, days = sum(one.injuries for one in every), sum(one.days_lost for one in every)
    low, high = poisson_interval(injuries)
    per, mean = PER_HOURS / hours, days / injuries if injuries else None
    return Incidence(
        athletes=len(every),
        hours=hours,
        injuries=injuries,
        days_lost=days,
        rate=injuries * per,
        low=low * per,
        high=high * per,
        burden=days * per,
        burden_low=None if mean is None else low * mean * per,
        burden_high=None if mean is None else high * mean * per,
    )


def poisson_interval(events: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact interval of a Poisson mean from one count (Garwood 1936).

    The lower end is the mean at which so many events or more come with half of what is left; the upper end the one at
    which so many or fewer do.
    """
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if events == 0 else _mean_where(events - 1, 1.0 - tail)
    return low, _mean_where(events, tail)


def _mean_where(events: int, probability: float) -> float:
    """The mean at which `events` or fewer come with this probability, which falls with the mean: found by halving."""
    low, high = 0.0, 10.0 + 2.0 * events + 10.0 * math.sqrt(events + 1.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _at_most(events, middle) > probability else (low, middle)
    return (low + high) / 2.0


def _at_most(events: int, mean: float) -> float:
    """Probability of at most `events` events of a Poisson mean."""
    if mean <= 0.0:
        return 1.0
    logs = [number * math.log(mean) - mean - math.lgamma(number + 1) for number in range(events + 1)]
    return math.fsum(math.exp(value) for value in logs)
