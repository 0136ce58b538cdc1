"""What a model errs here in each calendar month since it came into use. Pure.

A month has no figure where fewer than three athletes stand behind it, or for risk fewer than ten injuries.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from client.evaluation import LEAST_ATHLETES, LEAST_INJURIES, LEAST_RESAMPLED, readiness_days
from client.features.daily import DailyTable
from client.risk_days import between, judged_rows, used_here
from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.adoption_gate import JudgedDays, brier_skill_spread, episodes
from models.evaluation.drift import day_errors, spread_of_mean
from models.evaluation.metrics import brier_skill
from models.features import READINESS_MODELS, SCHEMAS, FeatureSchema
from models.risk import HORIZON_D

SEED: Final = 20261130  # the same days give the same spread


class MonthFigure(BaseModel):
    """One calendar month of a model in use.

    month: its first day. is_full: whether the model was in use on all its days and all outcomes could be known.
    figure: mean absolute error in points of 0 to 10, or for risk the Brier skill against the own base rate; own_mean:
    what each athlete's own mean errs on the same days. All are None where too few athletes or injuries stand behind
    the month; spread (standard deviation over resampled athletes) also below five athletes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: date
    is_full: bool
    days: int | None = Field(default=None, ge=1)
    figure: float | None = None
    own_mean: float | None = None
    spread: float | None = None


def monthly_errors(
    model: str, weights: Floats, tables: Sequence[DailyTable], *, since: date, today: date
) -> tuple[MonthFigure, ...]:
    """Return the months from `since` to `today`, oldest first. tables: of athletes who let the league learn.

    A day counts where the expectation was said on it. Raises NotInstalled for a network without its libraries.
    """
    known = [table for table in tables if table.dates]
    told_after = timedelta(days=1 if model in READINESS_MODELS else HORIZON_D)
    months = [
        MonthFigure(month=first, is_full=since <= first and today - told_after > _last(first))
        for first in _months(since, today)
    ]
    if model not in READINESS_MODELS:
        return tuple(_risk_figure(month, weights, known, since) for month in months)
    parts = _readiness_parts(SCHEMAS[model], weights, known, since)
    return tuple(_readiness_figure(month, parts[month.month]) for month in months)


def _months(since: date, today: date) -> Iterator[date]:
    first = since.replace(day=1)
    while first <= today:
        yield first
        first = _last(first) + timedelta(days=1)


def _last(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


Parts = dict[date, list[tuple[float, float, float]]]
"""For each month, of each athlete with a day in it: the errors' sum, that of the own mean, and the number of days."""


def _readiness_parts(schema: FeatureSchema, weights: Floats, tables: Sequence[DailyTable], since: date) -> Parts:
    parts: Parts = defaultdict(list)
    for table in tables:
        errors, rows = day_errors(weights, readiness_days(table), schema=schema), defaultdict(list)
        for place in np.flatnonzero(errors.known).tolist():
            if table.dates[place] >= since:
                rows[table.dates[place].replace(day=1)].append(place)
        for month, places in rows.items():
            sums = float(errors.model[places].sum()), float(errors.own_mean[places].sum())
            parts[month].append((*sums, float(len(places))))
    return parts


def _readiness_figure(month: MonthFigure, athletes: Sequence[tuple[float, float, float]]) -> MonthFigure:
    if len(athletes) < LEAST_ATHLETES:
        return month
    sums, own, days = (np.array(part) for part in zip(*athletes, strict=True))
    is_enough = len(athletes) >= LEAST_RESAMPLED
    found = {
        "days": int(days.sum()),
        "figure": float(sums.sum() / days.sum()),
        "own_mean": float(own.sum() / days.sum()),
        "spread": spread_of_mean(sums, days, rng=np.random.default_rng(SEED)) if is_enough else None,
    }
    return month.model_copy(update=found)


def _risk_figure(month: MonthFigure, weights: Floats, tables: Sequence[DailyTable], since: date) -> MonthFigure:
    own = used_here(weights, tables, before=month.month)
    try:
        rows = judged_rows(own, tables, between(max(month.month, since), _last(month.month)))
    except NotEnoughData:
        return month
    athletes = np.unique(rows.athlete).size
    if athletes < LEAST_ATHLETES or episodes(rows) < LEAST_INJURIES:
        return month
    spread = _known(brier_skill_spread(rows, np.random.default_rng(SEED))) if athletes >= LEAST_RESAMPLED else None
    return month.model_copy(update={"days": int(rows.event.size), "figure": _known(_skill(rows)), "spread": spread})


def _skill(rows: JudgedDays) -> float:
    return brier_skill(rows.chance, rows.event, rows.base_rate)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
