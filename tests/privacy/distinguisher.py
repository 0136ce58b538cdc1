"""A distinguisher: guesses from served bytes whether two entries of a log belong to the same athlete.

It is as strong as we could make it with numpy and scipy: every bit in which tags, commitments and leaf hashes
differ, their distances, where the entries stand, and what stands around them, in a logistic regression and in boosted
stumps. Half of the pairs train it, the other half are its guesses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.stats import rankdata

from tests.privacy.served_log import Seen

Features = npt.NDArray[np.float32]
Labels = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

RIDGE, STEPS = 10.0, 30
STUMPS, TRIED, CUTS, RATE = 40, 64, 4, 0.3


def auc(scores: Scores, labels: Labels) -> float:
    """Area under the ROC curve: how often a pair of one athlete is ranked above a pair of two. 0.5 is chance."""
    ranks, same = rankdata(scores), int(labels.sum())
    return float((ranks[labels].sum() - same * (same + 1) / 2) / (same * (len(labels) - same)))


def guesses(train: Features, learned: Labels, test: Features) -> dict[str, Scores]:
    """Return the scores that each method gives to the pairs of `test` after learning from `train`."""
    center, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread < 1e-6] = 1.0
    return {
        "logistic regression": _logistic((train - center) / spread, learned)((test - center) / spread),
        "boosted stumps": _stumps(train, learned)(test),
    }


def pair_features(seen: Seen, first: Numbers, second: Numbers) -> Features:
    """Everything measured about pairs of entries from their served bytes and places; one row per pair."""
    parts = [
        _bits(seen.tags, first, second),
        _bits(seen.commitments, first, second),
        _bits(seen.leaf_hashes, first, second),
        _byte_distances(seen.tags, first, second),
        _byte_distances(seen.commitments, first, second),
        _summaries(seen, first, second),
        _places(seen, first, second),
        _neighbours(seen, first, second),
    ]
    return np.hstack([part.astype(np.float32) for part in parts])


def public_features(seen: Seen, first: Numbers, second: Numbers) -> Features:
    """Only what is deliberately public: kinds, organisations, days, publications, and whether they agree."""
    together = seen.publications[first] == seen.publications[second]
    same_org = seen.orgs[first] == seen.orgs[second]
    columns = [
        same_org,
        seen.kinds[first] == seen.kinds[second],
        together,
        np.abs(seen.days[first] - seen.days[second]),
        np.abs(seen.publications[first] - seen.publications[second]),
        *((seen.orgs[first] == org).astype(int) + (seen.orgs[second] == org) for org in np.unique(seen.orgs)),
    ]
    # Which two kinds, apart and together: a refund beside a decision in one publication, for one.
    mixed = 1000 * np.minimum(seen.kinds[first], seen.kinds[second]) + np.maximum(seen.kinds[first], seen.kinds[second])
    for one, other in combinations_with_replacement(np.unique(seen.kinds), 2):
        code = 1000 * one + other
        columns += [mixed == code, (mixed == code) & together, (mixed == code) & same_org]
    return np.stack(columns, axis=1).astype(np.float32)


def entry_features(seen: Seen, entries: Numbers) -> Features:
    """Everything measured about single entries: all bits of tag and commitment, and their place."""
    within = entries - seen.starts[seen.publications[entries]]
    span = np.diff(seen.starts)[seen.publications[entries]]
    places = np.stack([within / np.maximum(span, 1), entries % 2, entries % 256, seen.lengths[entries]], axis=1)
    bits = [np.unpackbits(values[entries], axis=1) for values in (seen.tags, seen.commitments, seen.leaf_hashes)]
    return np.hstack([*bits, places]).astype(np.float32)


def _bits(values: npt.NDArray[np.uint8], first: Numbers, second: Numbers) -> npt.NDArray[np.uint8]:
    return np.unpackbits(values[first] ^ values[second], axis=1)


def _byte_distances(values: npt.NDArray[np.uint8], first: Numbers, second: Numbers) -> npt.NDArray[np.int64]:
    return np.abs(values[first].astype(np.int64) - values[second].astype(np.int64))


def _summaries(seen: Seen, first: Numbers, second: Numbers) -> npt.NDArray[np.float64]:
    columns: list[npt.NDArray[np.float64]] = []
    for values in (seen.tags, seen.commitments, seen.leaf_hashes):
        bits = _bits(values, first, second)
        differing = values[first] != values[second]
        columns += [
            bits.sum(axis=1).astype(float),
            np.where(bits.any(axis=1), bits.argmax(axis=1), bits.shape[1]).astype(float),  # shared prefix, in bits
            np.where(bits.any(axis=1), bits[:, ::-1].argmax(axis=1), bits.shape[1]).astype(float),  # shared suffix
            (~differing).sum(axis=1).astype(float),
            (bits.sum(axis=1) % 2).astype(float),
            np.abs(_leading(values[first]) - _leading(values[second])),
        ]
    crossed = np.unpackbits(seen.tags[first] ^ seen.commitments[second][:, :16], axis=1).sum(axis=1)
    return np.stack([*columns, crossed.astype(float)], axis=1)


def _leading(values: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    return values[:, :6].astype(np.float64) @ (256.0 ** -np.arange(1, 7))


def _places(seen: Seen, first: Numbers, second: Numbers) -> npt.NDArray[np.float64]:
    distance = np.abs(first - second)
    spans = np.diff(seen.starts)
    within = [
        (e - seen.starts[seen.publications[e]]) / np.maximum(spans[seen.publications[e]], 1) for e in (first, second)
    ]
    columns = [
        np.log1p(distance),
        distance,
        distance == 1,
        distance <= 3,
        distance <= 8,
        distance <= 32,
        distance % 2,
        distance % 256,
        first // 256 == second // 256,
        np.abs(first % 256 - second % 256),
        np.abs(within[0] - within[1]),
        (within[0] + within[1]) / 2,
        seen.lengths[first] == seen.lengths[second],
        seen.lengths[first] + seen.lengths[second],
    ]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


def _neighbours(seen: Seen, first: Numbers, second: Numbers) -> npt.NDArray[np.float64]:
    """Do the entries around the two agree in kind and organisation, and in how much of their tags?"""
    last, columns = len(seen) - 1, []
    for step in (-2, -1, 1, 2):
        one, other = np.clip(first + step, 0, last), np.clip(second + step, 0, last)
        columns += [
            seen.kinds[one] == seen.kinds[other],
            seen.orgs[one] == seen.orgs[other],
            seen.kinds[one] == seen.kinds[first],
            seen.orgs[other] == seen.orgs[second],
            _bits(seen.tags, one, second).sum(axis=1),
            _bits(seen.tags, first, other).sum(axis=1),
        ]
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


def _logistic(x: Features, labels: Labels) -> Callable[[Features], Scores]:
    sign = np.where(labels, 1.0, -1.0)

    def loss(weights: Scores) -> tuple[float, Scores]:
        margin = sign * (x @ weights[:-1].astype(np.float32) + weights[-1])
        value = np.logaddexp(0, -margin).sum() + RIDGE / 2 * weights[:-1] @ weights[:-1]
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        return float(value), np.append(x.T @ slope.astype(np.float32) + RIDGE * weights[:-1], slope.sum())

    start = np.zeros(x.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return lambda other: other @ found[:-1].astype(np.float32) + found[-1]


@dataclass(frozen=True)
class _Stump:
    """A one-level tree: one value above the cut of a column, another below."""

    column: int
    cut: float
    high: float
    low: float

    def __call__(self, columns: Features) -> Scores:
        return np.where(columns[self.column] > self.cut, self.high, self.low)


def _stumps(x: Features, labels: Labels) -> Callable[[Features], Scores]:
    """Gradient boosting of one-level trees; each round tries some columns and a few cuts of each."""
    columns, generator = np.ascontiguousarray(x.T), np.random.default_rng(7)
    cuts = [np.unique(column) for column in np.quantile(columns, np.linspace(0.05, 0.95, CUTS), axis=1).T]
    chosen: list[_Stump] = []
    score = np.zeros(len(labels))
    for _ in range(STUMPS):
        residual = (labels - 1 / (1 + np.exp(-score))).astype(np.float32)
        tried = generator.choice(len(columns), size=min(TRIED, len(columns)), replace=False)
        stump = _best_stump(columns, residual, [(int(column), cuts[column]) for column in tried])
        chosen.append(stump)
        score += stump(columns)
    return lambda other: sum((stump(other.T) for stump in chosen), np.zeros(len(other)))


def _best_stump(columns: Features, residual: Features, tried: Iterable[tuple[int, Features]]) -> _Stump:
    best, gain, total = _Stump(0, 0.0, 0.0, 0.0), -1.0, float(residual.sum())
    for column, cuts in tried:
        for cut in cuts:
            above = columns[column] > cut
            count = int(above.sum())
            if count in (0, len(above)):
                continue
            high = float(residual @ above)
            low, rest = total - high, len(above) - count
            if high**2 / count + low**2 / rest > gain:
                gain = high**2 / count + low**2 / rest
                best = _Stump(column, float(cut), RATE * 4 * high / count, RATE * 4 * low / rest)
    return best
