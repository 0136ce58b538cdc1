"""The network of recovery: what it computes, that no later day and no other model's file moves it, and its schema."""

from collections.abc import Callable

import numpy as np
import pytest

from models import recovery
from models.errors import BadWeights, NotInstalled
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA, RISK_SCHEMA, AthleteSeries
from models.networks import installed
from models.privacy.network_gradients import network_gradients
from models.privacy.per_athlete_gradients import FULL_WEIGHT_DAYS, HUBER_DELTA
from models.training.initial_weights import initial_weights
from tests.models.networks import numpy_network

START = np.array(initial_weights(NETWORK_SCHEMA.model))
COLUMNS = len(NETWORK_SCHEMA.features)


def days_of(count: int, seed: int = 1) -> AthleteSeries:
    """A person's days as the network reads them; some were not observed."""
    rng = np.random.default_rng(seed)
    readiness = np.where(rng.random(count) < 0.3, np.nan, np.clip(np.rint(rng.normal(6.5, 1.5, count)), 0, 10))
    return recovery.design(readiness, np.arange(count) % 7, schema=NETWORK_SCHEMA)


@pytest.mark.parametrize("count", [1, 14, 27, 28, 29, 90])
def test_it_says_what_the_same_layers_in_numpy_say(count: int) -> None:
    weights, X = START + np.random.default_rng(2).normal(0.0, 0.2, START.size), days_of(count).X

    found = recovery.deviations(weights, X, schema=NETWORK_SCHEMA)

    np.testing.assert_allclose(found, numpy_network.deviations(NETWORK_SCHEMA, weights, X), atol=2e-5)


def test_no_later_day_moves_what_is_said_of_a_day() -> None:
    X = days_of(80).X
    said = recovery.deviations(START, X, schema=NETWORK_SCHEMA)

    for day in (0, 13, 40, 78):
        until = recovery.deviations(START, X[: day + 1], schema=NETWORK_SCHEMA)
        np.testing.assert_allclose(until, said[: day + 1], atol=1e-5)


def test_days_before_the_window_move_nothing_but_the_own_mean() -> None:
    X = days_of(80).X
    changed = X.copy()
    changed[: 80 - NETWORK_SCHEMA.layers.window_d] = 1.0  # type: ignore[union-attr]  # a network has layers

    assert recovery.deviations(START, X, schema=NETWORK_SCHEMA)[-1] == pytest.approx(
        recovery.deviations(START, changed, schema=NETWORK_SCHEMA)[-1], abs=1e-6
    )


def test_nobodys_days_are_no_days() -> None:
    assert recovery.deviations(START, np.zeros((0, COLUMNS), np.float32), schema=NETWORK_SCHEMA).shape == (0,)


def test_its_rows_are_those_of_the_linear_model_and_whether_the_day_is_known() -> None:
    rng = np.random.default_rng(3)
    readiness = np.where(rng.random(60) < 0.3, np.nan, rng.integers(0, 11, 60).astype(float))
    weekday = np.arange(60) % 7

    own, linear = (recovery.design(readiness, weekday, schema=one) for one in (NETWORK_SCHEMA, RECOVERY_SCHEMA))

    assert (own.X[:, :-1] == linear.X).all()
    assert (own.y == linear.y).all()
    assert (own.mask == linear.mask).all()
    seen = np.cumsum(~np.isnan(readiness)) >= recovery.LEAST_DAYS
    assert (own.X[:, -1] == (~np.isnan(readiness) & seen)).all()


def test_a_prediction_is_the_own_mean_and_the_deviation() -> None:
    readiness, weekday = np.tile([5.0, 8.0, 6.0], 20), np.arange(60) % 7
    X = recovery.design(readiness, weekday, schema=NETWORK_SCHEMA).X

    found = recovery.predict(START, readiness, weekday, schema=NETWORK_SCHEMA)

    assert np.isnan(found[:13]).all()
    expected = np.cumsum(readiness) / np.arange(1, 61) + numpy_network.deviations(NETWORK_SCHEMA, START, X)
    np.testing.assert_allclose(found[13:], expected[13:], atol=2e-5)


def test_gradients_are_the_slopes_of_the_loss_that_numpy_says() -> None:
    squad = [days_of(count, count) for count in (45, 200)]

    def loss(weights: np.ndarray, one: AthleteSeries) -> float:
        error = np.abs(numpy_network.deviations(NETWORK_SCHEMA, weights, one.X) - one.y)[one.mask]
        huber = np.where(error <= HUBER_DELTA, error**2 / 2, HUBER_DELTA * (error - HUBER_DELTA / 2))
        return float(huber.sum() / max(one.n_valid, FULL_WEIGHT_DAYS))

    found = network_gradients(NETWORK_SCHEMA, START, squad)

    for place in np.random.default_rng(4).choice(START.size, 24, replace=False):
        step = np.zeros(START.size)
        step[place] = 1e-4
        slopes = [(loss(START + step, one) - loss(START - step, one)) / 2e-4 for one in squad]
        np.testing.assert_allclose(found[:, place], slopes, rtol=2e-3, atol=2e-5)


def test_who_has_no_day_to_learn_from_has_no_gradient() -> None:
    few = days_of(5)

    assert few.n_valid == 0
    assert (network_gradients(NETWORK_SCHEMA, START, [few]) == 0).all()
    assert network_gradients(NETWORK_SCHEMA, START, []).shape == (0, START.size)


def test_absurd_days_end_in_a_finite_gradient() -> None:
    X = np.full((300, COLUMNS), 3e38, np.float32)
    absurd = AthleteSeries(X, np.ones(300, np.float32), np.ones(300, bool))
    same = AthleteSeries(np.zeros_like(X), np.zeros(300, np.float32), np.ones(300, bool))

    found = network_gradients(NETWORK_SCHEMA, START, [same, absurd])

    assert (found[0] == network_gradients(NETWORK_SCHEMA, START, [same])[0]).all()


def test_the_schema_binds_the_layers(manifest: Callable[..., object]) -> None:
    layers = NETWORK_SCHEMA.as_json()["layers"]

    assert layers == {"sequence": ("today", "observed"), "window_d": 28, "patch_d": 7, "channels": 16, "groups": 4}
    assert NETWORK_SCHEMA.dimension == START.size == 348
    for linear in (RECOVERY_SCHEMA, RISK_SCHEMA):
        assert "layers" not in linear.as_json()


def test_another_models_weights_are_refused() -> None:
    X = days_of(30).X
    with pytest.raises(BadWeights):
        recovery.deviations(np.zeros(RECOVERY_SCHEMA.dimension), X, schema=NETWORK_SCHEMA)
    from models.networks.convolution import network

    with pytest.raises(BadWeights, match="expected a network"):
        network(RECOVERY_SCHEMA, np.zeros(RECOVERY_SCHEMA.dimension))


@pytest.mark.parametrize("absent", installed.LIBRARIES)
def test_a_library_that_is_absent_is_one_sentence(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    installed.check_installed()
    found = installed.find_spec
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == absent else found(name))

    with pytest.raises(NotInstalled, match="needs the extra “networks”"):
        installed.check_installed()
