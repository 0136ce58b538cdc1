"""Verifies a whole log from its files alone: signatures, every entry, every tile, and the root they lead to.

It works beside a writer that goes on publishing: whatever lies beyond the checkpoint must be explained by a later one.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.entries.columns import ColumnWriter, EntryColumns
from audit.errors import LogCorrupt
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import CHECKPOINT, Checkpoint, parse_body
from audit.tlog.note import split_note
from audit.tlog.tiles import Tile
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from audit.verification.differing import differing
from audit.verification.read_ahead import reading_ahead
from audit.verification.sources import LogSource, open_source
from audit.verification.stored_tiles import check_beginning, read_bundle, read_hashes, stored_tiles
from audit.verification.tile_hasher import TileHasher, hash_leaves

PATIENCE_S = 10.0
"""How long we wait for the checkpoint over tiles that a writer has put in place already (our choice)."""
PAUSE_S = 0.05

OnProgress = Callable[[int, int], None]
"""Told how many entries are verified, and how many there are."""
OnEntries = Callable[[int, Sequence[bytes]], None]
"""Given entries as they are verified, with the index of the first; they count only once the whole log has verified."""

Explains = Callable[[int, Tile], bool]
"""Asked whether a tile beyond a log of this size is known to be coming, by somebody who sees more than its files."""


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """A log of which every byte has been checked.

    columns: the public fields of every entry; empty for a log of somebody else's format, which is verified all the
    same. edge: per level the hashes of the tile that is being filled, from which `extend` goes on.
    """

    trusted: TrustedCheckpoint
    columns: EntryColumns
    edge: tuple[bytes, ...]

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.trusted.checkpoint.origin

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.trusted.checkpoint.size

    @property
    def root(self) -> bytes:
        """Root of the tree over all entries."""
        return self.trusted.checkpoint.root

    @property
    def checkpoint(self) -> bytes:
        """The signed note that everything was verified against."""
        return self.trusted.note

    @property
    def is_foreign(self) -> bool:
        """True if the entries are not Homefield's; they are proven, but nothing here can say what they mean."""
        return self.size > len(self.columns)


def verify_log(
    source: str | Path, policy: TrustPolicy, *, known: bytes | None = None, on_progress: OnProgress | None = None
) -> VerifiedLog:
    """Verify the log in a directory or at an http(s) address.

    known: a checkpoint of this log that the caller kept from earlier; the log must have grown from it.
    Raises a child of AuditError: SourceUnavailable if files cannot be reached, any other if the log is not whole.
    """
    return verify_source(open_source(source), policy, known=known, on_progress=on_progress)


def verify_source(
    source: LogSource,
    policy: TrustPolicy,
    *,
    known: bytes | None = None,
    on_progress: OnProgress | None = None,
    on_entries: OnEntries | None = None,
    explains: Explains | None = None,
    patience_s: float | None = None,
) -> VerifiedLog:
    """Verify the log at `source`, as `verify_log` does.

    patience_s: how long tiles may lie beyond the checkpoint before that is an alarm; by default PATIENCE_S.
    """
    walk = _Walk(source, policy, on_progress, on_entries)
    trusted = policy.open(read_checkpoint(source))
    walk.remember(_known(policy, known), trusted.checkpoint)
    walk.reach(trusted)
    walk.explain_other_tiles(PATIENCE_S if patience_s is None else patience_s, explains)
    return walk.verified()


def extend(
    verified: VerifiedLog,
    source: LogSource,
    policy: TrustPolicy,
    *,
    on_progress: OnProgress | None = None,
    on_entries: OnEntries | None = None,
) -> VerifiedLog:
    """Verify what was added to a log since it was verified, and only that; `on_entries` is given only new entries.

    Raises as `verify_log` does, LogCorrupt also if the log has not grown from what was verified.
    """
    trusted = policy.open(read_checkpoint(source))
    if trusted.note == verified.checkpoint:
        return verified
    walk = _Walk(source, policy, on_progress, on_entries, verified)
    walk.reach(trusted)
    return walk.verified()


def read_checkpoint(source: LogSource) -> bytes:
    """Return the checkpoint's bytes; raises LogCorrupt if there is none."""
    note = source.read(CHECKPOINT)
    if note is None:
        raise LogCorrupt("expected the file checkpoint, found none")
    return note


