"""Shares: any threshold of them give the secret, fewer fit every secret; checked against linear equations."""

import itertools
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadShares
from models.masks.shamir import PRIME, SHARE_BYTES, combine, split


def solved(points: dict[int, int]) -> list[int]:
    """Coefficients of the polynomial through these points, the constant first: Gauss over the prime field."""
    size = len(points)
    rows = [[pow(x, power, PRIME) for power in range(size)] + [y] for x, y in points.items()]
    for place in range(size):
        pivot = next(row for row in range(place, size) if rows[row][place])
        rows[place], rows[pivot] = rows[pivot], rows[place]
        scale = pow(rows[place][place], -1, PRIME)
        rows[place] = [value * scale % PRIME for value in rows[place]]
        for row in range(size):
            if row != place:
                times = rows[row][place]
                rows[row] = [(a - times * b) % PRIME for a, b in zip(rows[row], rows[place], strict=True)]
    return [row[-1] for row in rows]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(1, 12), st.integers(0, 8), st.randoms(use_true_random=False))
def test_any_threshold_of_the_shares_give_the_secret(secret, threshold, more, random) -> None:
    places = random.sample(range(1, 501), threshold + more)
    shares = split(secret, threshold=threshold, places=places)

    chosen = random.sample(places, threshold)

    assert combine({place: shares[place] for place in chosen}, threshold=threshold) == secret
    assert combine(shares, threshold=threshold) == secret
    assert {len(share) for share in shares.values()} == {SHARE_BYTES}


def test_the_polynomial_is_of_the_right_degree_and_its_constant_is_the_secret() -> None:
    secret = secrets.token_bytes(32)
    shares = {
        place: int.from_bytes(share, "big") for place, share in split(secret, threshold=4, places=range(1, 8)).items()
    }

    through_all, through_four = solved(shares), solved(dict(itertools.islice(shares.items(), 4)))

    assert through_all == [*through_four, 0, 0, 0]
    assert through_four[0].to_bytes(32, "big") == secret
    assert all(coefficient.bit_length() > 400 for coefficient in through_four[1:])  # uniform: below once in 2**120


def test_fewer_than_the_threshold_fit_every_secret_equally() -> None:
    shares = split(bytes(32), threshold=3, places=[1, 2, 3])
    held = {place: int.from_bytes(shares[place], "big") for place in (1, 2)}

    for other in (0, 1, 2**255, 2**256 - 1):
        coefficients = solved({0: other, **held})  # a polynomial of degree 2 for whatever secret one cares to think of
        assert all(sum(c * x**n for n, c in enumerate(coefficients)) % PRIME == y for x, y in held.items())
    with pytest.raises(BadShares):
        combine({place: shares[place] for place in (1, 2)}, threshold=3)


def test_shares_of_the_same_secret_are_others_each_time() -> None:
    first, second = (split(bytes(32), threshold=2, places=[1, 2]) for _ in range(2))

    assert not set(first.values()) & set(second.values())


def test_a_changed_share_does_not_give_the_secret() -> None:
    secret = secrets.token_bytes(32)
    shares = split(secret, threshold=2, places=[1, 2])
    shares[1] = bytes([*shares[1][:-1], shares[1][-1] ^ 1])

    try:
        found = combine(shares, threshold=2)
    except BadShares:
        return
    assert found != secret


@pytest.mark.parametrize(
    ("secret", "threshold", "places"),
    [
        (bytes(31), 1, [1]),
        (bytes(32), 0, [1]),
        (bytes(32), 3, [1, 2]),
        (bytes(32), 2, [1, 1]),
        (bytes(32), 1, [0]),
        (bytes(32), 1, [501]),
    ],
)
def test_what_cannot_be_shared_is_refused(secret: bytes, threshold: int, places: list[int]) -> None:
    with pytest.raises(BadShares):
        split(secret, threshold=threshold, places=places)


@pytest.mark.parametrize(
    "share", [b"", bytes(65), bytes(67), b"\xff" * SHARE_BYTES, PRIME.to_bytes(SHARE_BYTES, "big")]
)
def test_what_is_no_element_of_the_field_is_refused(share: bytes) -> None:
    with pytest.raises(BadShares):
        combine({1: share}, threshold=1)
