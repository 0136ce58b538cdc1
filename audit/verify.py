"""Verifies a whole log from its files alone: signature, every entry, every tile, and the root they lead to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from audit import merkle, tiles
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import LogCorrupt, MalformedProof, SourceUnavailable
from audit.events import Entry, parse_leaf
from audit.note import Verifier
from audit.reader import TileReader
from audit.sources import Source, open_source
from audit.tiles import Tile

CHECKPOINT = "checkpoint"
ATTEMPTS = 5
"""How often we start again when the log grows while it is read."""


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """A log of which every byte has been checked.

    entries: one per leaf, in order; empty for a log of somebody else's format, which is verified all the same.
    """

    origin: str
    size: int
    root: bytes
    checkpoint: bytes
    entries: tuple[Entry, ...]

    @property
    def is_foreign(self) -> bool:
        """True if the entries are not Homefield's; they are proven, but nothing here can say what they mean."""
        return self.size > len(self.entries)


def verify_log(source: str | Path, vkey: str, *, known: bytes | None = None) -> VerifiedLog:
    """Verify the log in a directory or at an http(s) address.

    known: a checkpoint of this log that the caller kept from earlier; the log must have grown from it.
    Raises a child of AuditError: SourceUnavailable if files cannot be reached, any other if the log is not whole.
    """
    return verify_source(open_source(source), Verifier.from_vkey(vkey), known=known)


def verify_source(
    source: Source, verifier: Verifier, *, known: bytes | None = None, parse: Callable[[bytes], Entry] = parse_leaf
) -> VerifiedLog:
    """Verify the log at `source`; `parse` reads one leaf."""
    for _ in range(ATTEMPTS):
        note = read_checkpoint(source)
        checkpoint = open_checkpoint(note, verifier)
        old = open_checkpoint(known, verifier) if known is not None else None
        leaves = tuple(_Walk(source, checkpoint, old).leaves())
        surplus = _check_other_files(source, checkpoint.size)
        if surplus is None:
            return VerifiedLog(checkpoint.origin, checkpoint.size, checkpoint.root, note, _parsed(leaves, parse))
        if read_checkpoint(source) == note:
            raise LogCorrupt(
                f"{surplus} holds entries beyond the checkpoint: either an older checkpoint was put back, or an append "
                "was interrupted and the log has not been opened since"
            )
    raise SourceUnavailable("the log grows faster than it can be read; try again")


def read_checkpoint(source: Source) -> bytes:
    """Return the checkpoint's bytes; raises LogCorrupt if there is none."""
    note = source.read(CHECKPOINT)
    if note is None:
        raise LogCorrupt("expected the file checkpoint, found none")
    return note


class _Walk:
    """One pass over a log: recomputes every hash from the entries and compares it with what is stored."""

    def __init__(self, source: Source, checkpoint: Checkpoint, known: Checkpoint | None) -> None:
        self._source = source
        self._checkpoint = checkpoint
        self._known = known
        self._reader = TileReader(source, checkpoint.size)
        self._frontier = merkle.Frontier()
        # Hashes of the tile that is being filled at each level.
        self._filling: list[list[bytes]] = []

    def leaves(self) -> Iterator[bytes]:
        """Yield every entry's bytes; raises LogCorrupt at the first thing that is not as it must be."""
        self._check_known()
        size = self._checkpoint.size
        for index in range(-(-size // tiles.WIDTH)):
            tile = tiles.tile_at(-1, index, size)
            entries = self._reader.entries(tile)
            for entry in entries:
                self._add(merkle.leaf_hash(entry))
            yield from entries
        for level, hashes in enumerate(self._filling):
            if hashes:
                self._check_tile(level, hashes)
        if self._frontier.root() != self._checkpoint.root:
            raise LogCorrupt("the entries do not lead to the root that the checkpoint signs")

    def _add(self, leaf: bytes) -> None:
        self._frontier = self._frontier.append(leaf)
        if self._known is not None and self._frontier.size == self._known.size:
            self._compare(self._frontier.root(), self._known.root)
        node, level = leaf, 0
        while True:
            if level == len(self._filling):
                self._filling.append([])
            hashes = self._filling[level]
            hashes.append(node)
            if len(hashes) < tiles.WIDTH:
                return
            self._check_tile(level, hashes)
            node = merkle.root(hashes)
            self._filling[level] = []
            level += 1

    def _check_tile(self, level: int, hashes: list[bytes]) -> None:
        """Compare a recomputed tile with the stored one."""
        count = self._frontier.size >> tiles.HEIGHT * level
        tile = Tile(level, (count - 1) // tiles.WIDTH, len(hashes))
        if list(self._reader.hashes(tile)) != hashes:
            raise LogCorrupt(f"{tile.path} does not hold the hashes of its entries")

    def _check_known(self) -> None:
        known = self._known
        if known is None:
            return
        if known.origin != self._checkpoint.origin or known.size > self._checkpoint.size:
            raise LogCorrupt("the log is smaller than the checkpoint you kept, or another log")
        if known.size == 0:
            self._compare(merkle.EMPTY_ROOT, known.root)

    def _compare(self, root: bytes, known: bytes) -> None:
        if root != known:
            raise LogCorrupt("the log has not grown from the checkpoint you kept: history was changed")


def _check_other_files(source: Source, size: int) -> str | None:
    """Check every stored tile that the walk did not need, where files can be listed.

    Narrower versions of a tile must be its beginning. Returns the path of one that lies beyond `size`, if any.
    """
    reader = TileReader(source, size)
    surplus = None
    for path in source.paths() or ():
        try:
            tile = tiles.parse_path(path)
        except MalformedProof:
            continue  # not a file of the log; nobody reads it
        stands = tiles.standing(tile, size)
        if stands is None or tile.width > stands.width:
            surplus = path
        elif tile.width < stands.width:
            _check_beginning(source, reader, tile, stands)
    return surplus


def _check_beginning(source: Source, reader: TileReader, tile: Tile, stands: Tile) -> None:
    data = source.read(tile.path)
    if data is None:
        return  # outgrown and removed while we read
    if tile.is_bundle:
        expected = tiles.encode_bundle(reader.entries(stands)[: tile.width])
    else:
        expected = b"".join(reader.hashes(stands)[: tile.width])
    if data != expected:
        raise LogCorrupt(f"{tile.path} is not the beginning of {stands.path}")


def _parsed(leaves: tuple[bytes, ...], parse: Callable[[bytes], Entry]) -> tuple[Entry, ...]:
    """Return the entries, or none at all if not a single leaf is ours; a mixture is corrupt."""
    entries = []
    for index, leaf in enumerate(leaves):
        try:
            entries.append(parse(leaf))
        except MalformedProof as error:
            if entries:
                raise LogCorrupt(f"entry {index} is not in the format of the entries before it") from error
    if entries and len(entries) < len(leaves):
        raise LogCorrupt("the first entries are not in the format of those after them")
    return tuple(entries)
