"""The coordinator's step: from the noisy ring sum of a round to the next public weights.

Everything here is post-processing of a private sum: it looks at no data and costs no privacy. It is computed in
fractions of the stored doubles and rounded once, when weights or momentum are stored, so that anybody who has the sums
gets the same bytes (`models.training.derivation`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from models.arrays import Floats
from models.errors import BadShape
from models.privacy.discrete_gaussian import from_ring
from models.rationals import rationals, rounded, within
from models.training.exchange import LARGEST_WEIGHT, posterior_after, weights_of
from policies.campaign import CampaignManifest


@dataclass(frozen=True, slots=True)
class ServerState:
    """Weights and momentum after `round` rounds; both (weights,) float64.

    sums: what each round was stepped with, of all clubs together, as signed whole numbers.
    """

    weights: Floats
    velocity: Floats
    round: int = 0
    sums: tuple[tuple[int, ...], ...] = ()


def start(weights: Sequence[float] | Floats) -> ServerState:
    """The state before the first round, from the manifest's initial weights."""
    first = np.asarray(weights, dtype=np.float64)
    return ServerState(first, np.zeros_like(first))


def step(state: ServerState, ring_sum: Sequence[int], manifest: CampaignManifest) -> ServerState:
    """One momentum step on the mean gradient, or in an exchange the posterior: the sum over the *public* number N.

    A later exchange of a season goes on from what the sums before have left known. ring_sum: the clubs' contributions
    added modulo 2**modulus_bits. Dividing by the real count would publish it. Raises BadShape for a sum of another
    length.
    """
    total = from_ring(ring_sum, manifest.modulus_bits)
    sums = (*state.sums, total)
    if manifest.exchange is not None:
        weights = weights_of(posterior_after(sums, manifest), manifest.model)
        return ServerState(weights, np.zeros_like(weights), state.round + 1, sums)
    if len(ring_sum) != state.weights.size:
        raise BadShape(f"expected {state.weights.size} values, got {len(ring_sum)}")
    share, momentum = (1 << manifest.scale_bits) * manifest.public_athletes, Fraction(manifest.momentum)
    before = rationals(state.velocity)
    velocity = rounded(momentum * last + Fraction(value, share) for last, value in zip(before, total, strict=True))
    rate, moved = Fraction(manifest.learning_rate), zip(rationals(state.weights), rationals(velocity), strict=True)
    weights = rounded(within((weight - rate * change for weight, change in moved), LARGEST_WEIGHT))
    return ServerState(weights, velocity, state.round + 1, sums)
