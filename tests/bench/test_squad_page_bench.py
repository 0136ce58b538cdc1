"""The measurement of squad pages: its figures are those of a known case, and it carries out what it says."""

import numpy as np
import pytest

from tests.bench.bench_squad_page import MOST_DIFFERENCE_MS, auc, measure

RANDOM = np.random.default_rng(20261129)


def test_the_area_under_the_curve_of_known_cases() -> None:
    times = RANDOM.normal(40, 2, 2_000)

    assert auc(times, times) == pytest.approx(0.5)
    assert auc(times, times + 100) == auc(times + 100, times) == 1.0
    assert auc(np.array([1.0, 3.0]), np.array([2.0, 4.0])) == 0.75
    # Two normal distributions apart by one of their standard deviations: the area is Phi(1 / sqrt(2)).
    assert auc(times, RANDOM.normal(42, 2, 2_000)) == pytest.approx(0.760, abs=0.02)


@pytest.mark.slow
def test_a_few_pages_are_measured() -> None:
    found = measure(12)

    assert found.pages == 12
    assert found.never_asked_ms > MOST_DIFFERENCE_MS  # a whole page, with an entry for each line
    assert "12 pages each" in found.line
