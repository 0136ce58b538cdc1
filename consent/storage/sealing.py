"""Sealing under one owner's own key: AES-256-GCM, and the wrapping of that key by the service's.

Destroying an owner's wrapped keys is erasure: whatever was sealed can never be opened again.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consent.errors import KeyDestroyed
from policies.canonical import canonical_bytes

NONCE_SIZE = 12
KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class OwnerKeys:
    """One owner's two keys of 32 bytes: `data` seals details, `tags` numbers the log entries."""

    data: bytes = field(repr=False)
    tags: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "OwnerKeys":
        """Return new random keys."""
        return cls(secrets.token_bytes(KEY_SIZE), secrets.token_bytes(KEY_SIZE))

    def wrapped(self, wrapping: bytes, *, owner: str) -> bytes:
        """Return both keys sealed under the service's wrapping key, bound to `owner`."""
        return _seal(wrapping, self.data + self.tags, f"keys of {owner}")

    @classmethod
    def unwrap(cls, wrapped: bytes | None, wrapping: bytes, *, owner: str) -> "OwnerKeys":
        """Return the keys; raises KeyDestroyed if they are gone or do not belong to `owner`."""
        if wrapped is None:
            raise KeyDestroyed("the key of these details was destroyed")
        keys = _open(wrapping, wrapped, f"keys of {owner}")
        return cls(keys[:KEY_SIZE], keys[KEY_SIZE:])

    def seal(self, value: Mapping[str, Any], *, about: str) -> bytes:
        """Return nonce and ciphertext of a JSON object; it opens only with the same `about`."""
        return _seal(self.data, canonical_bytes(value), about)

    def open(self, sealed: bytes, *, about: str) -> dict[str, Any]:
        """Return what `seal` was given; raises KeyDestroyed if this key or `about` does not fit."""
        opened: dict[str, Any] = json.loads(_open(self.data, sealed, about))
        return opened


def _seal(key: bytes, plain: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def _open(key: bytes, sealed: bytes, about: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], about.encode())
    except InvalidTag as error:
        raise KeyDestroyed("expected details sealed under this key") from error
