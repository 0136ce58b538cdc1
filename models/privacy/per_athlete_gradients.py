"""Per-athlete clipped gradients, hand-batched: one athlete's whole series is one sample.

The gradient of an athlete is the mean over that athlete's own valid days, so it depends on nobody else; below
`FULL_WEIGHT_DAYS` days the sum is divided by that public number instead, so that a short history weighs less.
It is clipped to L2 norm C; the sum over athletes then changes by at most C when one athlete joins or leaves
(docs/privacy.md §1.1 and §1.2). That must hold to the last bit, because rounding to integers follows:
`packed_series` says how an athlete's days are laid out so that nobody else's presence moves a digit. The general path
for torch modules is in `opacus_gradients`.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape
from models.features import AthleteSeries
from models.privacy.packed_series import PackedChunk, Scratch, Singles, chunks_of

GradientKind = Literal["linear", "huber", "logistic", "mlp"]

FULL_WEIGHT_DAYS = 100  # ours, chosen in simulation (see `recipes`): the mean of a few days is mostly noise
HUBER_DELTA = 1.0  # ours, chosen in simulation (see `recipes`): in units of the target

MLP_HIDDEN = 16  # ours: a small network; docs/privacy.md §1.7


def sigmoid(z: NDArray[Any]) -> NDArray[Any]:
    """Logistic function, stable for large |z|; keeps the precision of `z`."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def mlp_dimension(features: int) -> int:
    """Number of weights of the small network: W1 (hidden, features), b1, w2, b2, flattened in this order."""
    return MLP_HIDDEN * (features + 2) + 1


def split_mlp(weights: NDArray[Any], features: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], float]:
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
    gradients, days = np.zeros((len(series), weights.size)), np.zeros(len(series))
    current, rooms = weights.astype(np.float32), (Scratch(), Scratch())
    for chunk in chunks_of(series):
        sums = _mlp_sums(current, chunk, *rooms) if kind == "mlp" else _linear_sums(kind, current, chunk, rooms[0])
        gradients[chunk.places], days[chunk.places] = sums, chunk.days
    gradients /= np.maximum(days, FULL_WEIGHT_DAYS)[:, None]
    return gradients


def projected(gradients: Floats, rows: Floats) -> Floats:
    """Gradients (athletes, d) along the rows (k, d), as (athletes, k), each athlete's to the bit as if alone.

    Products are added athlete by athlete: a matrix product chooses its order by the number of athletes.
    """
    along: Floats = (gradients[:, None, :] * rows[None, :, :]).sum(axis=2)
    return along


def clip_rows(gradients: Floats, clip: float | Floats) -> Floats:
    """Scale every row down to L2 norm `clip`; shorter rows stay. A row that is not finite counts as 0.

    clip: of every row, or (athletes, 1) with one for each.
    """
    finite = np.isfinite(gradients).all(axis=1, keepdims=True)
    rows = np.where(finite, gradients, 0.0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    clipped: Floats = rows * np.minimum(1.0, clip / np.maximum(norms, 1e-300))
    return clipped


def day_shares(one: AthleteSeries) -> NDArray[np.float32]:
    """Weight of each day in the athlete's loss, (days,): 1 / max(valid days, FULL_WEIGHT_DAYS), or 0."""
    shares: NDArray[np.float32] = (one.mask / max(one.n_valid, FULL_WEIGHT_DAYS)).astype(np.float32)
    return shares


def scores(weights: Singles, chunk: PackedChunk, room: Scratch) -> Singles:
    """What a linear model says of each day of a chunk, (athletes, length). Raises BadShape for other weights."""
    if weights.shape != (chunk.X.shape[1],):
        raise BadShape(f"expected {chunk.X.shape[1]} weights, got shape {weights.shape}")
    return np.matmul(weights, chunk.X, out=room.of(*chunk.y.shape))


def _linear_sums(kind: GradientKind, weights: Singles, chunk: PackedChunk, room: Scratch) -> Singles:
    """Sums over days of the gradients of a linear model, (athletes, weights)."""
    error = scores(weights, chunk, room)
    if kind == "logistic":
        _to_chances(error)
    error -= chunk.y
    if kind == "huber":
        np.minimum(error, HUBER_DELTA, out=error)
        np.maximum(error, -HUBER_DELTA, out=error)
    sums: Singles = np.matmul(chunk.X, error[:, :, None])[:, :, 0]
    return sums


def _mlp_sums(weights: Singles, chunk: PackedChunk, first: Scratch, second: Scratch) -> Singles:
    """Sums over days of the gradients of the small network, (athletes, weights), in the order of `split_mlp`."""
    athletes, rows, length = chunk.X.shape
    W1, b1, w2, _ = split_mlp(weights, rows - 1)
    hidden = first.of(athletes, MLP_HIDDEN + 1, length)
    back = hidden[:, :-1]
    np.tanh(np.matmul(np.column_stack([W1, b1]), chunk.X, out=back), out=back)
    hidden[:, -1] = chunk.X[:, -1]
    error = np.matmul(weights[-MLP_HIDDEN - 1 :], hidden, out=second.of(athletes, length))
    _to_chances(error)
    error -= chunk.y
    outer = np.matmul(hidden, error[:, :, None])[:, :, 0]
    np.multiply(back, back, out=back)
    np.subtract(1.0, back, out=back)
    back *= error[:, None, :]
    inner = np.matmul(back, chunk.X.transpose(0, 2, 1)) * w2[:, None]
    return np.concatenate([inner[:, :, :-1].reshape(athletes, -1), inner[:, :, -1], outer], axis=1)


def _to_chances(score: Singles) -> None:
    """The logistic function, in place; as `sigmoid`."""
    score *= 0.5
    np.tanh(score, out=score)
    score += 1.0
    score *= 0.5
