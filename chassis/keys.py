"""Independent keys from one secret, one for each purpose (RFC 5869)."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SUBKEY_SIZE = 32


def subkey(secret: bytes, purpose: bytes, *, size: int = SUBKEY_SIZE) -> bytes:
    """Return `size` bytes that only the holder of `secret` can make for `purpose`: HKDF-Expand with SHA-256.

    secret: uniformly random, 32 bytes; the extract step (RFC 5869, section 3.3) is for secrets that are not.
    purpose: the `info` of the RFC. A purpose in use never changes: what is sealed or signed under it would not open.
    """
    return HKDFExpand(SHA256(), size, purpose).derive(secret)
