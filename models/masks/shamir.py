"""Shamir's secret sharing over the prime field of 2**521 - 1 (Shamir 1979).

Any `threshold` shares give the secret, fewer say nothing about it: each coefficient of the polynomial is uniform over
the field. Secrets and shares have one size, whatever their value.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache

from models.errors import BadShares

PRIME = 2**521 - 1  # a Mersenne prime, well above any secret
SECRET_BYTES, SHARE_BYTES = 32, 66
_SPARE_BITS = 8 * SHARE_BYTES - PRIME.bit_length()
MOST_PLACES = 500  # clubs of a manifest


def split(secret: bytes, *, threshold: int, places: Sequence[int]) -> dict[int, bytes]:
    """Return a share of `secret` (32 bytes) for each place (1 or more, all different), of which `threshold` suffice.

    Raises BadShares for a threshold or places that cannot be.
    """
    if len(secret) != SECRET_BYTES:
        raise BadShares(f"expected a secret of {SECRET_BYTES} bytes, got {len(secret)}")
    if not 1 <= threshold <= len(places):
        raise BadShares(f"expected a threshold of 1 to {len(places)}, got {threshold}")
    if len(set(places)) != len(places) or not all(1 <= place <= MOST_PLACES for place in places):
        raise BadShares(f"expected places of 1 to {MOST_PLACES}, each once")
    coefficients = [*_uniform(threshold - 1), int.from_bytes(secret, "big")]
    return {place: _at(coefficients, place).to_bytes(SHARE_BYTES, "big") for place in places}


def combine(shares: Mapping[int, bytes], *, threshold: int) -> bytes:
    """Return the secret behind these shares, by place; the first `threshold` of them in order are used.

    Raises BadShares for too few, for one that is no element of the field, and where they lie on no polynomial whose
    secret has 32 bytes. Shares that were changed otherwise give another secret: check it against a commitment.
    """
    if len(shares) < threshold or threshold < 1:
        raise BadShares(f"expected {threshold} shares, got {len(shares)}")
    used = tuple(sorted(shares)[:threshold])
    values = [_element(shares[place]) for place in used]
    total = sum(weight * value for weight, value in zip(_weights(used), values, strict=True)) % PRIME
    if total.bit_length() > 8 * SECRET_BYTES:
        raise BadShares("expected shares of one secret")
    return total.to_bytes(SECRET_BYTES, "big")


def _uniform(count: int) -> list[int]:
    """So many numbers below the prime, each as likely: 521 random bits, drawn again in the one case of 2**521 - 1."""
    drawn = secrets.token_bytes(count * SHARE_BYTES)
    cut = (drawn[start : start + SHARE_BYTES] for start in range(0, len(drawn), SHARE_BYTES))
    found = [int.from_bytes(one, "big") >> _SPARE_BITS for one in cut]
    return [one if one < PRIME else secrets.randbelow(PRIME) for one in found]


def _at(coefficients: Sequence[int], place: int) -> int:
    """The polynomial at a place, the highest power first. Places are small, so one reduction at the end is quicker."""
    total = 0
    for coefficient in coefficients:
        total = total * place + coefficient
    return total % PRIME


def _element(share: bytes) -> int:
    value = int.from_bytes(share, "big")
    if len(share) != SHARE_BYTES or value >= PRIME:
        raise BadShares(f"expected a share of {SHARE_BYTES} bytes below the field's prime")
    return value


@lru_cache(maxsize=64)
def _weights(places: tuple[int, ...]) -> tuple[int, ...]:
    """Lagrange's weights of these places at 0."""
    found = []
    for place in places:
        above, below = 1, 1
        for other in places:
            if other != place:
                above, below = above * -other % PRIME, below * (place - other) % PRIME
        found.append(above * pow(below, -1, PRIME) % PRIME)
    return tuple(found)
