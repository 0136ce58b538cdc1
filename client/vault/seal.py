"""Authenticated sealing of everything in the vault: AES-256-GCM bound to its place.

Every sealed value is `nonce (12) || ciphertext || tag (16)`. The associated data names what the value is
and where it stands, so that a value moved to another row, athlete or table no longer opens.
"""

import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.keys import subkey
from client.errors import SealBroken

NONCE_BYTES: Final = 12
ROW_KEY_BYTES: Final = 16
_PAD: Final = 64  # ciphertext lengths tell sizes only in steps of 64 bytes: a mood looks like a resting HR


def vault_subkey(secret: bytes, use: str) -> bytes:
    """Return an independent 32-byte key for one use of `secret`."""
    return subkey(secret, f"homefield/vault/1/{use}".encode())


class Seal:
    """Seals and names values under one secret: an athlete's data key, or the vault's own master key."""

    def __init__(self, secret: bytes) -> None:
        self._aead = AESGCM(vault_subkey(secret, "seal"))
        self._namer = hmac.new(vault_subkey(secret, "name"), digestmod="sha256")

    def __repr__(self) -> str:
        return "Seal()"

    def row_key(self, natural_key: bytes) -> bytes:
        """Return 16 bytes that stand for `natural_key`, meaningless without the secret (HMAC-SHA256)."""
        named = self._namer.copy()  # every reading is named: to begin with the key each time costs more than the rest
        named.update(natural_key)
        return named.digest()[:ROW_KEY_BYTES]

    def close(self, plain: bytes, place: bytes) -> bytes:
        """Return `plain` (JSON, padded with spaces) sealed for `place`."""
        return self.wrap(plain + b" " * (-len(plain) % _PAD), place)

    def wrap(self, plain: bytes, place: bytes) -> bytes:
        """Return `plain` sealed for `place` byte by byte; for keys, which padding would change."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return what was sealed for `place`; raises SealBroken for any other bytes or place."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("stored bytes were changed or moved; nothing of them is used") from error
