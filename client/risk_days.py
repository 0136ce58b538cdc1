"""The rows on which a risk model is judged here, and the months that they lie in. Pure."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from client.features.daily import DailyTable
from models import risk
from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.adoption_gate import JudgedDays
from models.evaluation.holdout import judge_days, learn_days
from models.evaluation.risk_rows import end_to_end, judged_rows_of
from models.features import AthleteSeries
from models.training.club_head import club_weights

Chosen = NDArray[np.bool_]

NEVER = date.max


def held_back(table: DailyTable) -> Chosen:
    """Mask (days,) of the days that no round learnt from."""
    return judge_days(len(table.dates), gap_d=risk.HORIZON_D)


def between(first: date, last: date) -> Callable[[DailyTable], Chosen]:
    """Return what masks the days from one to another, both included."""
    return lambda table: np.array([first <= day <= last for day in table.dates], dtype=np.bool_)


def judged_rows(weights: Floats, tables: Sequence[DailyTable], chosen: Callable[[DailyTable], Chosen]) -> JudgedDays:
    """Rows of the chosen days of all athletes; raises NotEnoughData where there is none."""
    if not tables:
        raise NotEnoughData("expected at least one athlete")
    overall = usual_rate(tables)
    return end_to_end(
        [
            judged_rows_of(weights, _series(table), chosen(table), place=place, overall=overall)
            for place, table in enumerate(tables)
        ]
    )


def used_here(weights: Floats, tables: Sequence[DailyTable], *, before: date = NEVER) -> Floats:
    """The league's weights as they are used here: with the club's head and calibration, from days to learn from alone.

    before: only outcomes that were known by that day count.
    """
    return club_weights(weights, [learnt(table, before=before) for table in tables])


def learnt(table: DailyTable, *, before: date = NEVER) -> AthleteSeries:
    """One athlete's rows with only the days to learn from left."""
    over = np.array([(before - day).days > risk.HORIZON_D for day in table.dates], dtype=np.bool_)
    return _series(table).restricted(learn_days(len(table.dates)) & over)


def usual_rate(tables: Sequence[DailyTable]) -> float:
    """Share of events on the club's days to learn from: what a base rate may know before the judged days."""
    events: list[float] = []
    for table in tables:
        series = learnt(table)
        events += series.y[series.mask].tolist()
    return float(np.clip(np.mean(events), 1e-4, 0.5)) if events else 0.01


def _series(table: DailyTable) -> AthleteSeries:
    return risk.design({name: table.column(name) for name in risk.INPUTS})
