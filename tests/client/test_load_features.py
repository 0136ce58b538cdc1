"""Load metrics against golden numbers and against what must hold for every series."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from client.errors import BadObservation
from client.features import fitness_fatigue, load
from client.features.acwr import AcwrMethod, acwr, ewma, is_warming_up
from client.features.fitness_fatigue import FAST_D, SLOW_D, balance

Floats = NDArray[np.float64]
series = st.lists(st.integers(0, 900), min_size=35, max_size=60).map(lambda values: np.array(values, dtype=float))


@pytest.fixture
def golden_load(golden: dict[str, Any]) -> Floats:
    return np.array(golden["load_series"], dtype=float)


@pytest.mark.parametrize("method", list(AcwrMethod))
def test_golden_ratios(golden: dict[str, Any], golden_load: Floats, method: AcwrMethod) -> None:
    assert acwr(golden_load, method)[-1] == pytest.approx(golden["acwr"][method.value], rel=1e-12)


def test_golden_monotony_and_strain(golden: dict[str, Any]) -> None:
    week = np.array(golden["foster"]["week"])

    assert load.weekly_sum(week)[-1] == golden["foster"]["sum"]
    for ddof in (0, 1):
        assert load.monotony(week, ddof=ddof)[-1] == pytest.approx(golden["foster"][f"monotony_ddof{ddof}"])
        assert load.strain(week, ddof=ddof)[-1] == pytest.approx(golden["foster"][f"strain_ddof{ddof}"])


def test_golden_chart(golden: dict[str, Any], golden_load: Floats) -> None:
    found, numbers = balance(golden_load), golden["pmc_exp"]

    assert (found.ctl[-1], found.atl[-1]) == pytest.approx((numbers["ctl"], numbers["atl"]))
    assert found.tsb[-1] == pytest.approx(numbers["tsb_prev_day"])
    assert found.tsb_same_day[-1] == pytest.approx(numbers["tsb_same_day"])


def test_golden_chart_of_the_first_order_decay_is_that_of_a_slightly_shorter_time(
    golden: dict[str, Any], golden_load: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 / τ is 1 - exp(-1 / τ') for τ' = -1 / ln(1 - 1 / τ)."""
    for name, tau in (("SLOW_D", SLOW_D), ("FAST_D", FAST_D)):
        monkeypatch.setattr(fitness_fatigue, name, -1 / np.log(1 - 1 / tau))

    found, numbers = balance(golden_load), golden["pmc_1_over_tau"]

    assert (found.ctl[-1], found.atl[-1]) == pytest.approx((numbers["ctl"], numbers["atl"]))
    assert found.tsb[-1] == pytest.approx(numbers["tsb_prev_day"])


def test_golden_trimp(golden: dict[str, Any]) -> None:
    numbers = golden["trimp"]

    def banister(factor: float, exponent: float) -> float:
        return load.trimp_banister(60, 150, rest=50, maximum=190, factor=factor, exponent=exponent)

    assert banister(0.64, 1.92) == pytest.approx(numbers["banister_m(.64,1.92)"])
    assert banister(0.86, 1.67) == pytest.approx(numbers["banister_f(.86,1.67)"])
    assert banister(0.64, 1.67) == pytest.approx(numbers["goldencheetah_f(.64,1.67)"])
    assert load.trimp_zones([10, 20, 15, 10, 5]) == numbers["edwards[10,20,15,10,5]"]
    assert load.trimp_zones([30, 20, 10]) == numbers["lucia[30,20,10]"]
    assert load.session_load(7, 65) == numbers["srpe_7x65"]
    with pytest.raises(BadObservation):
        load.trimp_banister(60, 150, rest=150, maximum=180, factor=0.64, exponent=1.92)
    with pytest.raises(BadObservation):
        load.session_load(11, 60)


@given(series)
def test_the_coupled_ratio_follows_from_the_uncoupled_one(values: Floats) -> None:
    coupled, uncoupled = acwr(values, AcwrMethod.COUPLED), acwr(values, AcwrMethod.UNCOUPLED_21)

    both = ~np.isnan(coupled) & ~np.isnan(uncoupled)
    assert coupled[both] == pytest.approx(4 * uncoupled[both] / (uncoupled[both] + 3))
    assert (coupled[both] <= 4).all()


@given(series, st.floats(0.01, 100), st.sampled_from(list(AcwrMethod)))
def test_ratios_do_not_depend_on_the_scale_of_load(values: Floats, factor: float, method: AcwrMethod) -> None:
    assert acwr(values * factor, method) == pytest.approx(acwr(values, method), rel=1e-9, nan_ok=True)


@given(series, st.floats(0.5, 20))
def test_monotony_is_free_of_scale_and_strain_is_not(values: Floats, factor: float) -> None:
    plain, scaled = load.monotony(values), load.monotony(values * factor)
    strain, scaled_strain = load.strain(values), load.strain(values * factor)

    assert scaled == pytest.approx(plain, rel=1e-6, nan_ok=True)
    assert scaled_strain == pytest.approx(strain * factor, rel=1e-6, nan_ok=True)


@given(st.permutations([609.0, 0.0, 740.0, 435.0, 652.0, 942.0, 0.0]))
def test_monotony_does_not_depend_on_the_order_of_days(week: list[float]) -> None:
    assert load.monotony(np.array(week))[-1] == pytest.approx(1.3298742284697758)


@pytest.mark.parametrize("method", list(AcwrMethod))
def test_a_steady_load_is_one_whatever_is_missing(method: AcwrMethod) -> None:
    values = np.full(60, 400.0)
    assert acwr(values, method)[-1] == pytest.approx(1.0)

    values[[-2, -10]] = np.nan
    assert acwr(values, method)[-1] == pytest.approx(1.0), "a missing day is neither load nor rest"

    values[[-3, -4]] = np.nan
    assert np.isnan(acwr(values, method)[-1]), "five of seven days are too few"


@pytest.mark.parametrize("method", list(AcwrMethod))
def test_a_ratio_is_undefined_rather_than_infinite_or_guessed(method: AcwrMethod) -> None:
    assert np.isnan(acwr(np.zeros(60), method)).all()
    assert np.isnan(acwr(np.full(27, 100.0), method)).all()
    assert np.isnan(acwr(np.full(60, np.nan), method)).all()
    assert acwr(np.array([]), method).size == 0


def test_ewma_keeps_its_level_over_a_gap_and_says_when_it_warms_up() -> None:
    values = np.array([100.0, np.nan, np.nan, 100.0])

    assert ewma(values, span_d=7).tolist() == pytest.approx([100.0] * 4)
    assert np.isnan(ewma(np.array([np.nan, 5.0]), span_d=7)[0])
    assert is_warming_up(np.full(42, 1.0)).tolist() == [True] * 41 + [False]


def test_weeks_that_are_not_fully_known_have_no_sum() -> None:
    values = np.array([100.0] * 13 + [np.nan])

    assert np.isnan(load.weekly_sum(values)[-1])
    assert np.isnan(load.week_change(values)[-1])
    assert load.week_change(np.array([100.0] * 7 + [150.0] * 7))[-1] == pytest.approx(0.5)
    assert np.isnan(load.week_change(np.array([0.0] * 7 + [150.0] * 7))[-1])
    assert np.isnan(load.monotony(np.full(7, 100.0))).all(), "without spread it is undefined, not infinite"
    assert np.isnan(balance(values).tsb_same_day[-1])
