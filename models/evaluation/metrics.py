"""How good a prediction is: error, calibration, skill against a reference, and use for a decision.

Definitions: docs/indices.md §11.2. Pure functions of predicted chances and outcomes; the gate that
decides whether a risk may be shown is in `honesty_gate`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape


def mae(predicted: Floats, actual: Floats) -> float:
    """Mean absolute error; NaN where there is nothing to compare. Raises BadShape for unequal lengths."""
    _same(predicted, actual)
    return float(np.abs(predicted - actual).mean()) if predicted.size else float("nan")


def rmse(predicted: Floats, actual: Floats) -> float:
    """Root mean squared error."""
    _same(predicted, actual)
    return float(np.sqrt(np.square(predicted - actual).mean())) if predicted.size else float("nan")


def brier(chance: Floats, event: Floats) -> float:
    """Mean squared difference of predicted chance and outcome (0 or 1)."""
    _same(chance, event)
    return float(np.square(chance - event).mean())


def brier_skill(chance: Floats, event: Floats, reference: Floats | float) -> float:
    """1 - Brier / Brier of `reference`: above 0 is better than the reference."""
    baseline = np.broadcast_to(np.asarray(reference, dtype=np.float64), event.shape)
    against = brier(baseline, event)
    return 1.0 - brier(chance, event) / against if against > 0.0 else float("nan")


def observed_to_expected(chance: Floats, event: Floats) -> float:
    """Number of events over the sum of predicted chances; 1 is calibrated in the large."""
    _same(chance, event)
    return float(event.sum() / chance.sum()) if chance.sum() > 0.0 else float("inf")


def calibration_slope(chance: Floats, event: Floats) -> float:
    """Slope of a logistic regression of the outcome on the predicted log-odds; 1 is calibrated, NaN if constant."""
    _same(chance, event)
    clipped = np.clip(chance, 1e-6, 1.0 - 1e-6)
    score = np.log(clipped / (1.0 - clipped))
    if score.std() < 1e-9 or not 0.0 < event.mean() < 1.0:
        return float("nan")
    X = np.column_stack([np.ones_like(score), score])
    mean = event.mean()
    weights = np.array([np.log(mean / (1.0 - mean)), 0.0])
    for _ in range(25):
        fitted = 1.0 / (1.0 + np.exp(-np.clip(X @ weights, -30, 30)))
        bend = (X * (fitted * (1.0 - fitted))[:, None]).T @ X + 1e-9 * np.eye(2)
        weights = weights + np.linalg.solve(bend, X.T @ (event - fitted))
    return float(weights[1])


def net_benefit(chance: Floats, event: Floats, threshold: float) -> float:
    """TP/n - FP/n * p/(1-p) when everybody at or above `threshold` p is treated."""
    _same(chance, event)
    treated = chance >= threshold
    true, false = float((treated & (event == 1)).mean()), float((treated & (event == 0)).mean())
    return true - false * threshold / (1.0 - threshold)


def auc(score: Floats, event: Floats) -> float:
    """Chance that a random event outranks a random non-event, ties half; NaN without both classes."""
    _same(score, event)
    positives, negatives = int((event == 1).sum()), int((event == 0).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2.0)[place]
    return float((rank[event == 1].sum() - positives * (positives + 1) / 2.0) / (positives * negatives))


def within_athlete_auc(score: Floats, event: Floats, athlete: NDArray[np.int64]) -> float:
    """AUC within each athlete, averaged with weight events x non-events: identity alone scores .5."""
    total = weight = 0.0
    for one in np.unique(athlete):
        mine = athlete == one
        pairs = float((event[mine] == 1).sum()) * float((event[mine] == 0).sum())
        if pairs > 0.0:
            total, weight = total + pairs * auc(score[mine], event[mine]), weight + pairs
    return total / weight if weight > 0.0 else float("nan")


def _same(first: NDArray[Any], second: NDArray[Any]) -> None:
    if first.shape != second.shape or first.ndim != 1:
        raise BadShape(f"expected two columns of one length, got {first.shape} and {second.shape}")


def log_loss(chance: Floats, event: Floats) -> float:
    """Mean negative log likelihood of outcomes (0 or 1) under predicted chances, in nats."""
    _same(chance, event)
    certain = np.clip(chance, 1e-9, 1.0 - 1e-9)
    return float(-np.mean(event * np.log(certain) + (1.0 - event) * np.log(1.0 - certain)))
