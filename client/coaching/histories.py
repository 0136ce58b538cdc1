"""From an athlete's daily table to the histories that evidence is read from, and to load, plan and availability."""

from dataclasses import replace
from datetime import date

import numpy as np

from client.coaching.domains import Domain
from client.coaching.evidence import Flags
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.features.daily import DailyTable
from client.features.days.instruments import instruments, together
from client.features.load import HARD_SHARE, LEAST_TRAINING_DAYS, LOAD_WINDOW_D, WEEK_D, is_known_enough, last_days
from client.features.morning_answers import MORNING_ITEMS, morning_answers_sum
from client.features.rest import ASSUMED_REST, assumed_in
from models.arrays import Floats

MAJOR_PROBLEM = 2.0  # `injury_status` as the athlete reports it: 0 none, 1 minor, 2 major
PLAN_WEEKS = 4  # ours: the same weekday in the last 28 days
LEAST_PLAN_DAYS = 3  # ours: one of the four weekdays may be unknown


def histories(table: DailyTable) -> dict[Domain, Floats]:
    """Return the daily values of each domain in its trait's unit, (days,), NaN where nothing is known."""
    return {
        Domain.HRV: table.column("lnrmssd"),
        Domain.RESTING_PULSE: table.column("resting_heart_rate"),
        Domain.SLEEP: table.column("sleep_h"),
        Domain.WELLNESS: morning_answers_sum(table),
        Domain.JUMP: table.column("jump_height_cm"),
    }


def domain_instruments(table: DailyTable) -> dict[Domain, Floats]:
    """Return which instrument measured each day of `histories`, (days,), NaN where there was one or it is unknown."""
    return {
        Domain.HRV: instruments(table.column, "lnrmssd"),
        Domain.RESTING_PULSE: instruments(table.column, "resting_heart_rate"),
        Domain.SLEEP: instruments(table.column, "sleep_h"),
        Domain.WELLNESS: together([instruments(table.column, name) for name in MORNING_ITEMS]),
        Domain.JUMP: instruments(table.column, "jump_height_cm"),
    }


def flags_on(table: DailyTable, index: int) -> Flags:
    """Return what the athlete reported that day: a major problem stops the session."""
    return Flags(pain=bool(table.column("injury_status")[index] == MAJOR_PROBLEM))


def availability_on(table: DailyTable, index: int) -> str | None:
    """Return "full", "restricted" or "out" as the club recorded it for that day; None where it did not."""
    lost, away, share = (table.column(name)[index] for name in ("time_loss", "absence", "availability"))
    if lost == 1.0 or away == 1.0 or share == 0.0:
        return "out"
    if share == 0.5:
        return "restricted"
    return "full" if share == 1.0 or lost == 0.0 else None


def is_load_known(table: DailyTable, index: int) -> bool:
    """True if 6 of the 7 and 24 of the 28 days before that day have a known load; else nothing is said of load."""
    before = table.column("load_au")[:index]
    return all(is_known_enough(last_days(before, days)) for days in (WEEK_D, LOAD_WINDOW_D))


def is_rest_assumed(table: DailyTable, index: int) -> bool:
    """True if one of the 28 days before is rest by the athlete's rest rule alone: what is said of load rests on it."""
    return assumed_in(table.column(ASSUMED_REST)[max(0, index - LOAD_WINDOW_D) : index])


def days_since_hard(table: DailyTable, index: int) -> int | None:
    """Days since the last load at or above the own 75th percentile of the training days of four weeks.

    None with too few known days (`is_load_known`), or where a day since then is unknown and may have been harder.
    """
    past = table.column("load_au")[max(0, index - LOAD_WINDOW_D) : index]
    trained = past[np.isfinite(past) & (past > 0)]
    if trained.size < LEAST_TRAINING_DAYS or not is_load_known(table, index):
        return None
    hard = np.flatnonzero(past >= np.quantile(trained, HARD_SHARE))
    return int(past.size - hard[-1]) if np.isfinite(past[hard[-1] :]).all() else None


def largest_own_day(table: DailyTable, index: int) -> float | None:
    """Return the largest load of one day in the four weeks before, in AU; None with too few known days.

    Too few is as in `is_load_known`. It is 0 where every known day was without training: then any plan is above it.
    """
    past = table.column("load_au")[max(0, index - LOAD_WINDOW_D) : index]
    return float(np.nanmax(past)) if is_load_known(table, index) else None


def own_plan(table: DailyTable, index: int) -> SessionPlan:
    """Return the plan that stands in when none is set: the own mean of this weekday over the last four weeks.

    None with too few known days (`is_load_known`) or with fewer than three of the four weekdays known.
    """
    plan, other = _own_plan(table, index), _own_plan(table.as_one, index)
    return replace(plan, may_count_twice=plan.session is not None and plan.session != other.session)


def _own_plan(table: DailyTable, index: int) -> SessionPlan:
    days = [index - 7 * week for week in range(1, PLAN_WEEKS + 1) if index >= 7 * week]
    loads = table.column("load_au")[days]
    known = loads[np.isfinite(loads)]
    if known.size < LEAST_PLAN_DAYS or not is_load_known(table, index):
        return SessionPlan(None, PlanSource.NONE)
    mean = float(known.mean())
    session = TrainingSession(max(float(round(mean)), 1.0) if mean > 0 else 0.0)  # 0 is said of no training alone
    return SessionPlan(session, PlanSource.OWN_MEAN, assumed_rest=is_rest_assumed(table, index))


def may_count_twice(table: DailyTable, index: int) -> bool:
    """True where days since the last hard session would be others, were sessions one that may be."""
    return days_since_hard(table, index) != days_since_hard(table.as_one, index)


def index_of(table: DailyTable, day: date) -> tuple[DailyTable, int] | None:
    """Return the table reaching to `day` at least, and the row of that day; None if it begins later or is empty."""
    reaching = table.extended_to(day)
    if not reaching.dates or day < reaching.dates[0]:
        return None
    return reaching, (day - reaching.dates[0]).days
