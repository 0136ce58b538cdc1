"""What a writer keeps in private beside its log, checked without changing anything: journal, batches and tree state.

`<log>.state/` holds entries that were acknowledged and are not yet published, so damage there is loss.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.durable.storage import TEMPORARY, Disk, FileStore, reason_of
from audit.errors import AuditError, LogCorrupt, SourceUnavailable
from audit.tlog import merkle, tiles
from audit.tlog.tiles import Tile
from audit.verification.reader import TileReader
from audit.verification.sources import LogSource
from audit.verification.tile_hasher import TileHasher
from audit.verification.verify import VerifiedLog, read_checkpoint
from audit.writer.journal_segments import parse_segment
from audit.writer.pending_journal import FOLDER as PENDING
from audit.writer.pending_journal import SUFFIX as SEGMENT
from audit.writer.pending_journal import segment_numbers
from audit.writer.right_edge import AppendedTiles, load_edge
from audit.writer.sequenced_batches import FOLDER as SEQUENCED
from audit.writer.sequenced_batches import Batch, BatchFiles
from audit.writer.tree_state import STATE, TreeState, parse_state


@dataclass(frozen=True, slots=True)
class PrivateReport:
    """What waits in private. notes: what is unusual and harms nobody; problems: what contradicts something else."""

    pending: int = 0
    sequenced: int = 0
    leftovers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class PrivateState:
    """The state directory of the log at `directory`, which may belong to a writer that runs."""

    def __init__(self, directory: Path, source: LogSource) -> None:
        """Nothing is read yet."""
        self.directory = directory.with_name(f"{directory.name}.state")
        self._source = source
        self._files = FileStore(self.directory, Disk())
        self._batch_files = BatchFiles(self._files)
        self._growth: tuple[int, AppendedTiles] | None = None

    def explains(self, size: int, tile: Tile) -> bool:
        """Return whether a tile beyond a log of `size` entries is what the sequenced batches lead to.

        A publication that was cut off, or is under way, leaves such tiles; the next start goes on to the same.
        """
        try:
            growth = self._grown(size)
            stored = self._source.read(tile.path)
        except (AuditError, OSError):
            return False
        expected = (_beginning(stands, data, tile) for stands, data in _files_of(growth) if _holds(stands, tile))
        return stored is not None and stored in expected

    def fingerprint(self) -> object:
        """Return a value that differs once anything that `check` reads has changed; raises SourceUnavailable."""
        with _readable():
            pending = [(name, self._size_of(name)) for name in self._files.names(PENDING)]
            batches = self._files.names(SEQUENCED)
            return read_checkpoint(self._source), self._files.read(STATE), batches, pending

    def check(self, verified: VerifiedLog) -> PrivateReport:
        """Compare what is there with a verified log; raises SourceUnavailable if it cannot be read."""
        with _readable():
            tree = parse_state(self._files.read(STATE))
            problems: list[str] = []
            batches = self._batches(verified, problems)
            problems += _disagreement(verified, batches, tree)
            covers = max([tree.covers if tree else 0, *(batch.covers for batch in batches)])
            pending = self._pending(covers, problems)
            return PrivateReport(
                pending,
                sum(len(batch.leaves) for batch in batches),
                tuple(self._leftovers(verified.size, covers)),
                tuple(_notes(verified, batches, tree)),
                tuple(problems),
            )

    def _batches(self, verified: VerifiedLog, problems: list[str]) -> tuple[Batch, ...]:
        try:
            return self._batch_files.after(verified.size)
        except LogCorrupt as error:
            problems.append(str(error))
            return ()

    def _pending(self, covers: int, problems: list[str]) -> int:
        """Return how many entries wait in the segment that counts: the one with the highest number."""
        newest = max(segment_numbers(self._files), default=0)
        if newest <= covers:
            return 0
        data = self._files.read(f"{PENDING}/{newest:010d}{SEGMENT}")
        try:
            return len(parse_segment(data or b"", newest).entries)
        except LogCorrupt as error:
            problems.append(str(error))
            return 0

    def _leftovers(self, size: int, covers: int) -> Iterator[str]:
        """Yield files that the next start removes."""
        numbers = segment_numbers(self._files)
        for number in numbers:
            if number <= covers or number < numbers[-1]:
                yield f"{PENDING}/{number:010d}{SEGMENT}"
        for start in self._batch_files.starts():
            if start < size:
                yield f"{SEQUENCED}/{start:020d}.batch"
        for folder in (PENDING, SEQUENCED):
            yield from (f"{folder}/{name}" for name in self._files.names(folder) if name.startswith(TEMPORARY))

    def _grown(self, size: int) -> AppendedTiles:
        if self._growth is None or self._growth[0] != size:
            edge = load_edge(TileReader(self._source, size))
            leaves = [leaf for batch in self._batch_files.after(size) for leaf in batch.leaves]
            self._growth = (size, edge.append(leaves)[1] if leaves else AppendedTiles({}, {}))
        return self._growth[1]

    def _size_of(self, name: str) -> int:
        try:
            return (self.directory / PENDING / name).stat().st_size
        except FileNotFoundError:
            return -1


def _disagreement(verified: VerifiedLog, batches: Sequence[Batch], tree: TreeState | None) -> list[str]:
    """Return a problem if the writer once was further than checkpoint and batches, or elsewhere."""
    if tree is None or tree.size < verified.size:
        return []
    hasher = TileHasher(verified.size, verified.edge)
    roots = {verified.size: verified.root}
    for batch in batches:
        hasher.add_leaves(batch.leaves)
        roots[hasher.size] = hasher.root()
    if roots.get(tree.size) == tree.root:
        return []
    return [
        f"{STATE} is at size {tree.size:,}, the checkpoint at {verified.size:,}, and nothing leads from one to the "
        "other: an older checkpoint was put back, or sequenced entries are lost"
    ]


def _notes(verified: VerifiedLog, batches: Sequence[Batch], tree: TreeState | None) -> Iterator[str]:
    if tree is None and verified.size:
        yield f"{STATE} is missing or unreadable: before the next publication a checkpoint could be put back unseen"
    elif tree is not None and tree.size > verified.size:
        yield f"a publication of {tree.size - verified.size:,} entries was cut off; the next start finishes it"
    if batches and (tree is None or tree.size <= verified.size):
        yield f"sequenced batches that wait for a publication: {len(batches):,}"


def _files_of(growth: AppendedTiles) -> Iterator[tuple[Tile, bytes]]:
    yield from growth.bundles.items()
    yield from growth.tiles.items()


def _holds(stands: Tile, tile: Tile) -> bool:
    return (stands.level, stands.index) == (tile.level, tile.index) and tile.width <= stands.width


def _beginning(stands: Tile, data: bytes, tile: Tile) -> bytes:
    """Return what a tile must hold if it is the narrower one of two with the same place."""
    if tile.is_bundle:
        return tiles.encode_bundle(tiles.decode_bundle(data, stands.width)[: tile.width])
    return data[: tile.width * merkle.HASH_SIZE]


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(f"the log's private files cannot be read: {reason_of(error)}") from error
