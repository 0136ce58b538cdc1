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
        return seal_bytes(wrapping, self.data + self.tags, about=f"keys of {owner}")

    @classmethod
    def unwrap(cls, wrapped: bytes | None, wrapping: bytes, *, owner: str) -> "OwnerKeys":
        """Return the keys; raises KeyDestroyed if they are gone or do not belong to `owner`."""
        if wrapped is None:
            raise KeyDestroyed("the key of these details was destroyed")
        keys = open_bytes(wrapping, wrapped, about=f"keys of {owner}")
        return cls(keys[:KEY_SIZE], keys[KEY_SIZE:])

    def seal(self, value: Mapping[str, Any], *, about: str) -> bytes:
        """Return nonce and ciphertext of a JSON object; it opens only with the same `about`."""
        return seal_json(self.data, value, about=about)

    def open(self, sealed: bytes, *, about: str) -> dict[str, Any]:
        """Return what `seal` was given; raises KeyDestroyed if this key or `about` does not fit."""
        return open_json(self.data, sealed, about=about)


def seal_json(key: bytes, value: Mapping[str, Any], *, about: str, at_least: int = 0) -> bytes:
    """Return nonce and ciphertext of a JSON object, padded with spaces to `at_least` bytes or a doubling of it."""
    return seal_text(key, canonical_bytes(value), about=about, at_least=at_least)


def seal_text(key: bytes, text: bytes, *, about: str, at_least: int = 0) -> bytes:
    """Do what `seal_json` does, of an object that is written already."""
    size = at_least
    while at_least and size < len(text):
        size *= 2
    return seal_bytes(key, text.ljust(size), about=about)


def open_json(key: bytes, sealed: bytes, *, about: str) -> dict[str, Any]:
    """Return what `seal_json` was given; raises KeyDestroyed if the key or `about` does not fit."""
    opened: dict[str, Any] = json.loads(open_bytes(key, sealed, about=about))
    return opened


def seal_bytes(key: bytes, plain: bytes, *, about: str) -> bytes:
    """Return nonce and ciphertext, bound to `about`."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def open_bytes(key: bytes, sealed: bytes, *, about: str) -> bytes:
    """Return what was sealed; raises KeyDestroyed if the key or `about` does not fit."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], about.encode())
    except InvalidTag as error:
        raise KeyDestroyed("expected details sealed under this key") from error
