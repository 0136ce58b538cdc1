"""Student's t against scipy, a closed form, and itself."""

import numpy as np
import pytest
from scipy import stats

from client.mechanics.student_t import quantile, upper_tail

DF = np.array([1.0, 1.5, 2.0, 3.3, 5.0, 9.06, 22.0, 50.5, 200.0, 9_999.0])


@pytest.mark.parametrize("t", [-8.0, -1.2, -0.1, 0.0, 1e-3, 0.1, 0.5, 1.0, 2.0, 3.7, 8.0, 40.0])
def test_tails_are_those_of_scipy(t: float) -> None:
    assert upper_tail(np.array(t), DF) == pytest.approx(stats.t.sf(t, DF), rel=1e-9)


@pytest.mark.parametrize("chance", [0.5, 0.51, 0.9, 0.95, 0.975, 0.99, 0.9999])
def test_quantiles_are_those_of_scipy(chance: float) -> None:
    assert quantile(chance, DF) == pytest.approx(stats.t.ppf(chance, DF), rel=1e-9, abs=1e-12)


def test_one_degree_of_freedom_is_the_cauchy_distribution() -> None:
    t = np.linspace(-20, 20, 41)

    assert upper_tail(t, np.ones(41)) == pytest.approx(0.5 - np.arctan(t) / np.pi, abs=1e-12)
    assert quantile(0.75, np.ones(1)) == pytest.approx(1.0)


def test_the_tail_above_a_quantile_is_what_was_asked_for() -> None:
    df = np.random.default_rng(2).uniform(5, 30, 500)

    assert upper_tail(quantile(0.95, df), df) == pytest.approx(0.05, rel=1e-9)


def test_what_is_not_known_stays_unknown() -> None:
    nan = float("nan")

    assert np.isnan(upper_tail(np.array([nan, 1.0, 1.0, 1.0]), np.array([5.0, nan, 0.0, -1.0]))).all()
    assert np.isnan(quantile(0.95, np.array([nan, 0.9, -3.0]))).all()
    assert upper_tail(np.array([np.inf, -np.inf]), np.array([5.0, 5.0])).tolist() == [0.0, 1.0]
