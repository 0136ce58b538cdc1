"""Measures of prediction against goldens, closed forms and brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from models.errors import BadShape
from models.evaluation.metrics import (
    auc,
    brier,
    brier_skill,
    calibration_slope,
    mae,
    net_benefit,
    observed_to_expected,
    rmse,
    within_athlete_auc,
)

# Twenty points built for round figures of the definitions in docs/indices.md §11.2.
CHANCE = np.array([0.30, 0.35, 0.10, 0.15, 0.15, 0.15, 0.15, *[0.05] * 13])
EVENT = np.array([1.0, 1.0, *[0.0] * 18])


def test_twenty_golden_points() -> None:
    assert brier(CHANCE, EVENT) == pytest.approx(0.05225)
    assert brier(np.full(20, 0.1), EVENT) == pytest.approx(0.09)
    assert brier_skill(CHANCE, EVENT, 0.1) == pytest.approx(0.419444, abs=1e-6)
    assert net_benefit(CHANCE, EVENT, 0.10) == pytest.approx(0.072222, abs=1e-6)
    assert net_benefit(np.ones(20), EVENT, 0.10) == pytest.approx(0.0, abs=1e-12)


def test_errors_have_their_definitions() -> None:
    predicted, actual = np.array([1.0, 2.0, 5.0]), np.array([1.0, 4.0, 1.0])

    assert mae(predicted, actual) == pytest.approx(2.0)
    assert rmse(predicted, actual) == pytest.approx(np.sqrt(20 / 3))
    assert np.isnan(mae(np.array([]), np.array([])))
    with pytest.raises(BadShape):
        mae(predicted, actual[:2])


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=60))
def test_auc_equals_the_rank_statistic(points: list[tuple[int, bool]]) -> None:
    score, event = np.array([float(s) for s, _ in points]), np.array([float(e) for _, e in points])
    positives, negatives = score[event == 1], score[event == 0]
    if not positives.size or not negatives.size:
        assert np.isnan(auc(score, event))
        return
    expected = mannwhitneyu(positives, negatives, method="asymptotic").statistic / (positives.size * negatives.size)
    assert auc(score, event) == pytest.approx(expected)


def test_identity_alone_scores_half_within_athletes() -> None:
    rng = np.random.default_rng(0)
    athlete = np.repeat(np.arange(40), 200)
    rate = np.repeat(rng.beta(1, 12, 40), 200)
    event = (rng.random(8000) < rate).astype(float)

    assert auc(rate, event) > 0.65
    assert within_athlete_auc(rate, event, athlete) == pytest.approx(0.5)


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0])
def test_calibration_slope_finds_the_stretch_of_the_log_odds(stretch: float) -> None:
    rng = np.random.default_rng(1)
    score = rng.normal(-2, 1, 60_000)
    event = (rng.random(60_000) < 1 / (1 + np.exp(-score))).astype(float)

    shown = 1 / (1 + np.exp(-stretch * score))

    assert calibration_slope(shown, event) == pytest.approx(1 / stretch, rel=0.06)


def test_calibration_in_the_large() -> None:
    assert observed_to_expected(np.full(10, 0.2), np.array([1.0, 1.0, *[0.0] * 8])) == pytest.approx(1.0)
    assert observed_to_expected(np.zeros(2), np.array([0.0, 1.0])) == float("inf")
    assert np.isnan(calibration_slope(np.full(5, 0.2), np.array([0.0, 1.0, 0.0, 0.0, 0.0])))
