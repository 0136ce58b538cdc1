"""The tags by which an athlete finds every own entry, and the keyed commitments of entries of version 1.

A commitment of version 1 is to all details together, under one key: it opens as a whole or not at all. New entries
commit to ten fields instead (`disclosure`).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.errors import MalformedProof, ProofFailed
from policies.canonical import canonical_bytes
from policies.errors import InvalidInput

KEY_SIZE = 32
COMMITMENT_SIZE = 32
TAG_SIZE = 16


@dataclass(frozen=True, slots=True)
class KeyedOpening:
    """What opens an entry of version 1: the key of 32 bytes used for it alone, and all its details."""

    key: bytes = field(repr=False)
    details: Mapping[str, Any] = field(repr=False)


def commit(key: bytes, details: Mapping[str, Any]) -> bytes:
    """Return HMAC-SHA256(key, canonical JSON of `details`), 32 bytes.

    The key is used for one entry only. Destroying it is erasure: the log still verifies, and nobody can
    show any more what the commitment was to.
    """
    _check_key(key)
    try:
        text = canonical_bytes(details)
    except InvalidInput as error:
        raise MalformedProof("expected details as plain JSON values") from error
    return hmac.digest(key, b"homefield-entry-v1\n" + text, hashlib.sha256)


def verify_opening(commitment: bytes, key: bytes, details: Mapping[str, Any]) -> None:
    """Return if `commitment` is to exactly these details under this key; raises ProofFailed otherwise."""
    if not hmac.compare_digest(commit(key, details), commitment):
        raise ProofFailed("the commitment is to other details")


def tag(key: bytes, n: int) -> bytes:
    """Return the tag of an athlete's n-th entry, 16 bytes: HMAC-SHA256(key, n), shortened.

    With consecutive n from 0 the athlete recomputes every own tag and sees whether one is missing;
    nobody without the key can link two of them (Hicks et al. 2018, Pulls et al. 2013).
    """
    _check_key(key)
    if n < 0:
        raise MalformedProof("expected a tag number of 0 or more")
    return hmac.digest(key, b"homefield-tag-v1\n" + n.to_bytes(8, "big"), hashlib.sha256)[:TAG_SIZE]


def _check_key(key: bytes) -> None:
    if len(key) != KEY_SIZE:
        raise MalformedProof(f"expected a key of {KEY_SIZE} bytes, got {len(key)}")
