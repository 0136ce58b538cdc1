"""The recovery design: own-baseline columns only, no look ahead, nothing imputed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import recovery
from models.errors import BadShape, BadWeights
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA, AthleteSeries
from models.training.initial_weights import initial_weights
from policies.vocabulary import Category
from tests.scale import scaled

DAYS = 60
WEEKDAY = np.arange(DAYS) % 7


def _readiness(seed: int, missing: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = np.clip(np.rint(rng.normal(7, 1.2, DAYS)), 0, 10)
    return np.where(rng.random(DAYS) < missing, np.nan, values)


def test_rows_need_today_tomorrow_and_a_fortnight() -> None:
    readiness = _readiness(1)

    series = recovery.design(readiness, WEEKDAY)

    seen = ~np.isnan(readiness)
    expected = seen & np.append(seen[1:], False) & (np.cumsum(seen) >= 14)
    assert (series.mask == expected).all()


def test_target_is_tomorrow_less_the_own_mean_so_far() -> None:
    readiness = _readiness(2, missing=0.0)

    series = recovery.design(readiness, WEEKDAY)

    assert series.y[20] == pytest.approx(readiness[21] - readiness[:21].mean(), abs=1e-5)


@given(st.integers(0, 10_000), st.integers(15, DAYS - 2))
@settings(deadline=None, max_examples=scaled(20))
def test_columns_do_not_change_with_the_future(seed: int, cut: int) -> None:
    readiness = _readiness(seed)
    changed = readiness.copy()
    changed[cut:] = 1.0

    assert (recovery.design(readiness, WEEKDAY).X[:cut] == recovery.design(changed, WEEKDAY).X[:cut]).all()


@given(st.integers(0, 10_000), st.floats(-2, 2))
@settings(deadline=None, max_examples=scaled(20))
def test_a_shift_of_the_whole_scale_changes_nothing(seed: int, shift: float) -> None:
    readiness = _readiness(seed)

    plain, moved = recovery.design(readiness, WEEKDAY), recovery.design(readiness + shift, WEEKDAY)

    np.testing.assert_allclose(plain.X, moved.X, atol=1e-5)
    np.testing.assert_allclose(plain.y, moved.y, atol=1e-5)


def test_an_athlete_without_days_has_an_empty_series() -> None:
    series = recovery.design(np.array([]), np.array([], dtype=np.int64))

    assert series.n_valid == 0
    assert series.X.shape == (0, 10)


def test_a_prediction_needs_today() -> None:
    readiness = _readiness(3)
    weights = np.array(initial_weights("recovery-linear-1"))

    predicted = recovery.predict(weights, readiness, WEEKDAY)

    known = ~np.isnan(predicted)
    assert not known[np.isnan(readiness)].any()
    assert (predicted[known] >= 0).all()
    assert (predicted[known] <= 10).all()


def test_weights_of_another_model_are_refused() -> None:
    with pytest.raises(BadWeights):
        recovery.deviations(np.zeros(5), recovery.design(_readiness(4), WEEKDAY).X)
    with pytest.raises(BadWeights):
        RECOVERY_SCHEMA.check_weights(np.full(11, np.nan))


def test_schemas_name_the_categories_they_use_and_no_other() -> None:
    assert RECOVERY_SCHEMA.categories == (Category.READINESS,)
    assert RISK_SCHEMA.categories == (Category.TRAINING_LOAD, Category.WELLNESS, Category.INJURY)
    assert RECOVERY_SCHEMA.sha256 != RISK_SCHEMA.sha256
    assert len(RECOVERY_SCHEMA.sha256) == 64


def test_schema_clips_scales_and_never_passes_nan() -> None:
    raw = np.full((2, 10), 1e9)
    raw[1] = np.nan

    shown = RECOVERY_SCHEMA.scaled(raw)

    assert shown[0, 0] == pytest.approx(5.0 / 1.2)
    assert (shown[1] == 0.0).all()
    with pytest.raises(BadShape):
        RECOVERY_SCHEMA.scaled(np.zeros((2, 3)))


def test_series_that_do_not_fit_are_refused() -> None:
    X, y, mask = np.zeros((3, 2), np.float32), np.zeros(3, np.float32), np.ones(3, bool)
    with pytest.raises(BadShape):
        AthleteSeries(X, y[:2], mask)
    with pytest.raises(BadShape):
        AthleteSeries(X, np.full(3, np.nan, np.float32), mask)
