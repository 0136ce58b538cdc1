"""Trailing means of a series with gaps: missing days are neither zero nor copied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadShape
from models.ewma import expanding_mean, half_life_mean, lagged, rolling_mean

GAPPY = st.lists(st.one_of(st.just(float("nan")), st.floats(0, 10)), min_size=1, max_size=40).map(np.array)


def test_half_life_mean_weighs_a_day_half_after_its_half_life() -> None:
    values = np.array([0.0, np.nan, np.nan, 3.0])

    means = half_life_mean(values, half_life_d=3.0)

    assert means[-1] == pytest.approx(3.0 / 1.5)
    assert means[1] == 0.0


def test_rolling_mean_counts_only_observed_days() -> None:
    values = np.array([2.0, np.nan, 4.0, np.nan, np.nan])

    assert rolling_mean(values, span_d=3).tolist()[:4] == [2.0, 2.0, 3.0, 4.0]
    assert np.isnan(rolling_mean(values, span_d=2)[-1])
    assert np.isnan(rolling_mean(values, span_d=3, least=2)[0])


def test_lag_longer_than_the_series_knows_nothing() -> None:
    assert np.isnan(lagged(np.array([1.0, 2.0]), 5)).all()
    assert lagged(np.array([1.0, 2.0]), 1)[1] == 1.0


@given(GAPPY)
def test_means_stay_within_what_was_observed(values: np.ndarray) -> None:
    seen = values[~np.isnan(values)]
    for means in (half_life_mean(values, half_life_d=3.0), rolling_mean(values, span_d=7), expanding_mean(values)):
        known = means[~np.isnan(means)]
        assert not known.size or (known.min() >= seen.min() - 1e-9 and known.max() <= seen.max() + 1e-9)


@given(GAPPY, st.integers(1, 20))
def test_means_never_look_ahead(values: np.ndarray, cut: int) -> None:
    part = values[:cut]
    for mean in (lambda v: half_life_mean(v, half_life_d=3.0), lambda v: rolling_mean(v, span_d=7), expanding_mean):
        np.testing.assert_allclose(mean(values)[: len(part)], mean(part), rtol=1e-9, atol=1e-9)


def test_impossible_spans_are_refused() -> None:
    with pytest.raises(BadShape):
        half_life_mean(np.zeros(3), half_life_d=0.0)
    with pytest.raises(BadShape):
        rolling_mean(np.zeros(3), span_d=0)
