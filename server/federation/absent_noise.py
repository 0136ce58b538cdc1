"""The noise of clubs that were left out of a round, added by the coordinator: the published sum tells of no absence.

A club that nobody takes part in sends noise alone (`models.privacy.contribution`), so a sum with this noise has the law
of one in which the absent club answered and had no athlete. Without it the spread of published sums would say how many
clubs answered. More noise never costs privacy; the shrinkage of an exchange counts on every club's noise anyway.
"""

from collections.abc import Sequence

from models.privacy.contribution import answer_length
from models.privacy.discrete_gaussian import add_in_ring, noise_share, sensitivity
from policies.campaign import CampaignManifest


def with_absent_noise(total: Sequence[int], answered: int, manifest: CampaignManifest) -> tuple[int, ...]:
    """Return the ring sum of `answered` clubs with one club's noise for every other club of the manifest."""
    length = answer_length(manifest)
    bound = sensitivity(manifest.clip_norm, manifest.scale_bits, length)
    modulus = 1 << manifest.modulus_bits
    shares = [
        [int(value) % modulus for value in noise_share(length, manifest.noise_multiplier, bound, h)]
        for h in [manifest.min_honest_clubs] * (len(manifest.clubs) - answered)
    ]
    return add_in_ring([total, *shares], manifest.modulus_bits)
