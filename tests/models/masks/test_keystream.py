"""Masks come from 256 bits by ChaCha20, checked against the RFCs written out, and every value of the ring occurs."""

import hashlib
import hmac
import struct

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from scipy.stats import chisquare

from models.masks.key_agreement import RoundSecrets, pair_mask, roster_hash, self_mask
from models.masks.keystream import derived, mask
from models.masks.masked_round import MaskedRound
from tests.models.masks.league import masked_league


def chacha20(key: bytes, length: int) -> bytes:
    """RFC 8439 §2.3 and §2.4 with counter and nonce 0, written out."""
    stream = b""
    for counter in range(-(-length // 64)):
        start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), counter, 0, 0, 0]
        state = start.copy()
        for _ in range(10):
            for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
                _quarter(state, a, b, c, d)
            for a, b, c, d in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
                _quarter(state, a, b, c, d)
        stream += struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(state, start, strict=True)))
    return stream[:length]


def _quarter(state: list[int], a: int, b: int, c: int, d: int) -> None:
    for one, two, three, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[one] = (state[one] + state[two]) & 0xFFFFFFFF
        turned = state[three] ^ state[one]
        state[three] = ((turned << turn) | (turned >> (32 - turn))) & 0xFFFFFFFF


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 §2 with SHA-256, written out."""
    key, block, found = hmac.digest(salt, secret, hashlib.sha256), b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), hashlib.sha256)
        found += block
    return found[:length]


def x25519(scalar: bytes, point: bytes) -> bytes:
    """RFC 7748 §5, the ladder written out."""
    prime, a24 = 2**255 - 19, 121665
    k = (int.from_bytes(scalar, "little") & ~7 & ((1 << 255) - 1)) | 1 << 254
    x1 = int.from_bytes(point, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for place in reversed(range(255)):
        bit = k >> place & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % prime, x1 * (da - cb) ** 2 % prime
        x2, z2 = aa * bb % prime, e * (aa + a24 * e) % prime
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, -1, prime) % prime).to_bytes(32, "little")


def test_the_written_out_ladder_is_that_of_the_library() -> None:
    """Two secrets agree, and the library gives the same public key."""
    alice, bob = bytes(range(32)), bytes(range(32, 64))
    nine = (9).to_bytes(32, "little")

    assert x25519(alice, x25519(bob, nine)) == x25519(bob, x25519(alice, nine))
    assert x25519(alice, nine) == X25519PrivateKey.from_private_bytes(alice).public_key().public_bytes_raw()


def test_masks_of_a_pair_and_of_a_club_follow_from_secrets_and_roster_as_written_out_here() -> None:
    """What a later version must compute as well: nodes of two versions are in one round."""
    league = masked_league(3)
    one_round, (low, high, _) = MaskedRound.of(league.manifest, 1), league.clubs
    own, other, seed = bytes(range(32)), bytes(range(100, 132)), bytes(range(200, 232))
    keys = X25519PrivateKey.from_private_bytes(own), X25519PrivateKey.from_private_bytes(other)
    peer = RoundSecrets(keys[1], keys[1], seed).announcement(one_round, high, league.signers[high])
    roster = "ab" * 32

    found = pair_mask(keys[0], low, peer, roster, one_round)
    alone = self_mask(seed, one_round)

    shared = x25519(own, bytes.fromhex(peer.mask_key))
    key = hkdf(shared, bytes.fromhex(roster), f"homefield secagg-1 mask of {low} and {high}".encode(), 32)
    assert found.tolist() == words_of(key, one_round)
    salt = bytes.fromhex(one_round.manifest_sha256)
    assert alone.tolist() == words_of(hkdf(seed, salt, b"homefield secagg-1 own mask", 32), one_round)


def words_of(key: bytes, of: MaskedRound) -> list[int]:
    words = struct.unpack(f"<{of.length}Q", chacha20(key, 8 * of.length))
    return [word % 2**of.modulus_bits for word in words]


@pytest.mark.parametrize("bits", [32, 40, 62])
def test_a_mask_is_the_keystream_in_words_of_64_cut_to_the_ring(bits: int) -> None:
    key = bytes(range(32))

    words = struct.unpack("<33Q", chacha20(key, 8 * 33))

    assert mask(key, length=33, modulus_bits=bits).tolist() == [word % 2**bits for word in words]


def test_the_written_out_cipher_is_that_of_the_rfc() -> None:
    """RFC 8439 A.1, test vectors 1: key, nonce and counter all zero."""
    assert chacha20(bytes(32), 64).hex().startswith("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7")


@pytest.mark.parametrize("length", [32, 96])
def test_keys_are_derived_as_the_rfc_has_it(length: int) -> None:
    found = derived(b"secret" * 6, salt=b"salt", label="mask of a and b", length=length)

    assert found == hkdf(b"secret" * 6, b"salt", b"homefield secagg-1 mask of a and b", length)


def test_every_value_of_the_ring_occurs_the_largest_too() -> None:
    values = mask(bytes(range(32)), length=64_000, modulus_bits=6)

    counts = np.bincount(values.astype(np.int64), minlength=64)
    assert counts.size == 64
    assert chisquare(counts).pvalue > 1e-6


def test_all_256_bits_of_a_seed_count_and_nothing_less() -> None:
    """Another system folded its key to 32 bits, of which 28 varied: every bit of ours changes half of the mask."""
    key = bytes(range(32))
    before = mask(key, length=64, modulus_bits=62)
    for bit in range(256):
        flipped = bytearray(key)
        flipped[bit // 8] ^= 1 << bit % 8
        differing = int(
            sum(int(word).bit_count() for word in before ^ mask(bytes(flipped), length=64, modulus_bits=62))
        )
        assert 0.4 < differing / (64 * 62) < 0.6


def test_every_bit_of_the_seeds_of_pairs_varies() -> None:
    league = masked_league(3)
    one_round, seeds = MaskedRound.of(league.manifest, 1), []
    for _ in range(300):
        sides = {club: RoundSecrets.fresh() for club in league.clubs}
        announced = {
            club: secrets.announcement(one_round, club, league.signers[club]) for club, secrets in sides.items()
        }
        first, second, _ = league.clubs
        roster = roster_hash(announced)
        one = pair_mask(sides[first].mask_key, first, announced[second], roster, one_round)
        other = pair_mask(sides[second].mask_key, second, announced[first], roster, one_round)
        assert one.tolist() == other.tolist()
        seeds.append(int(one[0]))

    varying, modulus = 0, league.manifest.modulus_bits
    for seed in seeds:
        varying |= seed ^ seeds[0]
    assert varying == 2**modulus - 1
    assert len(set(seeds)) == 300
