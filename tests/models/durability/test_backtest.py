"""The backtest: its correlation is another program's, its interval holds, nothing after the cut enters the index."""

import numpy as np
import pytest
from scipy import stats

from models.durability.backtest import LEAST_ATHLETES, YEAR_D, backtest, backtest_pair, rank_correlation
from models.errors import BadShape, NotEnoughData
from models.synthetic.league import synthetic_league

RANDOM = np.random.default_rng(20261130)


def days_of(lost_before: int, lost_after: int, *, days: int = 3 * YEAR_D) -> dict[str, np.ndarray]:
    lost = np.zeros(days)
    lost[days - YEAR_D - 100 : days - YEAR_D - 100 + lost_before] = 1.0
    lost[days - 100 : days - 100 + lost_after] = 1.0
    return {"time_loss": lost}


@pytest.mark.parametrize("n", [30, 31, 200])
def test_the_correlation_is_scipys_ties_included(n: int) -> None:
    one = RANDOM.integers(0, 8, n).astype(float)
    other = one + RANDOM.integers(-4, 5, n)

    found = rank_correlation(one.tolist(), other.tolist())

    assert found.value == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high  # type: ignore[operator]  # not None, as the line above says


def test_the_interval_holds_the_true_value_about_95_times_of_100() -> None:
    """Of a bivariate normal distribution with correlation .5 Spearman's is 6/pi asin(.25) = .4826 (Pearson 1907)."""
    true, held, tries = 6 / np.pi * np.arcsin(0.25), 0, 2_000
    for _ in range(tries):
        x = RANDOM.normal(size=60)
        y = 0.5 * x + np.sqrt(0.75) * RANDOM.normal(size=60)
        found = rank_correlation(x.tolist(), y.tolist())
        assert found.low is not None
        assert found.high is not None
        held += found.low <= true <= found.high

    assert held / tries == pytest.approx(0.95, abs=0.015)


def test_below_thirty_there_is_none_and_a_perfect_order_is_one() -> None:
    few = list(range(LEAST_ATHLETES - 1))
    assert rank_correlation(few, few).value is None
    assert rank_correlation(few, few).n == LEAST_ATHLETES - 1
    enough = list(range(LEAST_ATHLETES))
    assert rank_correlation(enough, enough).value == 1
    assert rank_correlation(enough, enough[::-1]).value == -1
    assert rank_correlation(enough, [1.0] * LEAST_ATHLETES).value is None
    with pytest.raises(BadShape):
        rank_correlation([1.0], [])


def test_a_pair_is_the_index_before_the_cut_and_the_availability_after_it() -> None:
    pair = backtest_pair(days_of(30, 73))

    assert pair.availability_before == pytest.approx(1 - 30 / YEAR_D)
    assert pair.availability_after == pytest.approx(1 - 73 / YEAR_D)
    assert pair.index == backtest_pair(days_of(30, 0)).index
    assert pair.index < backtest_pair(days_of(0, 73)).index


def test_who_has_too_few_days_is_left_out_and_counted() -> None:
    with pytest.raises(NotEnoughData):
        backtest_pair(days_of(0, 0, days=YEAR_D))
    with pytest.raises(NotEnoughData):
        backtest_pair(days_of(0, 0, days=YEAR_D + 150))
    away = days_of(0, 0)
    away["absence"] = np.where(np.arange(3 * YEAR_D) >= 2 * YEAR_D + 100, 1.0, 0.0)
    with pytest.raises(NotEnoughData):
        backtest_pair(away)

    found = backtest([days_of(0, 0), days_of(0, 0, days=100), away])
    assert (found.index.n, found.left_out, found.index.value) == (1, 2, None)


@pytest.mark.slow
def test_on_the_simulator_it_is_what_the_documents_say() -> None:
    """docs/indices.md §8.8 has .59 of 577 athletes; 120 of them lie within their interval around it."""
    league = synthetic_league(1, ["simulated"], 120, 4 * YEAR_D)
    found = backtest(one.daily for one in league.athletes)

    assert found.index.n + found.left_out == 120
    assert found.index.value is not None
    assert 0.4 < found.index.value < 0.75
