"""Follows a log from one verified size to a larger one: every new entry, every tile it fills, and the root.

What is wrong is named only when everything has been read: one file that does not fit can be a fault of the disk, and
only a tree that does not continue the one before is a changed history.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from audit.entries.events import EventKind, LeafParts, parse_leaf, split_leaf
from audit.errors import AuditError, LogCorrupt, MalformedProof, SourceUnavailable
from audit.monitor.alarms import AlarmKind, Misbehaved
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.tiles import Tile
from audit.verification.differing import differing
from audit.verification.reader import TileReader
from audit.verification.sources import LogSource
from audit.verification.stored_tiles import read_bundle, read_hashes
from audit.verification.tile_hasher import TileHasher, hash_leaves

HEARTBEAT = EventKind.HEARTBEAT.value.encode()


@dataclass(frozen=True, slots=True)
class Mark:
    """A checkpoint that somebody holds: the tree must have its root when it has its size."""

    checkpoint: Checkpoint
    note: bytes
    holder: str


class EntryWatch:
    """Looks at entries one after another: whether they are in this log's format, and whether a heartbeat is among them.

    is_foreign: the entries are not in Homefield's format; None until the first entry has told.
    """

    def __init__(self, is_foreign: bool | None) -> None:
        self.is_foreign = is_foreign
        self.has_heartbeat = False
        self.malformed: int | None = None
        # Parts that `parse_leaf` has accepted together; it accepts them again (`split_leaf`).
        self._known: set[LeafParts] = set()

    def add(self, leaves: Sequence[bytes], first_index: int) -> None:
        """Take the entries from `first_index` on; the first that is in the wrong format is remembered."""
        for index, leaf in enumerate(leaves, start=first_index):
            is_ours = self._is_ours(leaf)
            if self.is_foreign is None:
                self.is_foreign = not is_ours
            if is_ours is self.is_foreign and self.malformed is None:
                self.malformed = index

    def _is_ours(self, leaf: bytes) -> bool:
        parts = split_leaf(leaf)
        if parts is None:
            return False
        if parts not in self._known:
            try:
                parse_leaf(leaf)
            except MalformedProof:
                return False
            self._known.add(parts)
        self.has_heartbeat = self.has_heartbeat or HEARTBEAT in parts
        return True


class ConsistencyCheck:
    """A pass over what was added to a log. `size` and `edge` are those of the tree verified before."""

    def __init__(self, source: LogSource, size: int, edge: Sequence[bytes], entries: EntryWatch) -> None:
        self._source = source
        self._hasher = TileHasher(size, edge)
        self._start = (size, self._hasher.root())
        self._entries = entries
        self._wrong: str | None = None
        self._missed: Mark | None = None

    @property
    def edge(self) -> tuple[bytes, ...]:
        """Per level the hashes, joined, of the tile that is being filled."""
        return tuple(self._hasher.levels)

    def reach(
        self, checkpoint: Checkpoint, marks: Sequence[Mark] = (), on_progress: Callable[[int], None] | None = None
    ) -> None:
        """Read everything up to a larger checkpoint; raises Misbehaved.

        marks: checkpoints between the two sizes, or of the larger one, whose roots the tree must have on the way.
        """
        due = sorted(marks, key=lambda mark: mark.checkpoint.size)
        while self._hasher.size < checkpoint.size:
            self._take_bundle(checkpoint, due)
            if on_progress:
                on_progress(self._hasher.size)
        for tile, hashes in self._hasher.partial_tiles():
            self._compare_tile(tile, hashes, checkpoint)
        self._conclude(checkpoint)

    def _take_bundle(self, checkpoint: Checkpoint, due: list[Mark]) -> None:
        start = self._hasher.size
        bundle = tiles.tile_at(-1, start // tiles.WIDTH, checkpoint.size)
        leaves = self._read(lambda: read_bundle(self._source, bundle), bundle, checkpoint)
        hashes = hash_leaves(leaves)
        if taken := start % tiles.WIDTH:
            held = self._hasher.levels[0]
            if not hashes.startswith(held):
                self._note_wrong(f"{bundle.path} does not begin with the entries that stood there before")
            leaves, hashes = leaves[taken:], hashes[taken * merkle.HASH_SIZE :]
        for part in _cut(hashes, [mark.checkpoint.size - start for mark in due]):
            for tile, expected in self._hasher.add(part):
                self._compare_tile(tile, expected, checkpoint)
            while due and due[0].checkpoint.size <= self._hasher.size:
                self._meet(due.pop(0))
        self._entries.add(leaves, start)

    def _meet(self, mark: Mark) -> None:
        if mark.checkpoint.size == self._hasher.size and mark.checkpoint.root != self._hasher.root():
            self._missed = self._missed or mark

    def _compare_tile(self, tile: Tile, hashes: bytes, checkpoint: Checkpoint) -> None:
        try:
            stored = read_hashes(self._source, tile)
        except LogCorrupt as error:
            self._note_wrong(str(error))
            return
        if stored != hashes and not self._wrong:
            self._note_wrong(differing(self._source, tile, stored, hashes, checkpoint))

    def _note_wrong(self, what: str) -> None:
        self._wrong = self._wrong or what

    def _read(self, read: Callable[[], tuple[bytes, ...]], tile: Tile, checkpoint: Checkpoint) -> tuple[bytes, ...]:
        try:
            return read()
        except LogCorrupt as error:
            if self._source.read(tile.path) is None:
                raise Misbehaved(AlarmKind.MISSING_FILE, str(error)) from error
            self._blame(checkpoint, str(error))
            raise Misbehaved(AlarmKind.WRONG_FILE, str(error)) from error

    def _conclude(self, checkpoint: Checkpoint) -> None:
        """Name what is wrong, if anything is; the gravest first."""
        if self._hasher.root() != checkpoint.root:
            self._blame(checkpoint, self._wrong or "the entries do not lead to the root that the checkpoint signs")
        if self._wrong:
            raise Misbehaved(AlarmKind.WRONG_FILE, self._wrong)
        if self._missed:
            raise Misbehaved(
                AlarmKind.SPLIT_VIEW,
                f"{self._missed.holder} holds another root for {self._missed.checkpoint.size} entries",
                held=self._missed.note,
            )
        if self._entries.malformed is not None:
            raise Misbehaved(AlarmKind.MALFORMED_ENTRY, f"entry {self._entries.malformed} is not in the log's format")

    def _blame(self, checkpoint: Checkpoint, what: str) -> None:
        """Raise for entries that do not lead to the root: the log's own hashes say whether its history was changed."""
        size, root = self._start
        if size == 0:
            raise Misbehaved(AlarmKind.WRONG_FILE, what)
        authentic = authentic_root(self._source, size, checkpoint)
        if authentic == root:
            raise Misbehaved(AlarmKind.WRONG_FILE, what)
        raise Misbehaved(AlarmKind.HISTORY_CHANGED, f"the tree does not continue the {size} entries verified before")


def authentic_root(source: LogSource, size: int, checkpoint: Checkpoint) -> bytes | None:
    """Return the root that the first `size` entries have under this checkpoint, or None if the tiles cannot show it.

    What is returned is proven: the same hashes lead to the checkpoint's own root. Raises SourceUnavailable.
    """
    reader = TileReader(source, checkpoint.size)
    try:
        root = reader.frontier(size).root()
        proof = reader.consistency_proof(size)
        merkle.verify_consistency(size1=size, root1=root, size2=checkpoint.size, root2=checkpoint.root, proof=proof)
    except SourceUnavailable:
        raise  # a log that cannot be reached has shown nothing, good or bad
    except AuditError:
        return None
    return root


def _cut(hashes: bytes, at: Sequence[int]) -> Iterator[bytes]:
    """Yield joined hashes in parts that end at these counts."""
    start = 0
    for count in [*at, len(hashes) // merkle.HASH_SIZE]:
        end = min(count * merkle.HASH_SIZE, len(hashes))
        if end > start:
            yield hashes[start:end]
            start = end
