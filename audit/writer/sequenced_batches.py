"""Batches whose order is fixed: shuffled, and durable before any tree that holds them is signed.

So whatever happens between signing and publication, a restart goes on to the same tree, and the log never signs
two different trees of one size. A file is `MAGIC ‖ SHA-256 ‖ payload`; a payload is `start ‖ covers ‖ oldest ‖
act ‖ count` and the entries as in a bundle; numbers are unsigned, most significant byte first. Version 1, which is
still read, has no act.
"""

import hashlib
import random
import secrets
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audit.durable.storage import FileStore
from audit.errors import LogCorrupt, MalformedProof
from audit.tlog import merkle, tiles

FOLDER = "sequenced"
SUFFIX = ".batch"
MAGIC = b"homefield.batch.2\n"
FORMER_MAGIC = b"homefield.batch.1\n"
_HASH_SIZE = 32
_PAYLOAD = struct.Struct(">QQQQI")
_FORMER_PAYLOAD = struct.Struct(">QQQI")


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries in their final order.

    start: index of the first. covers: segments of the pending journal up to this number are in here, or void.
    oldest_s: POSIX time since when the oldest of them waits. act: the largest act number up to here; 0 if none.
    """

    start: int
    covers: int
    oldest_s: int
    leaves: tuple[bytes, ...]
    act: int = 0
    hashes: frozenset[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashes", frozenset(map(merkle.leaf_hash, self.leaves)))

    @property
    def end(self) -> int:
        """Size of the tree whose last entries these are."""
        return self.start + len(self.leaves)


def shuffled(leaves: Iterable[bytes], *, rng: random.Random | None = None) -> tuple[bytes, ...]:
    """Return the leaves in a random order, so that their order says nothing about when each of them came."""
    order = list(leaves)
    (rng or secrets.SystemRandom()).shuffle(order)
    return tuple(order)


def encode_batch(batch: Batch) -> bytes:
    """Return the bytes of a batch file."""
    numbers = _PAYLOAD.pack(batch.start, batch.covers, max(batch.oldest_s, 0), batch.act, len(batch.leaves))
    payload = numbers + tiles.encode_bundle(batch.leaves)
    return MAGIC + hashlib.sha256(payload).digest() + payload


def parse_batch(data: bytes) -> Batch:
    """Parse a batch file; raises LogCorrupt, since such a file comes into its place whole or not at all."""
    proof, payload = data[len(MAGIC) : len(MAGIC) + _HASH_SIZE], data[len(MAGIC) + _HASH_SIZE :]
    head = _FORMER_PAYLOAD if data.startswith(FORMER_MAGIC) else _PAYLOAD
    if not data.startswith((MAGIC, FORMER_MAGIC)) or hashlib.sha256(payload).digest() != proof:
        raise LogCorrupt("a file of sequenced entries is damaged")
    if len(payload) < head.size:
        raise LogCorrupt("a file of sequenced entries does not hold what it says")
    start, covers, oldest_s, *act, count = head.unpack_from(payload)
    try:
        return Batch(start, covers, oldest_s, tiles.decode_bundle(payload[head.size :], count), *act)
    except MalformedProof as error:
        raise LogCorrupt("a file of sequenced entries does not hold what it says") from error


class BatchFiles:
    """The batch files in a state directory, one for each start."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def write(self, batch: Batch) -> None:
        """Make a batch durable, in place of one with the same start that nobody has signed; raises OSError."""
        self._files.write({_path(batch.start): encode_batch(batch)})

    def starts(self) -> list[int]:
        """Return the starts of the batches that are there, lowest first; raises OSError."""
        stems = [name.removesuffix(SUFFIX) for name in self._files.names(FOLDER) if name.endswith(SUFFIX)]
        return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())

    def after(self, size: int) -> tuple[Batch, ...]:
        """Return the batches that continue a tree of `size` entries.

        Raises OSError, and LogCorrupt if one is damaged or missing.
        """
        found, end = [], size
        for start in self.starts():
            if start < size:
                continue  # published already
            batch = parse_batch(self._files.read(_path(start)) or b"")
            if start != end or batch.start != start:
                raise LogCorrupt(f"expected sequenced entries from {end} on, found them from {start} on")
            found.append(batch)
            end = batch.end
        return tuple(found)

    def remove(self, starts: Sequence[int]) -> None:
        """Remove batches that are published; what cannot be removed stays, and is passed over by `after`."""
        self._files.remove(_path(start) for start in starts)


def _path(start: int) -> str:
    return f"{FOLDER}/{start:020d}{SUFFIX}"
