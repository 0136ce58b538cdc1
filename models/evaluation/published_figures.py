"""Figures for model cards, measured on simulated leagues that no weights were fitted on: they cost no privacy."""

import numpy as np
from numpy.typing import NDArray

from models import risk
from models.arrays import Floats
from models.card import Metric
from models.errors import BadWeights
from models.evaluation.adoption_gate import JudgedDays
from models.evaluation.comparison import judge
from models.evaluation.metrics import brier, within_athlete_auc
from models.evaluation.readiness import ReadinessDays
from models.evaluation.risk_rows import end_to_end, judged_rows_of
from models.features import READINESS_MODELS, RISK_SCHEMA, SCHEMAS, FeatureSchema
from models.synthetic.league import SyntheticLeague, synthetic_league

SEED = 20261123
CLUBS, ATHLETES, DAYS = 6, 25, 400


def public_metrics(model: str, weights: Floats) -> tuple[Metric, ...]:
    """Errors of `weights` beside naive baselines on a fresh simulated league.

    Raises BadWeights for a model that is not installed.
    """
    league = synthetic_league(SEED, [f"figures-{number}" for number in range(CLUBS)], ATHLETES, DAYS)
    if model in READINESS_MODELS:
        return _recovery(weights, league, SCHEMAS[model])
    if model == RISK_SCHEMA.model:
        return _risk(weights, league)
    raise BadWeights("expected the name of an installed model")


def _recovery(weights: Floats, league: SyntheticLeague, schema: FeatureSchema) -> tuple[Metric, ...]:
    days = [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]
    errors = judge(weights, days, schema=schema)
    return tuple(
        Metric(
            name="mean absolute error of tomorrow's readiness, points of 0 to 10",
            value=errors.federated,
            baseline_name=name,
            baseline=value,
            data="simulated league, last 30 % of each athlete's days",
        )
        for name, value in (("person mean", errors.person_mean), ("EWMA, half-life 3 days", errors.ewma))
    )


def _risk(weights: Floats, league: SyntheticLeague) -> tuple[Metric, ...]:
    outcomes = risk_outcomes(weights, [one.daily for one in league.athletes])
    data = "simulated league, all eligible days"
    return (
        Metric(
            name="Brier score of an injury within seven days",
            value=brier(outcomes.chance, outcomes.event),
            baseline_name="the athlete's own base rate",
            baseline=brier(outcomes.base_rate, outcomes.event),
            data=data,
        ),
        Metric(
            name="AUC within an athlete, apart from earlier injuries",
            value=within_athlete_auc(outcomes.signal, outcomes.event, outcomes.athlete),
            baseline_name="chance",
            baseline=0.5,
            data=data,
        ),
    )


def risk_outcomes(weights: Floats, athletes: list[risk.Daily], *, last_share: float = 1.0) -> JudgedDays:
    """Predictions of `weights` and what came, on the last share of each athlete's days: what the gate judges.

    Raises NotEnoughData if no day can be judged.
    """
    series = [risk.design(daily) for daily in athletes]
    overall = float(np.mean(np.concatenate([one.y[one.mask] for one in series])))
    return end_to_end(
        [
            judged_rows_of(weights, one, _late(one.mask.size, last_share), place=place, overall=overall)
            for place, one in enumerate(series)
        ]
    )


def _late(days: int, last_share: float) -> NDArray[np.bool_]:
    return np.arange(days) >= (1.0 - last_share) * days
