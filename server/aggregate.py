"""From clubs' noisy integer sums to one sum: what is refused, and addition modulo 2**m.

A club is bounded by what honest clipping and noise could give, in the L2 norm in which athletes are clipped: a sum
outside is refused, so that one club cannot throw the model away with a single number. It can still poison within the
bound (docs/threat-model.md). The bound takes the club's public squad size from the manifest; where that names none, the
campaign's public number of athletes, which is the whole league's.
"""

import math
from collections.abc import Mapping

from models.errors import BadWire
from models.privacy.contribution import largest_norm, largest_sum
from models.privacy.discrete_gaussian import add_in_ring, from_ring
from models.wire import ContributionSum, read_contribution
from policies.campaign import CampaignManifest
from policies.campaigns.squads import largest_squad
from server.errors import RefusedSum


def read_sum(data: bytes, *, manifest: CampaignManifest, number: int, club: str, dimension: int) -> ContributionSum:
    """Return a club's sum if it is for this campaign and round, from this club, and within the sanity bound.

    Raises RefusedSum. `club` is who signed in on the connection, not who the message says it is.
    """
    try:
        part = read_contribution(data)
    except BadWire as error:
        raise RefusedSum("the answer is not a contribution") from error
    if (part.manifest_sha256, part.round, part.club) != (manifest.sha256, number, club):
        raise RefusedSum("the answer is for another campaign, round or club")
    if len(part.values) != dimension or max(part.values) >= 1 << manifest.modulus_bits:
        raise RefusedSum("the answer has another length or modulus")
    check_size(part.values, manifest, club)
    return part


def check_size(ring: tuple[int, ...], manifest: CampaignManifest, club: str) -> None:
    """Raise RefusedSum for a vector beyond what `club` can honestly send, in one coordinate or as a whole.

    ring: modulo 2**modulus_bits.
    """
    values, squad = from_ring(ring, manifest.modulus_bits), largest_squad(manifest, club)
    norm = largest_norm(manifest, len(values), squad)
    is_too_long = sum(value * value for value in values) > math.floor(norm * norm)
    if is_too_long or max(map(abs, values)) > largest_sum(manifest, len(values), squad):
        raise RefusedSum("the answer is larger than clipping and noise allow")


def add(parts: Mapping[str, ContributionSum], manifest: CampaignManifest) -> tuple[int, ...]:
    """Return the clubs' contributions added modulo 2**modulus_bits; the order of clubs does not matter."""
    return add_in_ring([parts[club].values for club in sorted(parts)], manifest.modulus_bits)
