"""The padded loop: every athlete's days stacked again each round, filled up to 64 days, with a weight for each day.

Slower, and written down another way: what packed series give is compared with it, in tests and in `make bench`.
"""

import math
from collections.abc import Sequence

import numpy as np

from models.features import AthleteSeries
from models.privacy.per_athlete_gradients import HUBER_DELTA, GradientKind, day_shares, sigmoid, split_mlp

LENGTH_STEP, TOGETHER = 64, 256


def padded_gradients(kind: GradientKind, weights: np.ndarray, series: Sequence[AthleteSeries]) -> np.ndarray:
    """What `athlete_gradients` returns."""
    gradients = np.zeros((len(series), weights.size))
    by_length: dict[int, list[int]] = {}
    for place, one in enumerate(series):
        by_length.setdefault(LENGTH_STEP * math.ceil(len(one.y) / LENGTH_STEP), []).append(place)
    for length, places in by_length.items():
        for first in range(0, len(places), TOGETHER):
            some = places[first : first + TOGETHER]
            gradients[some] = _of_batch(kind, weights, *_stacked([series[place] for place in some], length))
    return gradients


def _stacked(series: Sequence[AthleteSeries], length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X = np.zeros((len(series), length, series[0].X.shape[1]), np.float32)
    y, share = np.zeros(X.shape[:2], np.float32), np.zeros(X.shape[:2], np.float32)
    for row, one in enumerate(series):
        days = len(one.y)
        X[row, :days], y[row, :days], share[row, :days] = one.X, np.where(one.mask, one.y, 0.0), day_shares(one)
    return X, y, share


def _of_batch(kind: GradientKind, weights: np.ndarray, X: np.ndarray, y: np.ndarray, share: np.ndarray) -> np.ndarray:
    if kind == "mlp":
        return _of_network(weights, X, y, share)
    score = X @ weights[:-1].astype(np.float32) + np.float32(weights[-1])
    error = (sigmoid(score) if kind == "logistic" else score) - y
    if kind == "huber":
        error = np.clip(error, -HUBER_DELTA, HUBER_DELTA)
    error = error * share
    slopes = np.matmul(error[:, None, :], X)[:, 0, :]
    return np.concatenate([slopes, error.sum(axis=1, keepdims=True)], axis=1).astype(np.float64)


def _of_network(weights: np.ndarray, X: np.ndarray, y: np.ndarray, share: np.ndarray) -> np.ndarray:
    W1, b1, w2, b2 = split_mlp(weights.astype(np.float32), X.shape[2])
    hidden = np.tanh(X @ W1.T + b1)
    error = (sigmoid(hidden @ w2 + np.float32(b2)) - y) * share
    back = error[:, :, None] * w2 * (1.0 - hidden * hidden)
    flat = [
        np.matmul(back.transpose(0, 2, 1), X).reshape(len(X), -1),
        back.sum(axis=1),
        np.matmul(error[:, None, :], hidden)[:, 0, :],
        error.sum(axis=1, keepdims=True),
    ]
    return np.concatenate(flat, axis=1).astype(np.float64)
