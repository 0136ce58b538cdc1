"""Quantising, exact noise and the ring: sensitivity with rounding, variance shares, no silent wrap."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadShape
from models.privacy import discrete_gaussian
from models.privacy.discrete_gaussian import add_in_ring, from_ring, noise_share, quantise, sensitivity, to_ring
from models.privacy.per_athlete_gradients import clip_rows
from tests.scale import scaled


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 10), st.integers(8, 24), st.integers(1, 500))
@settings(max_examples=scaled(25), deadline=None)
def test_no_athlete_exceeds_the_sensitivity_rounding_included(seed: int, clip: float, bits: int, size: int) -> None:
    rows = clip_rows(np.random.default_rng(seed).normal(size=(4, size)), clip)

    integers = quantise(rows, clip, bits)

    bound = sensitivity(clip, bits, size)
    assert all(sum(int(v) ** 2 for v in row) <= bound**2 for row in integers)
    assert np.abs(integers - rows * 2.0**bits).max() <= 0.5


def test_rounding_inflates_the_sensitivity_as_documented() -> None:
    assert sensitivity(1.0, 12, 433) / 2**12 - 1 == pytest.approx(0.0025, abs=1e-4)
    assert sensitivity(0.1, 16, 11) == pytest.approx(6553.6 + math.sqrt(11) / 2)


def test_the_noise_is_what_the_exact_sampler_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounded floating-point noise looks the same from outside, so nothing may stand between sampler and answer."""
    asked: list[float] = []

    def sampler(scale: float) -> Callable[[list[int]], list[int]]:
        asked.append(scale)
        return lambda zeros: [7 * place - 3 + zero for place, zero in enumerate(zeros)]

    monkeypatch.setattr(discrete_gaussian, "_sampler", sampler)

    drawn = noise_share(5, 2.5, 1000.0, 4)

    assert (drawn.dtype, drawn.tolist()) == (np.int64, [-3, 4, 11, 18, 25])
    assert asked == [math.nextafter(1250.0, math.inf)]


def test_the_sampler_promises_what_a_gaussian_of_its_scale_costs() -> None:
    assert discrete_gaussian._sampler(1000.0).map(1.0) == pytest.approx(1.0 / (2.0 * 1000.0**2))


@pytest.mark.parametrize("evil", [1e6, 1e300, float("inf"), float("nan")])
def test_an_unclipped_row_counts_as_nothing(evil: float) -> None:
    rows = np.array([[evil, 0.0], [0.05, 0.0]])

    assert quantise(rows, 0.1, 16).tolist() == [[0, 0], [3277, 0]]


def test_wide_values_are_checked_without_wrapping() -> None:
    rows = np.full((1, 100_000), 10.0)  # squares would wrap int64 if they were summed there

    assert (quantise(rows, 10.0, 24) == 0).all()


def test_quantise_of_nobody_is_empty() -> None:
    assert quantise(np.zeros((0, 11)), 0.1, 16).shape == (0, 11)
    with pytest.raises(BadShape):
        quantise(np.zeros(11), 0.1, 16)


@pytest.mark.parametrize("h", [1, 4])
def test_noise_has_the_variance_share_that_the_proof_needs(h: int) -> None:
    draws = noise_share(40_000, 6.0, 1000.0, h).astype(np.float64)

    expected = (6.0 * 1000.0) ** 2 / h
    # chi-square with 40 000 degrees: SD of the ratio is .0071; five of them
    assert draws.var() / expected == pytest.approx(1.0, abs=0.036)
    assert abs(draws.mean()) < 5 * math.sqrt(expected / draws.size)


def test_noise_is_gaussian_to_the_fourth_moment_and_integer() -> None:
    draws = noise_share(40_000, 3.0, 700.0, 1)

    standard = draws / (3.0 * 700.0)
    assert draws.dtype == np.int64
    assert (standard**4).mean() == pytest.approx(3.0, abs=0.3)
    assert np.mean(np.abs(standard) > 1.959964) == pytest.approx(0.05, abs=0.006)


def test_small_discrete_noise_has_the_exact_probabilities() -> None:
    draws = noise_share(40_000, 1.0, 1.0, 1)

    support = np.arange(-6, 7)
    weights = np.exp(-(support**2) / 2.0)
    expected = weights / weights.sum() * draws.size
    observed = np.array([(draws == value).sum() for value in support])
    big = expected > 5
    chi_square = (((observed - expected) ** 2) / expected)[big].sum()
    assert chi_square < 40  # 8 to 10 degrees of freedom: far beyond p = .0001


def test_two_draws_differ() -> None:
    assert (noise_share(50, 5.0, 1000.0, 1) != noise_share(50, 5.0, 1000.0, 1)).any()


@pytest.mark.parametrize(("size", "sigma", "bound", "h"), [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)])
def test_impossible_noise_is_refused(size: int, sigma: float, bound: float, h: int) -> None:
    with pytest.raises(BadShape):
        noise_share(size, sigma, bound, h)


RING_BITS = st.integers(32, 62)


@given(RING_BITS, st.lists(st.integers(-(2**30), 2**30 - 1), min_size=1, max_size=8))
def test_ring_round_trip(bits: int, values: list[int]) -> None:
    assert list(from_ring(to_ring(values, bits), bits)) == values


@given(st.lists(st.lists(st.integers(-(2**28), 2**28), min_size=3, max_size=3), min_size=1, max_size=8))
def test_ring_sum_is_the_sum(vectors: list[list[int]]) -> None:
    ring = [to_ring(vector, 40, summands=len(vectors)) for vector in vectors]

    assert from_ring(add_in_ring(ring, 40), 40) == tuple(map(sum, zip(*vectors, strict=True)))


def test_what_could_wrap_in_the_sum_is_refused() -> None:
    limit = 2**31 - 1
    assert from_ring(to_ring([limit], 32), 32) == (limit,)
    with pytest.raises(BadShape):
        to_ring([limit + 1], 32)
    with pytest.raises(BadShape):
        to_ring([limit], 32, summands=2)


def test_values_outside_the_ring_are_refused() -> None:
    with pytest.raises(BadShape):
        from_ring([2**32], 32)
    with pytest.raises(BadShape):
        from_ring([-1], 32)
    with pytest.raises(BadShape):
        add_in_ring([], 32)
    with pytest.raises(BadShape):
        add_in_ring([(1, 2), (1,)], 32)
