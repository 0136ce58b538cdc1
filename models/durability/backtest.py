"""Backtest of the durability index: does it rank athletes as their availability of the following year does?

One pair for each athlete: the released index as it stood a year before the last record, and the availability of that
year. The rank correlation (Spearman 1904) has an interval after Fisher with the standard error of Bonett and Wright
2000; below thirty athletes none is given (docs/indices.md §8.8).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arrays import Floats
from models.durability.availability import INPUTS, days_lost, durability_inputs
from models.durability.index import WINDOW_DAYS, durability
from models.durability.released_index import LEAST_ELIGIBLE_DAYS, check_releasable
from models.errors import BadShape, NotEnoughData

LEAST_ATHLETES: Final = 30
YEAR_D: Final = int(WINDOW_DAYS)
NORMAL_975: Final = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class BacktestPair:
    """One athlete: index at the cut (0 to 100), and the share of eligible days available before and after it."""

    index: float
    availability_before: float
    availability_after: float


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Spearman's correlation over n athletes with its 95 % interval; None below thirty, or without different ranks."""

    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What was found. past_alone: of last year's plain availability with the year after, which the index has to beat.

    left_out: athletes without enough days for an index or for the year after it.
    """

    index: RankCorrelation
    past_alone: RankCorrelation
    left_out: int


def backtest(athletes: Iterable[Mapping[str, Floats]]) -> Backtest:
    """Return what the index says of the year after, over athletes' daily columns, as in `durability_inputs`."""
    found = [_pair_or_none(daily) for daily in athletes]
    pairs = [one for one in found if one is not None]
    after = [one.availability_after for one in pairs]
    return Backtest(
        index=rank_correlation([one.index for one in pairs], after),
        past_alone=rank_correlation([one.availability_before for one in pairs], after),
        left_out=len(found) - len(pairs),
    )


def _pair_or_none(daily: Mapping[str, Floats]) -> BacktestPair | None:
    try:
        return backtest_pair(daily)
    except NotEnoughData:
        return None


def backtest_pair(daily: Mapping[str, Floats]) -> BacktestPair:
    """Return one athlete's pair, the cut being a year before the last day.

    Nothing after the cut enters the index. Raises NotEnoughData where the index at the cut could not have been
    released, or where the year after it has fewer than 180 eligible days.
    """
    days = len(daily["time_loss"])
    if days <= YEAR_D:
        raise NotEnoughData("expected more than a year of days")
    before, after = (
        {name: values[part] for name, values in daily.items() if name in INPUTS}
        for part in (slice(None, -YEAR_D), slice(-YEAR_D, None))
    )
    result = durability(durability_inputs(before))
    check_releasable(result, is_minor=False)
    past = {name: values[-YEAR_D:] for name, values in before.items()}
    return BacktestPair(result.median, _availability(past), _availability(after))


def _availability(daily: Mapping[str, Floats]) -> float:
    """Share of the days that count (docs/indices.md §8.2) not lost to injury, a restricted one counting half."""
    lost = days_lost(daily)
    if lost.size < LEAST_ELIGIBLE_DAYS:
        raise NotEnoughData(f"expected at least {LEAST_ELIGIBLE_DAYS} eligible days of a year")
    return 1.0 - float(lost.mean())


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> RankCorrelation:
    """Return Spearman's correlation, ties at their mean rank; raises BadShape for two of different lengths."""
    if len(one) != len(other):
        raise BadShape(f"expected as many of one as of the other, got {len(one)} and {len(other)}")
    n = len(one)
    if n < LEAST_ATHLETES or min(len(set(one)), len(set(other))) < 2:
        return RankCorrelation(n, None, None, None)
    value = float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])
    if abs(value) >= 1.0 - 1e-12:
        return RankCorrelation(n, round(value), round(value), round(value))
    half = NORMAL_975 * math.sqrt((1.0 + value**2 / 2.0) / (n - 3))
    centre = math.atanh(value)
    return RankCorrelation(n, value, math.tanh(centre - half), math.tanh(centre + half))


def _ranks(values: Sequence[float]) -> Floats:
    _, place, counts = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    middles: Floats = np.cumsum(counts) - (counts - 1) / 2.0
    return middles[place.reshape(-1)]
