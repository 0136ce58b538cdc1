"""Taking masks off: of a whole sum, and of one club's vector where all clubs open theirs. Whole numbers throughout."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from models.errors import MasksRefused
from models.masks.key_agreement import RoundKeys, pair_mask, self_mask
from models.masks.keystream import RingVector, ring_mask
from models.masks.masked_round import MaskedRound
from models.masks.messages import KeyAnnouncement
from policies.canonical import sha256_hex


def pair_masks(
    key: X25519PrivateKey, club: str, peers: Iterable[str], roster: RoundKeys, of: MaskedRound
) -> RingVector:
    """Return what a club adds for its peers: the mask of each pair, added by the first of the two by name."""
    total = np.zeros(of.length, dtype=np.uint64)
    for peer in peers:
        one = pair_mask(key, club, roster.announcements[peer], roster.sha256, of)
        if club < peer:
            total += one  # modulo 2**64, and so modulo 2**m
        else:
            total -= one
    return total & ring_mask(of.modulus_bits)


def masked(values: Sequence[int], masks: RingVector, seed: bytes, of: MaskedRound) -> tuple[int, ...]:
    """Return a vector under its pair masks and its own mask."""
    return _whole(np.array(values, dtype=np.uint64) + masks + self_mask(seed, of), of)


def unmasked_sum(
    vectors: Mapping[str, Sequence[int]],
    seeds: Mapping[str, bytes],
    keys: Mapping[str, bytes],
    roster: RoundKeys,
    of: MaskedRound,
) -> tuple[int, ...]:
    """Return the sum of the living clubs' vectors, modulo 2**modulus_bits.

    vectors: masked, by living club. seeds: of each of them. keys: mask secret of each club that dealt shares and whose
    vector did not come. Raises MasksRefused unless every secret is the announced one and none of a club is missing.
    """
    if vectors.keys() != seeds.keys() or vectors.keys() & keys.keys():
        raise MasksRefused("expected the seed of every living club, and the mask key of none of them")
    total = np.zeros(of.length, dtype=np.uint64)
    for club, vector in vectors.items():
        check_seed(seeds[club], roster.announcements[club])
        total = total + np.array(vector, dtype=np.uint64) - self_mask(seeds[club], of)
    for club, secret in keys.items():
        own = mask_key_of(secret, roster.announcements[club])
        total = total + pair_masks(own, club, vectors, roster, of)  # what the others added or took away for it
    return _whole(total, of)


def opened_vector(
    vector: Sequence[int],
    club: str,
    dealers: Iterable[str],
    seed: bytes,
    secret: bytes,
    roster: RoundKeys,
    of: MaskedRound,
) -> tuple[int, ...]:
    """Return one club's vector without its masks; raises MasksRefused unless the secrets are those it announced."""
    announcement = roster.announcements[club]
    check_seed(seed, announcement)
    others = [peer for peer in dealers if peer != club]
    masks = pair_masks(mask_key_of(secret, announcement), club, others, roster, of)
    return _whole(np.array(vector, dtype=np.uint64) - masks - self_mask(seed, of), of)


def check_seed(seed: bytes, announcement: KeyAnnouncement) -> None:
    """Return if this is the seed that a club announced; raises MasksRefused otherwise."""
    if sha256_hex(seed) != announcement.seed_hash:
        raise MasksRefused(f"expected the seed that {announcement.club} announced")


def mask_key_of(secret: bytes, announcement: KeyAnnouncement) -> X25519PrivateKey:
    """Return a club's mask key from its secret half; raises MasksRefused unless the club announced it."""
    key = X25519PrivateKey.from_private_bytes(secret)
    if key.public_key().public_bytes_raw().hex() != announcement.mask_key:
        raise MasksRefused(f"expected the mask key that {announcement.club} announced")
    return key


def _whole(vector: RingVector, of: MaskedRound) -> tuple[int, ...]:
    found: list[int] = (vector & ring_mask(of.modulus_bits)).tolist()
    return tuple(found)
