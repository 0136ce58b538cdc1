"""Per-athlete gradients: the batched path and Opacus against a loop of plain autograd, and the bound on one athlete."""

import importlib
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadShape
from models.features import AthleteSeries
from models.privacy.per_athlete_gradients import (
    FULL_WEIGHT_DAYS,
    GradientKind,
    athlete_gradients,
    clip_rows,
    mlp_dimension,
)
from tests.scale import scaled

KINDS: list[GradientKind] = ["huber", "linear", "logistic", "mlp"]


@pytest.fixture(scope="module")
def autograd() -> ModuleType:
    """The oracle, which loads torch and Opacus."""
    return importlib.import_module("tests.models.privacy.autograd_oracle")


@pytest.fixture
def series(random_series: Callable[..., AthleteSeries]) -> Callable[[GradientKind], list[AthleteSeries]]:
    """Athletes with histories from nothing to long."""

    def make(kind: GradientKind) -> list[AthleteSeries]:
        rng = np.random.default_rng(5)
        binary = kind in ("logistic", "mlp")
        made = [random_series(rng, days=days, binary=binary) for days in (3, 40, 250, 120)]
        empty = AthleteSeries(made[0].X, made[0].y, np.zeros(3, bool))
        return [*made, empty]

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_batched_path_equals_the_autograd_loop(
    kind: GradientKind, series: Callable[[GradientKind], list[AthleteSeries]], autograd: ModuleType
) -> None:
    module, athletes = autograd.made_module(kind), series(kind)

    batched = athlete_gradients(kind, autograd.weights_of(module), athletes)

    np.testing.assert_allclose(batched, autograd.one_by_one(kind, module, athletes), rtol=2e-4, atol=2e-6)
    assert (batched[-1] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_opacus_path_equals_the_autograd_loop(
    kind: GradientKind, series: Callable[[GradientKind], list[AthleteSeries]], autograd: ModuleType
) -> None:
    module, athletes = autograd.made_module(kind), series(kind)

    general = autograd.by_opacus(kind, module, athletes)

    np.testing.assert_allclose(general, autograd.one_by_one(kind, module, athletes), rtol=2e-4, atol=2e-6)
    assert all(p.grad is None for p in module.parameters())


def test_opacus_path_can_be_used_twice_on_one_module(
    series: Callable[[GradientKind], list[AthleteSeries]], autograd: ModuleType
) -> None:
    module, athletes = autograd.made_module("linear"), series("linear")

    first = autograd.by_opacus("linear", module, athletes)

    assert (autograd.by_opacus("linear", module, athletes) == first).all()


def test_opacus_path_refuses_nobody(autograd: ModuleType) -> None:
    with pytest.raises(BadShape):
        autograd.by_opacus("linear", autograd.made_module("linear"), [])


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 10))
@settings(max_examples=scaled(25), deadline=None)
def test_no_clipped_row_is_longer_than_the_clip(seed: int, clip: float) -> None:
    rows = np.random.default_rng(seed).normal(size=(8, 11)) * 10.0 ** np.arange(-4, 4)[:, None]

    clipped = clip_rows(rows, clip)

    norms = np.linalg.norm(clipped, axis=1)
    assert (norms <= clip * (1 + 1e-12)).all()
    short = np.linalg.norm(rows, axis=1) <= clip
    assert (clipped[short] == rows[short]).all()


def test_a_row_that_is_not_finite_counts_as_nothing() -> None:
    rows = np.array([[np.nan, 1.0], [np.inf, 0.0], [3.0, 4.0]])

    np.testing.assert_allclose(clip_rows(rows, 1.0), [[0.0, 0.0], [0.0, 0.0], [0.6, 0.8]])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=scaled(15), deadline=None)
def test_one_athlete_moves_the_sum_by_at_most_the_clip(seed: int) -> None:
    rng = np.random.default_rng(seed)
    athletes = [
        AthleteSeries(
            (rng.normal(size=(days, 10)) * 10).astype(np.float32), rng.normal(size=days).astype(np.float32) * 50,
            rng.random(days) < 0.8,
        )
        for days in (4, 90, 30)
    ]  # fmt: skip
    weights = rng.normal(size=11)

    with_all = clip_rows(athlete_gradients("linear", weights, athletes), 0.2).sum(axis=0)
    without = clip_rows(athlete_gradients("linear", weights, athletes[:-1]), 0.2).sum(axis=0)

    assert np.linalg.norm(with_all - without) <= 0.2 * (1 + 1e-9)


def test_an_athletes_gradient_does_not_depend_on_squad_mates(
    series: Callable[[GradientKind], list[AthleteSeries]],
) -> None:
    athletes, weights = series("huber"), np.linspace(-1, 1, 11)

    together = athlete_gradients("huber", weights, athletes)
    alone = np.concatenate([athlete_gradients("huber", weights, [one]) for one in athletes])

    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-6)


def test_a_short_history_weighs_less_but_a_long_one_only_once(random_series: Callable[..., AthleteSeries]) -> None:
    one = random_series(np.random.default_rng(1), days=300)
    full = AthleteSeries(one.X, one.y, np.ones(300, bool))
    twice = AthleteSeries(np.tile(full.X, (2, 1)), np.tile(full.y, 2), np.ones(600, bool))
    weights = np.linspace(-1, 1, 11)

    single, double = athlete_gradients("linear", weights, [full, twice])

    np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-6)
    few = athlete_gradients("linear", weights, [full.restricted(np.arange(300) < FULL_WEIGHT_DAYS // 4)])
    days = athlete_gradients("linear", weights, [full.restricted(np.arange(300) < FULL_WEIGHT_DAYS)])
    assert np.linalg.norm(few) < np.linalg.norm(days)


def test_wrong_numbers_of_weights_are_refused(series: Callable[[GradientKind], list[AthleteSeries]]) -> None:
    with pytest.raises(BadShape):
        athlete_gradients("linear", np.zeros(4), series("linear"))
    with pytest.raises(BadShape):
        athlete_gradients("mlp", np.zeros(4), series("mlp"))
    assert mlp_dimension(25) == 433
