"""How a published 0.9 arises from nothing: pure-noise features judged by splits that leak the athlete's identity."""

import numpy as np
import pytest

from models.evaluation.metrics import auc, within_athlete_auc

ATHLETES, DAYS, FEATURES, NEIGHBOURS = 40, 300, 8, 15


def _world() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random walks that know nothing of injuries; seven-day labels; athletes."""
    rng = np.random.default_rng(20261122)
    X = rng.normal(size=(ATHLETES, DAYS, FEATURES)).cumsum(axis=1)
    X /= X.reshape(-1, FEATURES).std(axis=0)
    rate = rng.gamma(1.2, 0.008 / 1.2, ATHLETES)
    onset = rng.random((ATHLETES, DAYS)) < rate[:, None]
    ahead = np.stack([np.roll(onset, -step, axis=1) for step in range(1, 8)]).any(axis=0)
    ahead[:, -7:] = False
    return X.reshape(-1, FEATURES), ahead.astype(float).ravel(), np.repeat(np.arange(ATHLETES), DAYS)


def _neighbours(X: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Mean label of the nearest training rows: a learner flexible enough to remember athletes."""
    scores = np.empty(test.sum())
    known, labels, asked = X[train].astype(np.float32), y[train], X[test].astype(np.float32)
    squares = (known**2).sum(axis=1)
    for start in range(0, len(asked), 500):
        block = asked[start : start + 500]
        distance = squares - 2 * block @ known.T
        nearest = np.argpartition(distance, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        scores[start : start + len(block)] = labels[nearest].mean(axis=1)
    return scores


def test_only_honest_splits_show_that_there_is_nothing() -> None:
    X, y, athlete = _world()
    rng = np.random.default_rng(1)
    day = np.tile(np.arange(DAYS), ATHLETES)

    random_fold = rng.random(len(y)) < 0.2
    strangers = athlete < ATHLETES // 4
    later = day >= 210
    random_auc = auc(_neighbours(X, y, ~random_fold, random_fold), y[random_fold])
    stranger_auc = auc(_neighbours(X, y, ~strangers, strangers), y[strangers])
    later_auc = auc(_neighbours(X, y, day < 203, later), y[later])
    base_rate = np.array([y[athlete == one].mean() for one in range(ATHLETES)])[athlete]

    assert random_auc > 0.85
    assert random_auc > stranger_auc + 0.2
    assert random_auc > later_auc + 0.2
    assert 0.35 < stranger_auc < 0.65
    assert auc(base_rate, y) > 0.6
    assert within_athlete_auc(base_rate, y, athlete) == pytest.approx(0.5)
