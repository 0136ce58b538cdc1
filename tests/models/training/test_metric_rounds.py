"""Rounds in the metric of an exchange: the shrinkage against drawn leagues, and what is refused."""

import numpy as np
import pytest

from models.errors import BadWeights
from models.training.initial_weights import initial_weights
from models.training.metric_rounds import STEP, kept_share, train_by_rounds
from models.training.recipes import exchange_recipe, rounds_recipe
from models.training.simulation import simulated_manifest

MODEL = "recovery-linear-1"
PRIOR, NOISE, SAMPLING = np.array([0.04, 0.01]), np.array([0.05, 0.05]), np.array([0.01, 0.002])


@pytest.mark.parametrize("rounds", [1, 3, 8])
def test_the_shrinkage_is_the_best_one_on_drawn_leagues(rounds: int) -> None:
    rng = np.random.default_rng(rounds)
    leagues = 200_000
    shift = rng.normal(0.0, np.sqrt(PRIOR), (leagues, 2))
    seen = shift + rng.normal(0.0, np.sqrt(SAMPLING), (leagues, 2))
    moved = np.zeros_like(shift)
    for _ in range(rounds):
        moved += STEP * (seen - moved + rng.normal(0.0, np.sqrt(NOISE), (leagues, 2)))

    found = kept_share(PRIOR, NOISE, SAMPLING, rounds)

    best = (shift * moved).sum(axis=0) / (moved * moved).sum(axis=0)
    np.testing.assert_allclose(found, best, rtol=0.02)


def test_clubs_without_athletes_are_shrunk_to_near_the_public_initial_weights() -> None:
    manifest = simulated_manifest(exchange_recipe(MODEL, athletes=100_000, clubs=2), 2)

    found = train_by_rounds(manifest, [[], []], rounds=8, noise_multiplier=6.7362)

    np.testing.assert_allclose(found, initial_weights(MODEL), atol=1e-3)


def test_a_campaign_of_rounds_is_refused() -> None:
    with pytest.raises(BadWeights):
        train_by_rounds(
            simulated_manifest(rounds_recipe(MODEL, athletes=40), 2), [[], []], rounds=8, noise_multiplier=6.7
        )
