"""Today's session as load: effort, minutes and their product, and how each level makes it lighter."""

import math
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from client.coaching.regression import Level
from client.errors import ClientError

EASY_RPE = 4.0  # below the first ventilatory threshold: Seiler and Kjerland 2006
LARGEST_LOAD_AU = 9000.0
MOST_MINUTES = 600.0
ROUNDING = 1e-9  # 0.7 times 480 is 336, whatever binary fractions make of it


class BadPlan(ClientError, ValueError):
    """A session that cannot be: negative load, effort above 10, or parts that do not multiply to the load."""


class PlanSource(StrEnum):
    """Where today's planned load comes from."""

    SET = "set"
    OWN_MEAN = "own_mean"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TrainingSession:
    """A session's load in AU (session RPE 0 to 10 times minutes); effort and minutes where they are known."""

    load_au: float
    rpe: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.load_au <= LARGEST_LOAD_AU:
            raise BadPlan(f"expected a load from 0 to {LARGEST_LOAD_AU:.0f} AU")
        if self.rpe is not None and not 0 <= self.rpe <= 10:
            raise BadPlan("expected an effort from 0 to 10")
        if self.minutes is not None and not 0 <= self.minutes <= MOST_MINUTES:
            raise BadPlan(f"expected a duration from 0 to {MOST_MINUTES:.0f} minutes")

    @classmethod
    def of(cls, *, rpe: float, minutes: float) -> "TrainingSession":
        """The session of this effort and duration."""
        return cls(rpe * minutes, rpe, minutes)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What is planned for one athlete today, and where the figure comes from.

    assumed_rest: the figure rests on a day that is rest only by the athlete's rest rule. may_count_twice: it would be
    another, were sessions one that may be; whether they are was asked and not answered. starts: local time, where the
    plan says it; a decision can be taken back until then. cap_au: the largest load that a limit leaves today;
    uncapped_au: what was planned, where that is more.
    """

    session: TrainingSession | None
    source: PlanSource
    title: str = ""
    match_day: bool = False
    assumed_rest: bool = False
    may_count_twice: bool = False
    starts: time | None = None
    cap_au: float | None = None
    uncapped_au: float | None = None

    def capped(self, cap_au: float | None) -> "SessionPlan":
        """Return the plan with the same work made shorter, down to `cap_au` where it is above; None is no cap."""
        if cap_au is None or self.session is None or self.session.load_au <= cap_au:
            return replace(self, cap_au=cap_au)
        shorter = shortened_to(self.session, cap_au)
        return replace(self, session=shorter, cap_au=cap_au, uncapped_au=self.session.load_au)


def above_cap(load_au: float, cap_au: float) -> str:
    """Return the sentence that refuses a load above what a limit leaves, with both numbers."""
    return f"{load_au:,.0f} AU is above the stated limit of {cap_au:,.0f} AU"


def lighter(planned: TrainingSession, level: Level, multiplier: float) -> TrainingSession:
    """Return the session that `level` proposes; its load is at most `multiplier` of the plan, never above it.

    Caution shortens the same work; regress caps the effort at 4 and gives the minutes that the load allows.
    """
    load = planned.load_au * min(multiplier, 1.0)
    if multiplier >= 1.0:
        return planned
    if multiplier <= 0.0:
        return TrainingSession(0.0)
    if planned.rpe is None or planned.minutes is None or planned.rpe <= 0:
        return TrainingSession(float(math.floor(load)))
    rpe = min(planned.rpe, EASY_RPE) if level >= Level.REGRESS else planned.rpe
    return _of_at_most(planned, load, rpe)


def shortened_to(planned: TrainingSession, largest_au: float) -> TrainingSession:
    """Return the same work, shorter, with a load of at most `largest_au`, in whole AU and minutes."""
    load = min(planned.load_au, largest_au)
    if planned.rpe is None or planned.minutes is None or planned.rpe <= 0:
        return TrainingSession(float(math.floor(load + ROUNDING)))
    return _of_at_most(planned, load, planned.rpe)


def _of_at_most(planned: TrainingSession, load: float, rpe: float) -> TrainingSession:
    whole = min(float(math.floor(load + ROUNDING)), planned.load_au)
    return TrainingSession(whole, rpe, min(float(math.floor(load / rpe + ROUNDING)), MOST_MINUTES))