class _Walk:
    """A pass over a log: recomputes every hash from the entries and compares it with what is stored."""

    def __init__(
        self,
        source: LogSource,
        policy: TrustPolicy,
        on_progress: OnProgress | None,
        on_entries: OnEntries | None,
        start: VerifiedLog | None = None,
    ) -> None:
        self._source = source
        self._policy = policy
        self._on_progress = on_progress
        self._on_entries = on_entries
        self._trusted = start.trusted if start else None
        self._hasher = TileHasher(start.size, start.edge) if start else TileHasher()
        self._columns = ColumnWriter(start.columns, is_foreign=start.is_foreign) if start else ColumnWriter()
        self._known: Checkpoint | None = None

    def verified(self) -> VerifiedLog:
        """Return what the walk has reached."""
        if self._trusted is None:
            raise LogCorrupt("expected a checkpoint to have been reached")
        return VerifiedLog(self._trusted, self._columns.finish(), tuple(self._hasher.levels))

    def remember(self, known: Checkpoint | None, now: Checkpoint) -> None:
        """Take the checkpoint that the caller kept; the walk compares its root when it comes by."""
        if known is None:
            return
        if known.origin != now.origin or known.size > now.size:
            raise LogCorrupt("the log is smaller than the checkpoint you kept, or another log")
        if known.size == 0:
            _compare(merkle.EMPTY_ROOT, known.root)
        self._known = known

    def reach(self, trusted: TrustedCheckpoint) -> None:
        """Verify everything up to a checkpoint; raises LogCorrupt at the first thing that is not as it must be."""
        checkpoint = trusted.checkpoint
        before = self._trusted.checkpoint if self._trusted else None
        if before and (before.origin != checkpoint.origin or checkpoint.size < before.size):
            raise LogCorrupt("the log is smaller than what was verified before, or another log")
        if before and before.size == checkpoint.size:
            _compare(checkpoint.root, before.root)
        with reading_ahead(self._source, self._hasher.size, checkpoint.size) as source:
            self._read_bundles(source, checkpoint)
        for tile, hashes in self._hasher.partial_tiles():
            _compare_tile(self._source, tile, hashes, checkpoint)
        if self._hasher.root() != checkpoint.root:
            raise LogCorrupt("the entries do not lead to the root that the checkpoint signs")
        self._trusted = trusted

    def explain_other_tiles(self, patience_s: float, explains: Explains | None = None) -> None:
        """Check every stored tile that the walk did not need, where files can be listed.

        Narrower versions of a tile must be its beginning. One beyond the checkpoint must be explained by a later
        checkpoint, within `patience_s`: a writer puts its tiles in place just before.
        """
        beyond = self._unexplained(stored_tiles(self._source))
        pause, deadline = threading.Event(), time.monotonic() + patience_s
        while beyond := [tile for tile in beyond if not (explains and explains(self._hasher.size, tile))]:
            trusted = self._policy.open(read_checkpoint(self._source))
            if self._trusted is None or trusted.note != self._trusted.note:
                self.reach(trusted)
                beyond = self._unexplained(beyond)
            elif time.monotonic() >= deadline:
                raise LogCorrupt(
                    f"{beyond[0].path} holds entries beyond the checkpoint: either an older checkpoint was put back, "
                    "or a publication was interrupted and the log has not been opened since"
                )
            else:
                pause.wait(PAUSE_S)
                beyond = [tile for tile in beyond if self._source.read(tile.path) is not None]

    def _read_bundles(self, source: LogSource, checkpoint: Checkpoint) -> None:
        while self._hasher.size < checkpoint.size:
            self._read_bundle(source, checkpoint)
            if self._on_progress:
                self._on_progress(self._hasher.size, checkpoint.size)

    def _read_bundle(self, source: LogSource, checkpoint: Checkpoint) -> None:
        """Take the rest of one bundle, and compare every tile that it fills."""
        start = self._hasher.size
        bundle = tiles.tile_at(-1, start // tiles.WIDTH, checkpoint.size)
        leaves = read_bundle(source, bundle)
        hashes = hash_leaves(leaves)
        if taken := start % tiles.WIDTH:
            held = self._hasher.levels[0]
            if not hashes.startswith(held):
                raise LogCorrupt(f"{bundle.path} does not begin with the entries that stood there before")
            leaves, hashes = leaves[taken:], hashes[len(held) :]
        for part in self._cut_at_known(start, hashes):
            for tile, expected in self._hasher.add(part):
                _compare_tile(source, tile, expected, checkpoint)
            if self._known and self._hasher.size == self._known.size:
                _compare(self._hasher.root(), self._known.root)
        self._columns.add(leaves, first_index=start)
        if self._on_entries:
            self._on_entries(start, leaves)

    def _cut_at_known(self, start: int, hashes: bytes) -> tuple[bytes, ...]:
        at = (self._known.size - start) * merkle.HASH_SIZE if self._known else 0
        return (hashes[:at], hashes[at:]) if 0 < at < len(hashes) else (hashes,)

    def _unexplained(self, stored: Sequence[Tile]) -> list[Tile]:
        """Return the tiles that lie beyond what was reached; check the others."""
        beyond = []
        for tile in stored:
            stands = tiles.stored_tile(tile, self._hasher.size)
            if stands is None or tile.width > stands.width:
                beyond.append(tile)
            elif tile.width < stands.width:
                check_beginning(self._source, tile, stands)
        return beyond


def _known(policy: TrustPolicy, note: bytes | None) -> Checkpoint | None:
    """Return the checkpoint that the caller kept. One of an empty log says nothing, and no witness has cosigned it."""
    if note is None:
        return None
    unverified = parse_body(split_note(note)[0])
    return unverified if unverified.size == 0 else policy.open(note).checkpoint


def _compare_tile(source: LogSource, tile: Tile, hashes: bytes, checkpoint: Checkpoint) -> None:
    stored = read_hashes(source, tile)
    if stored != hashes:
        raise LogCorrupt(differing(source, tile, stored, hashes, checkpoint))


def _compare(root: bytes, known: bytes) -> None:
    if root != known:
        raise LogCorrupt("the log has not grown from the checkpoint you kept: history was changed")
