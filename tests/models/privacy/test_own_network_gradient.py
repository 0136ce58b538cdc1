"""The Opacus path: one athlete's gradient is the same bits alone and in any company, whatever the module mixes."""

import importlib
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.arrays import Floats
from models.features import NETWORK_SCHEMA, AthleteSeries
from models.privacy.network_gradients import network_gradients
from models.privacy.per_athlete_gradients import FULL_WEIGHT_DAYS, clip_rows
from models.training.initial_weights import initial_weights
from tests.scale import scaled

COLUMNS = len(NETWORK_SCHEMA.features)
START = np.array(initial_weights(NETWORK_SCHEMA.model))


@pytest.fixture(scope="module")
def time_norm() -> ModuleType:
    """A module that normalises over time; it loads torch and Opacus."""
    return importlib.import_module("tests.models.privacy.time_norm")


def series_of(days: int, seed: int) -> AthleteSeries:
    """A random history."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(days, COLUMNS)).astype(np.float32), rng.normal(size=days).astype(np.float32)
    return AthleteSeries(X, y, rng.random(days) < 0.7)


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[AthleteSeries], list[int]]:
    """Athletes of any length, and the places of those who come along, in any order."""
    lengths = draw(st.lists(st.integers(0, 160), min_size=1, max_size=5))
    seed = draw(st.integers(0, 2**20))
    squad = [series_of(days, seed + place) for place, days in enumerate(lengths)]
    return squad, draw(st.lists(st.sampled_from(range(len(squad))), min_size=1, max_size=6))


@settings(deadline=None, max_examples=scaled(12))
@given(made=companies())
def test_a_module_that_mixes_days_mixes_no_athletes(
    time_norm: ModuleType, made: tuple[list[AthleteSeries], list[int]]
) -> None:
    squad, places = made
    alone = [time_norm.gradients(COLUMNS, [one])[0] for one in squad]

    together = time_norm.gradients(COLUMNS, [squad[place] for place in places])

    assert all((row == alone[place]).all() for row, place in zip(together, places, strict=True))


@settings(deadline=None, max_examples=scaled(8))
@given(made=companies())
def test_the_installed_network_gives_an_athlete_the_same_bits_in_any_company(
    made: tuple[list[AthleteSeries], list[int]],
) -> None:
    squad, places = made
    alone = [network_gradients(NETWORK_SCHEMA, START, [one])[0] for one in squad]

    together = network_gradients(NETWORK_SCHEMA, START, [squad[place] for place in places])

    assert all((row == alone[place]).all() for row, place in zip(together, places, strict=True))


def test_a_newcomer_with_a_long_history_moves_the_sum_by_no_more_than_the_clip(time_norm: ModuleType) -> None:
    squad, newcomer, clip = [series_of(40 + n, n) for n in range(12)], series_of(900, 99), 0.01

    def total(series: list[AthleteSeries]) -> Floats:
        clipped: Floats = clip_rows(time_norm.gradients(COLUMNS, series), clip)
        return clipped.sum(axis=0)

    moved = float(np.linalg.norm(total([*squad, newcomer]) - total(squad)))

    assert 0.99 * clip < moved <= clip * (1 + 1e-9)


def test_where_the_days_lie_in_memory_moves_no_bit() -> None:
    one = series_of(120, 5)
    found = []
    for skipped in range(4):
        room = np.zeros(120 * COLUMNS + 4, np.float32)
        X = room[skipped : skipped + 120 * COLUMNS].reshape(120, COLUMNS)
        X[:] = one.X
        found.append(network_gradients(NETWORK_SCHEMA, START, [AthleteSeries(X, one.y, one.mask)]))

    assert all((again == found[0]).all() for again in found)


def test_held_back_days_are_not_seen(time_norm: ModuleType) -> None:
    one = series_of(100, 6).restricted(np.arange(100) < 70)
    other = AthleteSeries(np.where(np.arange(100)[:, None] < 70, one.X, 9.0).astype(np.float32), one.y, one.mask)

    assert (time_norm.gradients(COLUMNS, [one]) == time_norm.gradients(COLUMNS, [other])).all()


def test_the_general_path_equals_plain_autograd(time_norm: ModuleType) -> None:
    squad = [series_of(days, days) for days in (30, 150, 61)]

    found = time_norm.gradients(COLUMNS, squad)

    for row, one in zip(found, squad, strict=True):
        expected = time_norm.by_autograd(COLUMNS, one, FULL_WEIGHT_DAYS)
        np.testing.assert_allclose(row, expected, rtol=2e-4, atol=2e-6)
