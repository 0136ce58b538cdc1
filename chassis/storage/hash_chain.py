"""Hash chains in a table: each row holds the hash of its content, which names the hash of the row before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policies.canonical import canonical_bytes, sha256_hex

GENESIS: Final = "0" * 64
"""What the first row of a chain names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row: its number from 1, the hash before it, its own hash, and the bytes of its content, which are hashed."""

    seq: int
    prev_hash: str
    hash: str
    body: bytes


def link_bytes(content: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes (RFC 8785) of a row's content, which are hashed and may be signed."""
    return canonical_bytes(content)


def link_hash(body: bytes) -> str:
    """Return the SHA-256 of the bytes of a row's content, in hexadecimal digits."""
    return sha256_hex(body)


def is_whole(links: Iterable[Link]) -> bool:
    """Return whether rows, in order, are numbered without a gap, each names the one before, and no content changed."""
    previous = GENESIS
    for seq, link in enumerate(links, start=1):
        if link.seq != seq or link.prev_hash != previous or link.hash != link_hash(link.body):
            return False
        previous = link.hash
    return True
