"""A whole campaign in one process, through the same code that nodes and coordinator run. For planning and figures."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from models.arrays import Floats
from models.features import AthleteSeries
from models.privacy.contribution import answers, contribution, schema_of
from models.privacy.discrete_gaussian import add_in_ring
from models.training.exchange import posterior, posterior_of, weights_of
from models.training.initial_weights import initial_weights
from models.training.recipes import Recipe, manifest_from
from models.training.server_step import ServerState, start, step
from policies.campaign import CampaignManifest

Clubs = Sequence[Sequence[AthleteSeries]]

_NO_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="  # a simulated club signs nothing
_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)


def simulated_manifest(recipe: Recipe, clubs: int) -> CampaignManifest:
    """The manifest of a campaign of so many clubs that nobody signs."""
    return manifest_from(
        recipe,
        campaign_id="simulated",
        league="simulated",
        clubs={f"club-{number}": _NO_KEY for number in range(clubs)},
        opens=_BEGINS,
        expires=_BEGINS + timedelta(days=1),
    )


def train_private(manifest: CampaignManifest, weights: Sequence[float], clubs: Clubs) -> Floats:
    """Final weights of a campaign with noise: every round is `contribution` per club, ring sum, `step`."""
    state = start(weights)
    for _ in range(manifest.rounds):
        sums = [contribution(manifest, state.weights.tolist(), series) for series in clubs]
        state = step(state, add_in_ring(sums, manifest.modulus_bits), manifest)
    return state.weights


def train_season(manifest: CampaignManifest, exchanges: Sequence[Clubs]) -> Floats:
    """Final weights of as many exchanges of this manifest's terms, each asked where the one before has led.

    exchanges: the clubs' series as they are when each is asked. Raises BadWeights for a manifest that is no exchange.
    """
    weights, known = np.array(initial_weights(manifest.model)), None
    for clubs in exchanges:
        sums = [contribution(manifest, weights.tolist(), series) for series in clubs]
        known = posterior(add_in_ring(sums, manifest.modulus_bits), manifest, known)
        weights = weights_of(known, manifest.model)
    return weights


def train_in_clear(manifest: CampaignManifest, weights: Sequence[float], clubs: Clubs) -> Floats:
    """The same campaign without noise and rounding, clipping kept: what privacy costs is the difference.

    For simulated or consented data in one place only; a node never runs this.
    """
    schema_of(manifest)
    state, known = start(weights), None
    for _ in range(manifest.rounds):
        total = np.sum([answers(manifest, state.weights, series).sum(axis=0) for series in clubs], axis=0)
        if manifest.exchange is not None:
            known = posterior_of(total, manifest, known)
            state = start(weights_of(known, manifest.model))
            continue
        mean = total / manifest.public_athletes
        velocity = manifest.momentum * state.velocity + mean
        state = ServerState(state.weights - manifest.learning_rate * velocity, velocity, state.round + 1)
    return state.weights
