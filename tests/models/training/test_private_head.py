"""A private head: nothing of the future, the same bits in any company, bounded whatever the days hold."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.arrays import Floats
from models.errors import BadWeights
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA, AthleteSeries
from models.privacy.per_athlete_gradients import HUBER_DELTA
from models.privacy.public_axes import public_axes
from models.recovery import design, deviations
from models.synthetic.league import SyntheticLeague
from models.training.initial_weights import initial_weights
from models.training.private_head import HEAD_RIDGE, daily_deviations, daily_heads, newest_head, with_head

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))
AXES = public_axes(RECOVERY_SCHEMA.model)
Days = tuple[Floats, np.ndarray]


def series_of(readiness: Sequence[float] | Floats) -> AthleteSeries:
    return design(np.asarray(readiness, dtype=np.float64), np.arange(len(readiness)) % 7)


@pytest.fixture(scope="module")
def readiness(league: SyntheticLeague) -> list[Floats]:
    return [one.daily["readiness"] for one in league.athletes[:6]]


def by_minimising(series: AthleteSeries, last: int) -> Floats:
    """One head by Newton steps on the written-out penalised loss of the rows before `last`; another way to it."""
    X = np.column_stack([series.X.astype(np.float64), np.ones(len(series.y))])
    rows = np.flatnonzero(series.mask[:last])
    along = X[rows] @ np.linalg.inv(AXES.metric).T @ AXES.axes
    rest = series.y[rows] - X[rows] @ PUBLIC
    share = np.minimum(1.0, HUBER_DELTA / np.maximum(np.abs(rest), 1e-12))
    stacked = np.vstack([np.sqrt(share)[:, None] * along, np.diag(np.sqrt(HEAD_RIDGE / AXES.prior))])
    target = np.concatenate([np.sqrt(share) * rest, np.zeros(AXES.most)])
    found: Floats = np.linalg.lstsq(stacked, target, rcond=None)[0]
    return found


def test_a_head_is_the_ridge_of_the_days_before(readiness: list[Floats]) -> None:
    series = series_of(readiness[0])
    heads = daily_heads(PUBLIC, series)

    for day in (0, 40, 200, len(series.y) - 1):
        np.testing.assert_allclose(heads[day], by_minimising(series, day), atol=1e-9)
    assert np.abs(heads[-1]).max() > 0.01


def test_the_prediction_is_that_of_the_moved_weights(readiness: list[Floats]) -> None:
    series = series_of(readiness[1])
    moved = with_head(PUBLIC, newest_head(PUBLIC, series))

    assert daily_deviations(PUBLIC, series)[-1] == pytest.approx(deviations(moved, series.X)[-1], abs=1e-9)


def test_nothing_of_a_later_day_changes_a_bit(readiness: list[Floats]) -> None:
    for one in readiness:
        whole, said = daily_heads(PUBLIC, series_of(one)), daily_deviations(PUBLIC, series_of(one))
        for until in (20, 21, 133, len(one) - 1):
            part = series_of(one[:until])
            assert daily_heads(PUBLIC, part).tobytes() == whole[:until].tobytes()
            assert daily_deviations(PUBLIC, part).tobytes() == said[:until].tobytes()


def test_a_head_has_the_same_bits_twice(readiness: list[Floats]) -> None:
    first, second = (newest_head(PUBLIC, series_of(readiness[2])) for _ in range(2))

    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("known", [0, 1, 14])
def test_with_too_few_days_it_is_the_model_itself(known: int) -> None:
    rng = np.random.default_rng(1)
    series = series_of(rng.integers(0, 11, known).astype(np.float64))

    assert newest_head(PUBLIC, series).tolist() == [0.0] * AXES.most
    np.testing.assert_allclose(daily_deviations(PUBLIC, series), deviations(PUBLIC, series.X), atol=1e-12)


def test_ten_thousand_days_keep_it_bounded() -> None:
    rng = np.random.default_rng(2)
    head = newest_head(PUBLIC, series_of(rng.integers(0, 11, 10_000).astype(np.float64)))

    assert np.isfinite(head).all()
    assert np.abs(head).max() < 5.0


def bound(series: AthleteSeries) -> float:
    """What no head can exceed: every row pulls by at most 1 along its own columns, and the ridge pulls back."""
    X = np.column_stack([series.X.astype(np.float64), np.ones(len(series.y))])
    pull = np.abs(X @ AXES.projection(AXES.most).T).sum(axis=0) * HUBER_DELTA
    return float(np.linalg.norm(pull) * AXES.prior.max() / HEAD_RIDGE) + 1e-9


@pytest.mark.parametrize(
    "values",
    [np.full(400, 7.0), np.zeros(400), np.full(400, 10.0), np.tile([0.0, 10.0], 300), np.full(300, np.nan)],
    ids=["all equal", "all zero", "all ten", "up and down", "nothing known"],
)
def test_odd_days_give_a_bounded_head_and_never_nan(values: Floats) -> None:
    series = series_of(values)
    said = daily_deviations(PUBLIC, series)

    assert np.isfinite(daily_heads(PUBLIC, series)).all()
    assert np.linalg.norm(newest_head(PUBLIC, series)) <= bound(series)
    assert np.isfinite(said).all()
    assert np.abs(said).max() <= RECOVERY_SCHEMA.target_high


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), max_size=60))
def test_absurd_values_give_a_bounded_head_and_never_nan(values: list[float]) -> None:
    series = series_of(np.array(values, dtype=np.float64))
    heads = daily_heads(PUBLIC, series)

    assert np.isfinite(heads).all()
    assert not heads.size or np.linalg.norm(heads, axis=1).max() <= bound(series)
    assert (np.abs(daily_deviations(PUBLIC, series)) <= RECOVERY_SCHEMA.target_high).all()


def test_all_days_equal_leave_almost_nothing_to_move() -> None:
    said = daily_deviations(PUBLIC, series_of(np.full(400, 7.0)))

    assert abs(said[-1]) < 0.1  # the own mean is what came every day


@pytest.mark.parametrize("weights", [np.zeros(RISK_SCHEMA.dimension), np.full(RECOVERY_SCHEMA.dimension, np.nan)])
def test_weights_of_another_model_are_refused(weights: Floats, readiness: list[Floats]) -> None:
    with pytest.raises(BadWeights):
        daily_heads(weights, series_of(readiness[0]))


def test_one_athletes_head_is_nobody_elses_business(
    readiness: list[Floats], random_series: Callable[..., AthleteSeries]
) -> None:
    alone = newest_head(PUBLIC, series_of(readiness[0])).tobytes()
    others = [newest_head(PUBLIC, series_of(one)) for one in readiness[1:]]

    assert newest_head(PUBLIC, series_of(readiness[0])).tobytes() == alone
    assert all(other.tobytes() != alone for other in others)
