"""Masks: uniform vectors modulo 2**m from keys of 256 bits, by HKDF-SHA256 (RFC 5869) and ChaCha20 (RFC 8439).

A key makes one mask and is used for nothing else, so the keystream begins at counter and nonce 0. The low m bits of a
uniform word of 64 are uniform modulo 2**m: every value comes, the largest too.
"""

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

RingVector = NDArray[np.uint64]

KEY_BYTES = 32
_START = bytes(16)  # counter and nonce


def derived(secret: bytes, *, salt: bytes, label: str, length: int = KEY_BYTES) -> bytes:
    """Return `length` bytes that follow from a secret, bound to `salt` and to what they are for."""
    return HKDF(SHA256(), length, salt, f"homefield secagg-1 {label}".encode()).derive(secret)


def mask(key: bytes, *, length: int, modulus_bits: int) -> RingVector:
    """Return the mask of a key: `length` whole numbers, uniform modulo 2**modulus_bits (at most 64)."""
    stream = Cipher(algorithms.ChaCha20(key, _START), None).encryptor().update(bytes(8 * length))
    words: RingVector = np.frombuffer(stream, dtype="<u8").astype(np.uint64)
    return words & ring_mask(modulus_bits)


def ring_mask(modulus_bits: int) -> np.uint64:
    """Return the number whose low `modulus_bits` bits are set: what keeps a sum within the ring."""
    return np.uint64((1 << modulus_bits) - 1)
