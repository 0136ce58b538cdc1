"""Recovery judged with heads, day by day: what each method errs on held-back days, and whether that is more than luck.

Every method may know on a day what was known when that day began, and no more: heads and the local ridge are refitted
on each day. Differences are resampled by athlete, since days of one athlete are alike (docs/indices.md §11.3).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.comparison import pooled_ridge
from models.evaluation.metrics import mae
from models.evaluation.readiness import ReadinessDays, Split, held_back, joined
from models.ewma import expanding_mean, half_life_mean
from models.features import RECOVERY_SCHEMA, AthleteSeries
from models.recovery import HALF_LIFE_D, design, deviations
from models.training.initial_weights import initial_weights
from models.training.private_head import daily_deviations, newest_head, sums_known, with_head

RIDGE_ALPHA = 30.0  # ours: the closest of 3 to 300 on SoccerMon but for 100, which gains .001; docs/indices.md §11.4
RESAMPLES = 1_000  # ours: the bounds of a mean difference then vary by less than a thousandth of a point
WITH_HEADS = "model, daily head"
ALONE = ("person mean", "EWMA", "local ridge daily")
"""What a club can do without any league: every recovery model has to beat all three (docs/indices.md §11.3)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean error of one method less that of another, with the 5th and 95th percentile over resampled athletes."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HeadErrors:
    """Sums of absolute errors by athlete, (athletes,) for each method, and the number of judged days of each.

    Only athletes with a judged day are in it. The methods are those of `METHODS`.
    """

    sums: Mapping[str, Floats]
    days: Floats

    @property
    def athletes(self) -> int:
        """How many athletes were judged on."""
        return int(self.days.size)

    @property
    def test_days(self) -> int:
        """How many days were judged on."""
        return int(self.days.sum())

    @property
    def errors(self) -> dict[str, float]:
        """Mean absolute error of each method over all judged days, in readiness points."""
        return {name: float(sums.sum() / self.days.sum()) for name, sums in self.sums.items()}

    def difference(self, method: str, other: str, *, rng: np.random.Generator) -> Difference:
        """By how much `method` errs more than `other`; athletes are drawn anew with the passed generator."""
        gaps = self.sums[method] - self.sums[other]
        drawn = rng.integers(self.athletes, size=(RESAMPLES, self.athletes))
        means = gaps[drawn].sum(axis=1) / self.days[drawn].sum(axis=1)
        low, high = np.quantile(means, (0.05, 0.95))
        return Difference(float(gaps.sum() / self.days.sum()), float(low), float(high))


def judge_with_heads(weights: Floats, athletes: Sequence[ReadinessDays]) -> HeadErrors:
    """Judge `weights` on each athlete's held-back days, without and with heads, beside what needs no league.

    Raises NotEnoughData if no athlete has a day to judge on, BadWeights for weights of another model.
    """
    splits = [split for split in held_back(athletes) if split.test.n_valid]
    sums = {
        name: np.array([_miss(method(weights, split), split.test) for split in splits])
        for name, method in METHODS.items()
    }
    return HeadErrors(sums, np.array([float(split.test.n_valid) for split in splits]))


def error_with_heads(weights: Floats, splits: Sequence[Split]) -> float:
    """Mean absolute error of one set of weights with daily heads over all test days of all athletes."""
    return mae(*joined([(daily_deviations(weights, _every_day(split)), split) for split in splits]))


def first_days_error(weights: Floats, athletes: Sequence[ReadinessDays], *, first: int) -> float:
    """Mean absolute error with daily heads on the first so many learnable days of each athlete: new to the node.

    Raises NotEnoughData if nobody has one.
    """
    parts = []
    for one in athletes:
        series = design_of(one)
        rows = np.flatnonzero(series.mask)[:first]
        parts.append(np.abs(daily_deviations(weights, series) - series.y)[rows])
    misses = np.concatenate(parts) if parts else np.array([])
    if not misses.size:
        raise NotEnoughData("expected at least one athlete with a day to judge on")
    return float(misses.mean())


def daily_ridge(series: AthleteSeries) -> Floats:
    """Deviations (days,) that a ridge of own days alone predicts, towards the own mean, refitted daily."""
    X = np.column_stack([series.X.astype(np.float64), np.ones(len(series.y))])
    kept = X * series.mask[:, None]
    bend = sums_known(kept[:, :, None] * X[:, None, :]) + RIDGE_ALPHA * np.eye(X.shape[1])
    pull = sums_known(kept * series.y.astype(np.float64)[:, None])
    found: Floats = (X * np.linalg.solve(bend, pull[:, :, None])[:, :, 0]).sum(axis=1)
    return found


def _miss(predicted: Floats, test: AthleteSeries) -> float:
    return float(np.abs(predicted - test.y)[test.mask].sum())


def design_of(days: ReadinessDays) -> AthleteSeries:
    """All rows of one athlete, nothing held back."""
    return design(days.readiness, days.weekday)


def _public() -> Floats:
    return np.array(initial_weights(RECOVERY_SCHEMA.model))


def _every_day(split: Split) -> AthleteSeries:
    return design_of(split.days)


def _person_mean(_: Floats, split: Split) -> Floats:
    return np.zeros(len(split.test.y))


def _ewma(_: Floats, split: Split) -> Floats:
    readiness = split.days.readiness
    return half_life_mean(readiness, half_life_d=HALF_LIFE_D) - expanding_mean(readiness)


METHODS: Mapping[str, Callable[[Floats, Split], Floats]] = {
    "person mean": _person_mean,
    "EWMA": _ewma,
    "local ridge once": lambda _, split: deviations(pooled_ridge([split.train]), split.test.X),
    "local ridge daily": lambda _, split: daily_ridge(_every_day(split)),
    "public initial weights": lambda _, split: deviations(_public(), split.test.X),
    "public initial weights, head fitted once": lambda _, split: deviations(
        with_head(_public(), newest_head(_public(), split.train)), split.test.X
    ),
    "public initial weights, daily head": lambda _, split: daily_deviations(_public(), _every_day(split)),
    "model": lambda weights, split: deviations(weights, split.test.X),
    WITH_HEADS: lambda weights, split: daily_deviations(weights, _every_day(split)),
}
"""Each method's predicted deviations (days,) for given weights; only the last two read them."""
