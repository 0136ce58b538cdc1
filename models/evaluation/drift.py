"""Drift: what a model errs on each day after its gate, and whether a month is worse than the gate's figure by more than
chance (docs/indices.md §11.5).

Chance is which athletes the days are of: whole athletes are drawn anew, as for the gate's own bounds.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.evaluation.head_errors import RESAMPLES
from models.evaluation.readiness import ReadinessDays
from models.features import RECOVERY_SCHEMA, FeatureSchema
from models.recovery import design, deviations
from models.training.private_head import daily_deviations

LARGE = 2.0  # ours, in standard errors of the difference; docs/indices.md §11.5 says how often it is wrong


@dataclass(frozen=True, slots=True)
class DayErrors:
    """Absolute errors (days,) of a model as it is used and of the own mean, in readiness points, where `known`."""

    model: Floats
    own_mean: Floats
    known: NDArray[np.bool_]


def day_errors(weights: Floats, days: ReadinessDays, *, schema: FeatureSchema = RECOVERY_SCHEMA) -> DayErrors:
    """What was said of each day's tomorrow and what came: linear weights with the head of that day, a network alone.

    Raises BadWeights for weights of another model, NotInstalled for a network without its libraries.
    """
    series = design(days.readiness, days.weekday, schema=schema)
    if schema is RECOVERY_SCHEMA:
        said = daily_deviations(weights, series)
    else:
        said = deviations(weights, series.X, schema=schema)
    target = series.y.astype(np.float64)
    return DayErrors(np.abs(said - target), np.abs(target), series.mask)


def spread_of_mean(sums: Floats, days: Floats, *, rng: np.random.Generator) -> float:
    """Standard deviation of a mean error over resampled athletes; sums: of errors, days: how many, both (athletes,)."""
    drawn = rng.integers(sums.size, size=(RESAMPLES, sums.size))
    return float(np.std(sums[drawn].sum(axis=1) / days[drawn].sum(axis=1)))


def limit_of(gate: float, gate_spread: float, month_spread: float, *, is_lower_better: bool = True) -> float:
    """The figure of a month beyond which drift is called large."""
    room = LARGE * math.hypot(gate_spread, month_spread)
    return gate + room if is_lower_better else gate - room
