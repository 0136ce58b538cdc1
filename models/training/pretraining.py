"""How the public initial weights of the linear models were fitted: on the public simulator alone, from fixed seeds.

A test holds the checked-in `initial_weights.json` against `fit`. The simulated worlds differ
in how slowly readiness moves and how much load and wellness explain, so that no single world is learnt by heart.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from models import recovery, risk
from models.arrays import Floats
from models.features import LINEAR_MODELS, READINESS_MODELS, SCHEMAS, AthleteSeries, FeatureSchema
from models.privacy.packed_series import PackedSeries, Scratch, Singles, chunks_of
from models.privacy.per_athlete_gradients import FULL_WEIGHT_DAYS, HUBER_DELTA, athlete_gradients, scores, sigmoid
from models.synthetic.days import World
from models.synthetic.league import SyntheticLeague, synthetic_league

PUBLIC_SEED = 20261101
PUBLIC_WORLDS = (
    World(),
    World(readiness_phi=0.30, slow_share=0.20, readiness_within=1.0),
    World(readiness_phi=0.05, slow_share=0.45, slow_phi=0.98, readiness_within=1.4),
    World(injury_rate=0.004, signal_sd=0.25),
)
CLUBS, ATHLETES, DAYS = 6, 25, 365
RIDGE = 1e-3  # ours: per athlete-mean loss; keeps near-collinear columns apart
NEWTON_STEPS = 12


def design_series(model: str, league: SyntheticLeague) -> list[AthleteSeries]:
    """Series of every athlete of a simulated league for one model."""
    if model in READINESS_MODELS:
        schema = SCHEMAS[model]
        return [recovery.design(one.daily["readiness"], league.weekday, schema=schema) for one in league.athletes]
    return [risk.design(one.daily) for one in league.athletes]


def fit(model: str) -> Floats:
    """Fit the public weights again: the minimum of the mean athlete loss over all public worlds."""
    series = [one for league in public_leagues() for one in design_series(model, league) if one.n_valid]
    return minimise(SCHEMAS[model], series, ridge=RIDGE)


def minimise(
    schema: FeatureSchema, series: Sequence[AthleteSeries], *, ridge: float, start: Floats | None = None
) -> Floats:
    """Weights with the least mean athlete loss plus ridge / 2 times their squared way from `start` (bias free).

    start: zeros where there is none. Newton's method, for Huber's loss by reweighting. Not private; for public or
    local data only.
    """
    penalty = np.append(np.full(schema.dimension - 1, ridge), 1e-9)
    origin = np.zeros(schema.dimension) if start is None else start
    weights, packed = origin, PackedSeries(tuple(series))
    for _ in range(NEWTON_STEPS):
        slope = athlete_gradients(schema.kind, weights, packed).mean(axis=0) + penalty * (weights - origin)
        weights = weights - np.linalg.solve(curvature(schema, weights, packed) + np.diag(penalty), slope)
    return weights


def curvature(schema: FeatureSchema, weights: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """Mean over athletes of the curvature (weights, weights) of their losses; for Huber's loss the majorising one."""
    total, room = np.zeros((schema.dimension, schema.dimension)), Scratch()
    for chunk in chunks_of(series):
        bend = _bend(schema, scores(weights.astype(np.float32), chunk, room), chunk.y)
        each = np.matmul(chunk.X * bend[:, None, :], chunk.X.transpose(0, 2, 1))
        total += (each / np.maximum(chunk.days, FULL_WEIGHT_DAYS)[:, None, None]).sum(axis=0)
    return total / max(len(series), 1)


def _bend(schema: FeatureSchema, score: Singles, y: Singles) -> Singles:
    """Second derivative of each day's loss by its score, (athletes, length); for Huber's loss the majorising one."""
    if schema.kind == "logistic":
        chance: Singles = sigmoid(score)
        return chance * (1.0 - chance)
    steepest: Singles = np.minimum(1.0, HUBER_DELTA / np.maximum(np.abs(score - y), 1e-9))
    return steepest


def public_leagues() -> Iterator[SyntheticLeague]:
    """Simulate the leagues that the public initial weights is fitted on, one world each."""
    clubs = [f"public-{number}" for number in range(CLUBS)]
    for place, world in enumerate(PUBLIC_WORLDS):
        yield synthetic_league(PUBLIC_SEED + place, clubs, ATHLETES, DAYS, world=world)


def main() -> None:
    """Write `initial_weights.json` again: `python -m models.training.pretraining`, into that file."""
    made: dict[str, Any] = {
        model: {"feature_schema": SCHEMAS[model].sha256, "weights": [round(float(value), 6) for value in fit(model)]}
        for model in LINEAR_MODELS
    }
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
