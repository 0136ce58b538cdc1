"""What is expected of tomorrow's readiness: from an athlete's days and the model that is kept of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from client.features.daily import DailyTable
from client.learning.fitting import days_until
from client.learning.kept_head import KeptHead, ModelSource
from models.arrays import Floats
from models.ewma import expanding_mean
from models.features import RECOVERY_SCHEMA
from models.recovery import LEAST_DAYS, READINESS_HIGH, READINESS_LOW, design
from policies.vocabulary import Category

MOST_DRIVERS: Final = 2
FRESH_D: Final = 2
"""Ours: a model that was fitted longer ago is not used: the node was not running, and nobody has looked after it."""


class MovedBy(StrEnum):
    """What can move the expectation away from the own mean: groups of columns that say nearly the same."""

    TODAY = "today"
    LAST_DAYS = "last_days"
    LAST_WEEKS = "last_weeks"
    MISSING = "missing"
    WEEKDAY = "weekday"


GROUPS: Final[Mapping[MovedBy, tuple[str, ...]]] = {
    MovedBy.TODAY: ("today",),
    MovedBy.LAST_DAYS: ("lag_1", "lag_2", "mean_3d", "ewma_half_life_3d"),
    MovedBy.LAST_WEEKS: ("mean_7d", "mean_28d"),
    MovedBy.MISSING: ("missing_share_7d",),
    MovedBy.WEEKDAY: ("week_sine", "week_cosine"),
}
CATEGORY_OF: Final[Mapping[MovedBy, Category]] = dict.fromkeys(MovedBy, Category.READINESS)
"""Whose days each is made of: it is named only to those who may see that category day by day."""


@dataclass(frozen=True, slots=True)
class ExpectationDriver:
    """What moved the expectation, and by how many points."""

    by: MovedBy
    points: float


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """Expected readiness of tomorrow in points of 0 to 10, with an interval that holds on 80 of 100 such days.

    usual: the athlete's own mean so far. drivers: the two largest, the larger first; none for the own mean.
    """

    expected: float
    low: float
    high: float
    usual: float
    is_probably_below: bool
    drivers: tuple[ExpectationDriver, ...]
    source: ModelSource


def tomorrow(table: DailyTable, day: date, kept: KeptHead | None, *, today: date) -> Tomorrow | None:
    """Return what is expected of the day after `day`; None without an answer that day, 14 known days or a fresh model.

    today: the club's calendar day, which `day` is except in the demo. Tomorrow is probably below usual where two of
    three such days end below the own mean.
    """
    days = days_until(table, day)
    if kept is None or (today - kept.day).days > FRESH_D or day not in table.dates:
        return None
    mean = float(expanding_mean(days.readiness, least=LEAST_DAYS)[-1])
    if np.isnan(mean) or np.isnan(days.readiness[-1]):
        return None
    columns = design(days.readiness, days.weekday).X[-1].astype(np.float64)
    moved = float(np.clip(columns @ kept.weights[:-1] + kept.weights[-1], *_RANGE))
    expected = float(np.clip(mean + moved, READINESS_LOW, READINESS_HIGH))
    low, high = np.clip([expected - kept.within_80, expected + kept.within_80], READINESS_LOW, READINESS_HIGH)
    below = expected <= mean - kept.within_third
    return Tomorrow(expected, float(low), float(high), mean, below, _drivers(columns, kept), kept.source)


_RANGE: Final = (RECOVERY_SCHEMA.target_low, RECOVERY_SCHEMA.target_high)


def _drivers(columns: Floats, kept: KeptHead) -> tuple[ExpectationDriver, ...]:
    if kept.source is ModelSource.OWN_MEAN:
        return ()
    share = dict(zip(RECOVERY_SCHEMA.names, columns * kept.weights[:-1], strict=True))
    found = [ExpectationDriver(by, float(sum(share[name] for name in names))) for by, names in GROUPS.items()]
    return tuple(sorted(found, key=lambda one: -abs(one.points))[:MOST_DRIVERS])
