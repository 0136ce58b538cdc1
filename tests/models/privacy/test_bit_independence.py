"""One athlete's whole numbers are the same bits alone and in any company and order, in rounds and in exchanges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features import SCHEMAS, AthleteSeries
from models.privacy.contribution import answers
from models.privacy.discrete_gaussian import quantise
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, rounds_recipe
from models.training.simulation import simulated_manifest
from policies.campaign import CampaignManifest
from tests.scale import fuzzed

MODELS = ("recovery-linear-1", "risk-logistic-1")
MANIFESTS = {
    f"{model}, {kind}": simulated_manifest(recipe, 2)
    for model in MODELS
    for kind, recipe in (
        ("exchange", exchange_recipe(model, athletes=40, clubs=2)),
        ("rounds", rounds_recipe(model, athletes=40)),
    )
}
ATHLETES = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 300), st.sampled_from([0.0, 1e-6, 1.0, 1e3, 1e30])),
    min_size=1,
    max_size=9,
)


def series(model: str, seed: int, days: int, size: float) -> AthleteSeries:
    """One athlete with so many days, of values of this size."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(days, len(SCHEMAS[model].features))).astype(np.float32)
    known = rng.random(days) < 0.8
    y = known * rng.integers(0, 2, days) if model == "risk-logistic-1" else size * rng.normal(size=days)
    return AthleteSeries((X * np.float32(min(size, 1e3))).astype(np.float32), y.astype(np.float32), known)


def whole_numbers(manifest: CampaignManifest, weights: np.ndarray, company: list[AthleteSeries]) -> np.ndarray:
    return quantise(answers(manifest, weights, company), manifest.clip_norm, manifest.scale_bits)


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS.keys())
@fuzzed(12)
@given(drawn=ATHLETES, order=st.randoms(use_true_random=False), moved=st.sampled_from([0.0, 0.01, 3.0]))
def test_one_athletes_whole_numbers_depend_on_nobody_else(
    manifest: CampaignManifest, drawn: list[tuple[int, int, float]], order: np.random.Generator, moved: float
) -> None:
    weights = np.array(initial_weights(manifest.model)) + moved  # later rounds ask from elsewhere
    company = [series(manifest.model, *one) for one in drawn]
    alone = [whole_numbers(manifest, weights, [one])[0].tobytes() for one in company]

    places = list(range(len(company)))
    for _ in range(3):
        together = whole_numbers(manifest, weights, [company[place] for place in places])
        assert [row.tobytes() for row in together] == [alone[place] for place in places]
        order.shuffle(places)
        places = places[: max(1, len(places) - 1)]  # somebody leaves


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS.keys())
def test_a_large_company_of_many_lengths_moves_nobodys_bits(manifest: CampaignManifest) -> None:
    """More athletes than are computed together, and neighbours in every padded length."""
    weights = np.array(initial_weights(manifest.model))
    company = [series(manifest.model, seed, 1 + seed % 330, 1.0) for seed in range(600)]

    together = whole_numbers(manifest, weights, company)

    for place in range(0, 600, 29):
        assert together[place].tobytes() == whole_numbers(manifest, weights, [company[place]])[0].tobytes()
