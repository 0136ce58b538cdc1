"""From an athlete's daily table to the histories that evidence is read from, and to load, plan and availability."""

from datetime import date

import numpy as np

from client.coaching.domains import Domain
from client.coaching.evidence import Flags
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.features.daily import DailyTable
from client.features.days.instruments import instruments, together
from models.arrays import Floats

WELLNESS_ITEMS = ("fatigue", "mood", "soreness", "stress")  # each 1 to 5, 5 is best
MAJOR_PROBLEM = 2.0  # `injury_status` as the athlete reports it: 0 none, 1 minor, 2 major
PLAN_WEEKS = 4  # ours: the same weekday in the last 28 days
LEAST_PLAN_DAYS = 2
HARD_QUANTILE = 0.75  # ours: own 75th percentile; docs/indices.md §7.5
HARD_WINDOW = 28


def histories(table: DailyTable) -> dict[Domain, Floats]:
    """Return the daily values of each domain in its trait's unit, (days,), NaN where nothing is known."""
    return {
        Domain.HRV: table.column("lnrmssd"),
        Domain.RESTING_PULSE: table.column("resting_heart_rate"),
        Domain.SLEEP: table.column("sleep_h"),
        Domain.WELLNESS: wellness_sum(table),
        Domain.JUMP: table.column("jump_height_cm"),
    }


def domain_instruments(table: DailyTable) -> dict[Domain, Floats]:
    """Return which instrument measured each day of `histories`, (days,), NaN where there was one or it is unknown."""
    return {
        Domain.HRV: instruments(table.column, "lnrmssd"),
        Domain.RESTING_PULSE: instruments(table.column, "resting_heart_rate"),
        Domain.SLEEP: instruments(table.column, "sleep_h"),
        Domain.WELLNESS: together([instruments(table.column, name) for name in WELLNESS_ITEMS]),
        Domain.JUMP: instruments(table.column, "jump_height_cm"),
    }


def wellness_sum(table: DailyTable) -> Floats:
    """Sum of the morning items that this athlete answers at all; a day with one of them missing is NaN."""
    items = [table.column(name) for name in WELLNESS_ITEMS]
    used = [values for values in items if np.isfinite(values).any()]
    return np.sum(used, axis=0) if used else np.full(len(table.dates), np.nan)


def wellness_items(table: DailyTable) -> int:
    """Number of morning items that this athlete answers at all."""
    return sum(bool(np.isfinite(table.column(name)).any()) for name in WELLNESS_ITEMS)


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


def days_since_hard(table: DailyTable, index: int) -> int | None:
    """Days since the last load at or above the own 75th percentile of the training days of four weeks."""
    past = table.column("load_au")[max(0, index - HARD_WINDOW) : index]
    trained = past[np.isfinite(past) & (past > 0)]
    if trained.size < LEAST_PLAN_DAYS:
        return None
    hard = np.flatnonzero(past >= np.quantile(trained, HARD_QUANTILE))
    return int(past.size - hard[-1]) if hard.size else None


def own_plan(table: DailyTable, index: int) -> SessionPlan:
    """Return the plan that stands in when none is set: the own mean of this weekday over the last four weeks."""
    load = table.column("load_au")
    days = [index - 7 * week for week in range(1, PLAN_WEEKS + 1) if index >= 7 * week]
    known = [float(load[day]) for day in days if np.isfinite(load[day])]
    if len(known) < LEAST_PLAN_DAYS:
        return SessionPlan(None, PlanSource.NONE)
    return SessionPlan(TrainingSession(float(round(sum(known) / len(known)))), PlanSource.OWN_MEAN)


def index_of(table: DailyTable, day: date) -> tuple[DailyTable, int] | None:
    """Return the table reaching to `day` at least, and the row of that day; None if it begins later or is empty."""
    reaching = table.extended_to(day)
    if not reaching.dates or day < reaching.dates[0]:
        return None
    return reaching, (day - reaching.dates[0]).days
