"""Per-athlete clipped gradients, hand-batched: one athlete's whole series is one sample.

The gradient of an athlete is the mean over that athlete's own valid days, so it depends on nobody else; below
`FULL_WEIGHT_DAYS` days the sum is divided by that public number instead, so that a short history weighs less.
It is clipped to L2 norm C; the sum over athletes then changes by at most C when one athlete joins or leaves
(docs/privacy.md §1.1 and §1.2). That must hold to the last bit, because rounding to integers follows:
an athlete is padded to a length that depends on that athlete's own days only, as the order in which floating-point
numbers are added, and with it their last digits, depends on the length. The general path for torch modules is in
`opacus_gradients`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape
from models.features import AthleteSeries

GradientKind = Literal["linear", "huber", "logistic", "mlp"]

FULL_WEIGHT_DAYS = 100  # ours, chosen in simulation (see `recipes`): the mean of a few days is mostly noise
HUBER_DELTA = 1.0  # ours, chosen in simulation (see `recipes`): in units of the target

MLP_HIDDEN = 16  # ours: a small network; docs/privacy.md §1.7
CHUNK = 256  # ours: athletes computed together; bounds memory, changes no result
LENGTH_STEP = 64  # ours: days that a series is padded to a multiple of, so that many series share a length


def sigmoid(z: NDArray[Any]) -> NDArray[Any]:
    """Logistic function, stable for large |z|; keeps the precision of `z`."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def mlp_dimension(features: int) -> int:
    """Number of weights of the small network: W1 (hidden, features), b1, w2, b2, flattened in this order."""
    return MLP_HIDDEN * (features + 2) + 1


def split_mlp(weights: Floats, features: int) -> tuple[Floats, Floats, Floats, float]:
    """Return W1 (hidden, features), b1 (hidden,), w2 (hidden,) and b2 of a flat weight vector."""
    if weights.shape != (mlp_dimension(features),):
        raise BadShape(f"expected {mlp_dimension(features)} weights, got shape {weights.shape}")
    W1, b1, w2, b2 = np.split(weights, np.cumsum([MLP_HIDDEN * features, MLP_HIDDEN, MLP_HIDDEN]))
    return W1.reshape(MLP_HIDDEN, features), b1, w2, float(b2[0])


def athlete_gradients(kind: GradientKind, weights: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """Unclipped gradients (athletes, weights): mean over each athlete's valid days, 0 where there is none.

    Losses: half squared error for "linear", Huber's for "huber" (a linear model too), binary cross-entropy for
    "logistic" and "mlp" (tanh, one output).
    """
    gradients = np.zeros((len(series), weights.size))
    for places in _batches(series):
        gradients[places] = _batch_gradients(kind, weights, *_padded([series[place] for place in places]))
    return gradients


def projected(gradients: Floats, rows: Floats) -> Floats:
    """Gradients (athletes, d) along the rows (k, d), as (athletes, k), each athlete's to the bit as if alone.

    Products are added athlete by athlete: a matrix product chooses its order by the number of athletes.
    """
    along: Floats = (gradients[:, None, :] * rows[None, :, :]).sum(axis=2)
    return along


def clip_rows(gradients: Floats, clip: float) -> Floats:
    """Scale every row down to L2 norm `clip`; shorter rows stay. A row that is not finite counts as 0."""
    finite = np.isfinite(gradients).all(axis=1, keepdims=True)
    rows = np.where(finite, gradients, 0.0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    clipped: Floats = rows * np.minimum(1.0, clip / np.maximum(norms, 1e-300))
    return clipped


def day_shares(one: AthleteSeries) -> NDArray[np.float32]:
    """Weight of each day in the athlete's loss, (days,): 1 / max(valid days, FULL_WEIGHT_DAYS), or 0."""
    shares: NDArray[np.float32] = (one.mask / max(one.n_valid, FULL_WEIGHT_DAYS)).astype(np.float32)
    return shares


def _batches(series: Sequence[AthleteSeries]) -> Iterator[list[int]]:
    """Places of athletes who share a padded length, at most CHUNK at a time."""
    by_length: dict[int, list[int]] = {}
    for place, one in enumerate(series):
        by_length.setdefault(_padded_length(one), []).append(place)
    for places in by_length.values():
        for start in range(0, len(places), CHUNK):
            yield places[start : start + CHUNK]


def _padded_length(one: AthleteSeries) -> int:
    return LENGTH_STEP * math.ceil(int(one.X.shape[0]) / LENGTH_STEP)


def _padded(series: Sequence[AthleteSeries]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Stack to X (athletes, days, features), y and (athletes, days) days' shares of the mean."""
    length = _padded_length(series[0])
    X = np.zeros((len(series), length, series[0].X.shape[1]), np.float32)
    y = np.zeros((len(series), length), np.float32)
    share = np.zeros((len(series), length), np.float32)
    for row, one in enumerate(series):
        days = one.X.shape[0]
        X[row, :days], y[row, :days] = one.X, np.where(one.mask, one.y, 0.0)
        share[row, :days] = day_shares(one)
    return X, y, share


def _batch_gradients(
    kind: GradientKind, weights: Floats, X: NDArray[np.float32], y: NDArray[np.float32], share: NDArray[np.float32]
) -> Floats:
    if kind == "mlp":
        return _mlp_gradients(weights, X, y, share)
    if weights.shape != (X.shape[2] + 1,):
        raise BadShape(f"expected {X.shape[2] + 1} weights, got shape {weights.shape}")
    score = X @ weights[:-1].astype(np.float32) + np.float32(weights[-1])
    error = (sigmoid(score) if kind == "logistic" else score) - y
    if kind == "huber":
        error = np.clip(error, -HUBER_DELTA, HUBER_DELTA)
    error = error * share
    slopes = np.matmul(error[:, None, :], X)[:, 0, :]
    return np.concatenate([slopes, error.sum(axis=1, keepdims=True)], axis=1).astype(np.float64)


def _mlp_gradients(
    weights: Floats, X: NDArray[np.float32], y: NDArray[np.float32], share: NDArray[np.float32]
) -> Floats:
    W1, b1, w2, b2 = split_mlp(weights.astype(np.float32), X.shape[2])
    hidden = np.tanh(X @ W1.T + b1)
    error = (sigmoid(hidden @ w2 + np.float32(b2)) - y) * share
    g_w2 = np.matmul(error[:, None, :], hidden)[:, 0, :]
    back = error[:, :, None] * w2 * (1.0 - hidden * hidden)
    g_W1 = np.matmul(back.transpose(0, 2, 1), X).reshape(len(X), -1)
    flat = [g_W1, back.sum(axis=1), g_w2, error.sum(axis=1, keepdims=True)]
    return np.concatenate(flat, axis=1).astype(np.float64)
