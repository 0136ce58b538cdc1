"""Canonical JSON (RFC 8785): the one byte form of everything that Homefield signs or hashes."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

from policies.errors import InvalidInput


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    """Return the RFC 8785 bytes of a JSON object; raises InvalidInput for anything JSON cannot hold."""
    try:
        return rfc8785.dumps(dict(value))
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput(f"expected plain JSON values, got {type(error).__name__}") from error


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
