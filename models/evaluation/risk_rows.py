"""One athlete's rows of what a risk model is judged on, the same for a model card and at a node."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import risk
from models.arrays import Floats
from models.evaluation.adoption_gate import JudgedDays, own_base_rate
from models.features import AthleteSeries


def judged_rows_of(
    weights: Floats, series: AthleteSeries, judged: NDArray[np.bool_], *, place: int, overall: float
) -> tuple[NDArray[Any], ...]:
    """Return one athlete's columns of `JudgedDays`, in their order.

    judged: mask (days,) of the days that count, of which only those with a known outcome are taken. place: the
    athlete's number among those judged. overall: what the base rate of an athlete without past events begins with.
    """
    known = np.flatnonzero(series.mask)
    event = series.y[known].astype(np.float64)
    base, counts = own_base_rate(event, known, overall=overall), judged[known]
    X = series.X[known][counts]
    who = np.full(int(counts.sum()), place, dtype=np.int64)
    return risk.probability(weights, X), event[counts], who, base[counts], risk.score_without_history(weights, X)


def end_to_end(columns: list[tuple[NDArray[Any], ...]]) -> JudgedDays:
    """Join the columns of several athletes, of whom there is at least one."""
    return JudgedDays(*(np.concatenate(part) for part in zip(*columns, strict=True)))
