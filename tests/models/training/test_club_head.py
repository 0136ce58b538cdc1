"""A club head: the ridge that it says it is, from days to learn from alone, and shrunk so that it cannot run away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from models import risk
from models.arrays import Floats
from models.errors import BadWeights
from models.evaluation.holdout import judge_days, learn_days
from models.features import RISK_SCHEMA, AthleteSeries
from models.privacy.public_axes import public_axes
from models.synthetic.days import World
from models.synthetic.league import synthetic_league
from models.training.club_head import (
    CALIBRATION_VARIANCE,
    HEAD_SHARE,
    INTERCEPT_VARIANCE,
    calibration,
    club_weights,
    with_club_head,
)
from models.training.initial_weights import initial_weights

PUBLIC = np.array(initial_weights(RISK_SCHEMA.model))
DAYS = 300


@pytest.fixture(scope="module")
def squad() -> list[AthleteSeries]:
    league = synthetic_league(31, ["club-a"], 20, DAYS, world=World(injury_rate=0.012, signal_sd=0.9))
    return [risk.design(one.daily).restricted(learn_days(DAYS)) for one in league.athletes]


def stacked(squad: list[AthleteSeries]) -> tuple[Floats, Floats]:
    X = np.concatenate([np.column_stack([one.X, np.ones(DAYS)])[one.mask] for one in squad]).astype(np.float64)
    return X, np.concatenate([one.y[one.mask] for one in squad]).astype(np.float64)


def log_loss(score: Floats, event: Floats) -> float:
    return float(np.sum(np.log1p(np.exp(-np.where(event == 1.0, score, -score)))))


def test_the_head_is_the_ridge_that_scipy_finds(squad: list[AthleteSeries]) -> None:
    X, event = stacked(squad)
    installed = public_axes(RISK_SCHEMA.model)

    def penalised(shift: Floats) -> float:
        moved = PUBLIC + np.linalg.solve(installed.metric.T, installed.axes @ shift[:-1])
        moved[-1] += shift[-1]
        ridge = np.sum(shift[:-1] ** 2 / (HEAD_SHARE * installed.prior)) + shift[-1] ** 2 / INTERCEPT_VARIANCE
        return log_loss(X @ moved, event) / 7.0 + 0.5 * float(ridge)

    found = minimize(penalised, np.zeros(installed.most + 1), method="BFGS", options={"gtol": 1e-7})
    expected = PUBLIC + np.linalg.solve(installed.metric.T, installed.axes @ found.x[:-1])
    expected[-1] += found.x[-1]

    head = with_club_head(PUBLIC, squad)

    assert np.abs(head - PUBLIC).max() > 1e-3
    assert head == pytest.approx(expected, abs=2e-5)


def test_calibration_is_platts_ridge_that_scipy_finds(squad: list[AthleteSeries]) -> None:
    X, event = stacked(squad)
    score = X @ PUBLIC

    def penalised(shift: Floats) -> float:
        moved = score + shift[0] * (score - score.mean()) + shift[1]
        return log_loss(moved, event) / 7.0 + 0.5 * float(np.sum(shift**2)) / CALIBRATION_VARIANCE

    steeper, higher = minimize(penalised, np.zeros(2), method="BFGS", options={"gtol": 1e-7}).x

    slope, intercept = calibration(PUBLIC, squad)

    assert slope == pytest.approx(1.0 + steeper, abs=1e-5)
    assert intercept == pytest.approx(higher - steeper * score.mean(), abs=1e-4)


def test_chances_are_those_of_the_head_then_calibrated_on_later_days(squad: list[AthleteSeries]) -> None:
    turn = [0.5 * np.flatnonzero(one.mask).max(initial=0) for one in squad]
    day = np.arange(DAYS)
    early = [one.restricted(day < at - 7) for one, at in zip(squad, turn, strict=True)]
    late = [one.restricted(day >= at) for one, at in zip(squad, turn, strict=True)]
    slope, intercept = calibration(with_club_head(PUBLIC, early), late)
    head, X = with_club_head(PUBLIC, squad), squad[0].X
    log_odds = X.astype(np.float64) @ head[:-1] + head[-1]

    chance = risk.probability(club_weights(PUBLIC, squad), X)

    assert slope != 1.0
    assert chance == pytest.approx(1.0 / (1.0 + np.exp(-(slope * log_odds + intercept))), rel=1e-9)


def test_no_judged_day_moves_a_bit_of_it() -> None:
    league = synthetic_league(32, ["club-a"], 6, DAYS, world=World(injury_rate=0.02))
    judged = judge_days(DAYS, gap_d=risk.HORIZON_D)

    def fitted(change: bool) -> bytes:
        athletes = []
        for one in league.athletes:
            daily = {name: one.daily[name].copy() for name in risk.INPUTS}
            if change:
                daily["load_au"][judged] = 2_000.0
                daily["time_loss"][judged] = 1.0 - np.nan_to_num(daily["time_loss"][judged])
                for item in risk.WELLNESS_ITEMS:
                    daily[item][judged] = 1.0
            athletes.append(risk.design(daily).restricted(learn_days(DAYS)))
        return club_weights(PUBLIC, athletes).tobytes()

    assert fitted(change=True) == fitted(change=False)


def test_without_a_day_to_learn_from_the_leagues_weights_stand(squad: list[AthleteSeries]) -> None:
    none = [one.restricted(np.zeros(DAYS, bool)) for one in squad]
    empty = AthleteSeries(np.empty((0, 11), np.float32), np.empty(0, np.float32), np.empty(0, bool))

    for athletes in ([], none, [empty]):
        assert club_weights(PUBLIC, athletes).tolist() == PUBLIC.tolist()
    assert calibration(PUBLIC, none) == (1.0, 0.0)
    with pytest.raises(BadWeights):
        club_weights(PUBLIC[:-1], squad)


def test_a_larger_club_of_the_same_days_goes_further(squad: list[AthleteSeries]) -> None:
    way = [np.linalg.norm(with_club_head(PUBLIC, squad * many) - PUBLIC) for many in (1, 4, 16)]

    assert way[0] < way[1] < way[2]


@settings(max_examples=40, deadline=None)
@given(
    weights=st.lists(st.floats(-50.0, 50.0), min_size=12, max_size=12),
    seed=st.integers(0, 10_000),
    rate=st.sampled_from([0.0, 0.02, 1.0]),
)
def test_it_is_finite_and_never_fits_the_learnt_days_worse(weights: list[float], seed: int, rate: float) -> None:
    """Whatever the league's model says, and where no day or every day came before an injury."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(200, 11)).astype(np.float32), (rng.random(200) < rate).astype(np.float32)
    one, given_weights = AthleteSeries(X, y, rng.random(200) < 0.8), np.array(weights)

    head, both = with_club_head(given_weights, [one]), club_weights(given_weights, [one])

    rows = np.column_stack([X, np.ones(200)])[one.mask].astype(np.float64)
    event = y[one.mask].astype(np.float64)
    losses = [float((np.logaddexp(0.0, rows @ w) - event * (rows @ w)).sum()) for w in (given_weights, head)]
    assert np.isfinite(both).all()
    assert losses[1] <= losses[0] + 1e-9
