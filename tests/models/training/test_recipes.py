"""Defaults of campaigns: within the budget, reproducible start, known models only."""

from itertools import product

import numpy as np
import pytest

from models.errors import BadWeights
from models.features import LINEAR_MODELS, SCHEMAS
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.pretraining import fit
from models.training.recipes import Recipe, exchange_recipe, rounds_recipe
from policies.budget import CAMPAIGN_CAP, CAMPAIGN_EPSILON, campaign_cost, epsilon_proved
from tests.scale import sized


def every(model: str) -> list[Recipe]:
    """Rounds, and one exchange where the model is linear."""
    exchanges = [exchange_recipe(model, athletes=40, clubs=2)] if model in LINEAR_MODELS else []
    return [rounds_recipe(model, athletes=40), *exchanges]


@pytest.mark.parametrize("recipe", [recipe for model in sorted(SCHEMAS) for recipe in every(model)])
def test_a_default_campaign_costs_at_most_what_a_campaign_may(recipe: Recipe) -> None:
    cost = campaign_cost(recipe.noise_multiplier, recipe.rounds)

    assert cost <= CAMPAIGN_CAP
    assert epsilon_proved(cost, recipe.delta) <= CAMPAIGN_EPSILON
    assert recipe.delta <= 1e-6


@pytest.mark.parametrize("model", sorted(LINEAR_MODELS)[: sized(1, in_drill=len(LINEAR_MODELS))])
def test_the_public_initial_weights_can_be_made_again_from_their_seeds(model: str) -> None:
    np.testing.assert_allclose(fit(model), initial_weights(model), atol=2e-4)


def test_the_manifest_names_the_installed_start_and_schema(manifest: object) -> None:
    for model, exchange in (*product(LINEAR_MODELS, (True,)), *product(SCHEMAS, (False,))):
        made = manifest(model, exchange=exchange)  # type: ignore[operator]  # the fixture's factory
        assert made.initial_weights == weights_sha256(initial_weights(model))
        assert made.feature_schema == SCHEMAS[model].sha256
        assert (made.masking, made.min_honest_clubs) == ("none", 1)


def test_unknown_models_are_refused() -> None:
    with pytest.raises(BadWeights):
        rounds_recipe("no-such-model", athletes=40)
    with pytest.raises(BadWeights):
        exchange_recipe("no-such-model", athletes=40, clubs=2)
    with pytest.raises(BadWeights):
        initial_weights("no-such-model")
