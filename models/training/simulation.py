"""A whole campaign in one process, through the same code that nodes and coordinator run. For planning and figures."""

from collections.abc import Sequence

import numpy as np

from models.arrays import Floats
from models.features import AthleteSeries
from models.privacy.contribution import contribution, schema_of
from models.privacy.discrete_gaussian import add_in_ring
from models.privacy.per_athlete_gradients import athlete_gradients_sum
from models.training.server_step import ServerState, start, step
from policies.campaign import CampaignManifest

Clubs = Sequence[Sequence[AthleteSeries]]


def train_private(manifest: CampaignManifest, weights: Sequence[float], clubs: Clubs) -> Floats:
    """Final weights of a campaign with noise: every round is `contribution` per club, ring sum, `step`."""
    state = start(weights)
    for _ in range(manifest.rounds):
        sums = [contribution(manifest, state.weights.tolist(), series) for series in clubs]
        state = step(state, add_in_ring(sums, manifest.modulus_bits), manifest)
    return state.weights


def train_in_clear(manifest: CampaignManifest, weights: Sequence[float], clubs: Clubs) -> Floats:
    """The same campaign without noise and rounding, clipping kept: what privacy costs is the difference.

    For simulated or consented data in one place only; a node never runs this.
    """
    kind = schema_of(manifest).kind
    state = start(weights)
    for _ in range(manifest.rounds):
        sums = [athlete_gradients_sum(kind, state.weights, series, manifest.clip_norm) for series in clubs]
        mean = np.sum(sums, axis=0) / manifest.public_athletes
        velocity = manifest.momentum * state.velocity + mean
        state = ServerState(state.weights - manifest.learning_rate * velocity, velocity, state.round + 1)
    return state.weights
