"""When clubs open their vectors: the sum is larger than honest clubs can make it, and each of them computes it anew."""

import math
from collections.abc import Collection, Sequence

from models.errors import MasksRefused
from models.masks.alive import dropped
from models.masks.key_agreement import RoundKeys
from models.masks.masked_round import MaskedRound
from models.masks.messages import AliveList, OpeningEvidence
from models.masks.unmasking import unmasked_sum
from models.privacy.contribution import largest_norm_of_sum
from models.privacy.discrete_gaussian import from_ring
from models.wire import to_bytes
from policies.campaign import CampaignManifest
from policies.canonical import sha256_hex


def is_beyond(total: Sequence[int], manifest: CampaignManifest, clubs: Collection[str]) -> bool:
    """Whether a sum over these clubs, modulo 2**m, is longer in L2 than they can honestly make it.

    That is no more than their own bounds together (`largest_norm`): of a masked vector alone nothing can be said.
    """
    norm = largest_norm_of_sum(manifest, len(total), clubs)
    return sum(value * value for value in from_ring(total, manifest.modulus_bits)) > math.floor(norm * norm)


def check_evidence(
    ask: OpeningEvidence, alive: AliveList, roster: RoundKeys, of: MaskedRound, manifest: CampaignManifest
) -> None:
    """Return if the evidence shows a sum beyond the bound, over the very answers that were agreed to.

    Raises MasksRefused otherwise: a coordinator cannot have vectors opened by saying so.
    """
    answers = {one.club: one for one in ask.answers}
    hashes = {club: sha256_hex(to_bytes(one)) for club, one in answers.items()}
    if hashes != dict(alive.alive) or len(ask.answers) != len(answers) or sorted(ask.keys) != dropped(alive):
        raise MasksRefused("expected the answers of the list that was agreed to, and what lifts their masks")
    if any(len(one.values) != of.length for one in ask.answers):
        raise MasksRefused("expected vectors of the campaign's length")
    total = unmasked_sum(
        {club: one.values for club, one in answers.items()},
        {club: bytes.fromhex(seed) for club, seed in ask.seeds.items()},
        {club: bytes.fromhex(key) for club, key in ask.keys.items()},
        roster,
        of,
    )
    if not is_beyond(total, manifest, answers):
        raise MasksRefused("expected evidence of a sum beyond what honest clubs can make; this one is within it")
