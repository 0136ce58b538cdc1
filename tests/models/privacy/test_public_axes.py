"""The installed metric, axes and prior: well formed, for the installed start, and made from public seeds."""

from collections.abc import Sequence

import numpy as np
import pytest

from models import risk
from models.arrays import Floats
from models.errors import BadWeights
from models.evaluation.metrics import log_loss
from models.features import LINEAR_MODELS, NETWORK_SCHEMA, RISK_SCHEMA, SCHEMAS, AthleteSeries
from models.privacy.public_axes import public_axes
from models.synthetic.league import synthetic_league
from models.training.axes_fit import SavedLoss, fit_axes
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.pretraining import design_series
from tests.scale import sized


@pytest.mark.parametrize("model", sorted(LINEAR_MODELS))
def test_the_installed_geometry_is_one(model: str) -> None:
    found = public_axes(model)
    dimension = SCHEMAS[model].dimension

    assert found.metric.shape == (dimension, dimension)
    assert (np.triu(found.metric, 1) == 0).all()
    assert (np.diag(found.metric) > 0).all()
    np.testing.assert_allclose(found.axes.T @ found.axes, np.eye(found.most), atol=1e-4)
    assert (np.diff(found.prior) <= 0).all()
    assert (found.prior > 0).all()
    assert (found.sampling > 0).all()
    assert all((one.shown > 0).all() and one.shown.shape == (one.axes,) for one in found.responses)
    assert all((one.scatter >= 0).all() and one.scatter.shape == (one.axes,) for one in found.responses)
    assert found.start == weights_sha256(initial_weights(model))


def test_scatter_and_gain_are_known_where_the_loss_is_logistic() -> None:
    for model in sorted(LINEAR_MODELS):
        curved = SCHEMAS[model].kind == "logistic"
        assert all((one.gain is not None) == curved for one in public_axes(model).responses)
        assert all(bool(one.scatter.any()) == curved for one in public_axes(model).responses)
    assert all(one.gain is None or one.gain > 0 for one in public_axes(RISK_SCHEMA.model).responses)


def test_the_loss_that_a_shift_saves_is_the_difference_of_log_losses() -> None:
    start = np.array(initial_weights(RISK_SCHEMA.model))
    changes = np.random.default_rng(1).normal(0.0, 0.3, (2, start.size))
    leagues = [design_series(RISK_SCHEMA.model, synthetic_league(seed, ["club-a"], 12, 200)) for seed in (5, 6)]

    saved = SavedLoss(start, np.eye(start.size), leagues)(changes)

    def loss(weights: Floats, series: Sequence[AthleteSeries]) -> float:
        days = [(risk.probability(weights, one.X[one.mask]), one.y[one.mask]) for one in series]
        chance, event = (np.concatenate(parts) for parts in zip(*days, strict=True))
        return log_loss(chance, event.astype(np.float64))

    expected = [loss(start, league) - loss(start + one, league) for one, league in zip(changes, leagues, strict=True)]
    assert saved == pytest.approx(np.mean(expected), rel=1e-6)


@pytest.mark.parametrize("model", sorted(LINEAR_MODELS))
def test_a_shift_along_the_axes_is_seen_along_the_axes(model: str) -> None:
    found = public_axes(model)
    along = np.array([0.3, -0.2, 0.1])

    moved = found.metric.T @ found.shift(along)
    np.testing.assert_allclose(found.axes.T @ moved, np.append(along, np.zeros(found.most - 3)), atol=1e-4)
    # A quadratic loss with the metric's curvature has the gradient L Lᵀ shift: the projection gives the shift back.
    gradient = found.metric @ found.metric.T @ found.shift(along)
    np.testing.assert_allclose(found.projection(3) @ gradient, along, atol=1e-4)


@pytest.mark.parametrize("model", sorted(LINEAR_MODELS)[: sized(0, in_drill=len(LINEAR_MODELS))])
def test_the_geometry_can_be_made_again_from_its_seeds(model: str) -> None:
    made, found = fit_axes(model), public_axes(model)

    np.testing.assert_allclose(np.array(made["prior"]), found.prior, rtol=0.02)
    np.testing.assert_allclose(np.abs((np.array(made["axes"]) * found.axes.T).sum(axis=1))[:4], 1.0, atol=0.01)
    for one, again in zip(found.responses, made["responses"], strict=True):
        np.testing.assert_allclose(again["shown"], one.shown, atol=0.03)
        np.testing.assert_allclose(again.get("scatter", np.zeros(one.axes)), one.scatter, rtol=0.1, atol=1e-6)
        assert again.get("gain") == (one.gain if one.gain is None else pytest.approx(one.gain, rel=0.02))


def test_what_is_not_installed_is_refused() -> None:
    with pytest.raises(BadWeights):
        public_axes("no-such-model")
    with pytest.raises(BadWeights, match="a network has no axes"):
        public_axes(NETWORK_SCHEMA.model)
    found = public_axes("recovery-linear-1")
    for axes in (0, found.most + 1):
        with pytest.raises(BadWeights):
            found.projection(axes)
    with pytest.raises(BadWeights):
        found.response(3, 0.123)
