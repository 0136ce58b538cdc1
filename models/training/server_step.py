"""The coordinator's step: from the noisy ring sum of a round to the next public weights.

Everything here is post-processing of a private sum: it looks at no data and costs no privacy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from models.errors import BadShape
from models.privacy.discrete_gaussian import from_ring
from models.training.exchange import posterior, weights_of
from policies.campaign import CampaignManifest

LARGEST_WEIGHT = 1e6  # the range of `models.wire.TrainRequest`


@dataclass(frozen=True, slots=True)
class ServerState:
    """Weights and momentum after `round` rounds; both (weights,) float64."""

    weights: Floats
    velocity: Floats
    round: int = 0


def start(weights: Sequence[float] | Floats) -> ServerState:
    """The state before the first round, from the manifest's initial weights."""
    first = np.asarray(weights, dtype=np.float64)
    return ServerState(first, np.zeros_like(first))


def step(state: ServerState, ring_sum: Sequence[int], manifest: CampaignManifest) -> ServerState:
    """One momentum step on the mean gradient, or in an exchange the posterior: the sum over the *public* number N.

    ring_sum: the clubs' contributions added modulo 2**modulus_bits. Dividing by the real count would publish
    it. Raises BadShape for a sum of another length.
    """
    if manifest.exchange is not None:
        weights = np.clip(weights_of(posterior(ring_sum, manifest), manifest.model), -LARGEST_WEIGHT, LARGEST_WEIGHT)
        return ServerState(weights, np.zeros_like(weights), state.round + 1)
    if len(ring_sum) != state.weights.size:
        raise BadShape(f"expected {state.weights.size} values, got {len(ring_sum)}")
    signed = np.array(from_ring(ring_sum, manifest.modulus_bits), dtype=np.float64)
    mean = signed / 2.0**manifest.scale_bits / manifest.public_athletes
    velocity = manifest.momentum * state.velocity + mean
    weights = np.clip(state.weights - manifest.learning_rate * velocity, -LARGEST_WEIGHT, LARGEST_WEIGHT)
    return ServerState(weights, velocity, state.round + 1)
