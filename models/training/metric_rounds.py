"""A control for one exchange: the same question, metric, axes, clip and prior, but asked in rounds at the same epsilon.

It shows what the exchange owes to geometry and prior, and what to drawing noise once. For simulation alone: no manifest
can ask for it, and no node answers it.
"""

from collections.abc import Sequence

import numpy as np

from models.arrays import Floats
from models.errors import BadWeights
from models.features import AthleteSeries
from models.privacy.contribution import answer_length, contribution
from models.privacy.discrete_gaussian import add_in_ring, from_ring, sensitivity
from models.privacy.public_axes import public_axes
from models.training.initial_weights import initial_weights
from policies.campaign import CampaignManifest

STEP = 0.25  # ours: share of the way that a round's answer shows and that is then taken


def train_by_rounds(
    manifest: CampaignManifest, clubs: Sequence[Sequence[AthleteSeries]], *, rounds: int, noise_multiplier: float
) -> Floats:
    """Weights after so many rounds on the axes of an exchange, with this noise in each, shrunk by the public prior.

    manifest: of one exchange; its own noise is not used. Raises BadWeights for another, and as `contribution` does.
    """
    if manifest.exchange is None:
        raise BadWeights("expected a campaign of one exchange")
    installed, axes = public_axes(manifest.model), manifest.exchange.axes
    shown = installed.response(axes, manifest.clip_norm).shown
    asked = manifest.model_copy(update={"noise_multiplier": noise_multiplier})
    start, moved = np.array(initial_weights(manifest.model)), np.zeros(axes)
    for _ in range(rounds):
        weights = (start + installed.shift(moved)).tolist()
        ring = add_in_ring([contribution(asked, weights, series) for series in clubs], asked.modulus_bits)
        total = np.array(from_ring(ring, asked.modulus_bits)) / 2.0**asked.scale_bits
        moved = moved - STEP * total / asked.public_athletes / shown
    noise = (_spread(asked) / asked.public_athletes / shown) ** 2
    sampling = installed.sampling[:axes] / asked.public_athletes / shown**2
    weights_now: Floats = start + installed.shift(moved * kept_share(installed.prior[:axes], noise, sampling, rounds))
    return weights_now


def _spread(manifest: CampaignManifest) -> float:
    """Standard deviation of the noise in the sum of all clubs' answers of one round, per axis."""
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest)) / 2.0**manifest.scale_bits
    return float(manifest.noise_multiplier * one * np.sqrt(len(manifest.clubs) / manifest.min_honest_clubs))


def kept_share(prior: Floats, noise: Floats, sampling: Floats, rounds: int) -> Floats:
    """How much of the way after so many rounds the posterior mean of a league's shift is, by axis.

    prior, noise, sampling: (axes,), variances of the shift, of the noise in one round and of what all rounds share.
    """
    left = 1.0 - STEP
    reached = 1.0 - left**rounds
    carried = STEP**2 * sum(left ** (2 * before) for before in range(rounds))
    share: Floats = reached * prior / (reached**2 * (prior + sampling) + carried * noise)
    return share
