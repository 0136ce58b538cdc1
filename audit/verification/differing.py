"""Says which file was changed where a tile does not fit what lies below it, as far as the signed root can tell."""

from audit.errors import AuditError, SourceUnavailable
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.tiles import Tile
from audit.verification.reader import TileReader
from audit.verification.sources import LogSource


class _Replaced:
    """A source in which one file is another."""

    def __init__(self, source: LogSource, path: str, data: bytes) -> None:
        self._source, self._path, self._data = source, path, data
        self.paths = source.paths

    def read(self, path: str) -> bytes | None:
        return self._data if path == self._path else self._source.read(path)


def differing(source: LogSource, tile: Tile, stored: bytes, expected: bytes, checkpoint: Checkpoint) -> str:
    """Return what is wrong with a tile whose stored hashes are not those of what lies below it, in one sentence.

    stored, expected: joined hashes, of one length and not the same. Raises SourceUnavailable.
    """
    places = [at for at in range(tile.width) if _hash(stored, at) != _hash(expected, at)]
    first, last = (tile.index * tiles.WIDTH + at for at in (places[0], places[-1]))
    if tile.level:
        span = 1 << tiles.HEIGHT * tile.level
        return f"{tile.path} does not hold the hashes of entries {first * span} to {(last + 1) * span - 1}"
    count = len(places)
    where = f"entry {first}" if count == 1 else f"{count} entries from {first} to {last}"
    bundle = tiles.tile_at(-1, tile.index, checkpoint.size).path
    if _leads(source, first, _hash(stored, places[0]), checkpoint):
        return f"{bundle} was changed at {where}; the hashes in {tile.path} lead to the signed root"
    replaced = _Replaced(source, tile.path, expected)
    if _leads(replaced, first, _hash(expected, places[0]), checkpoint):
        return f"{tile.path} was changed at {where}; the entries lead to the signed root"
    return f"{tile.path} and {bundle} contradict each other at {where}"


def _leads(source: LogSource, index: int, leaf_hash: bytes, checkpoint: Checkpoint) -> bool:
    """Whether a leaf hash leads to the root of the checkpoint by the tiles of a source."""
    try:
        proof = TileReader(source, checkpoint.size).inclusion_proof(index)
        merkle.verify_inclusion(
            leaf_hash=leaf_hash, index=index, size=checkpoint.size, proof=proof, root=checkpoint.root
        )
    except SourceUnavailable:
        raise
    except AuditError:
        return False
    return True


def _hash(joined: bytes, at: int) -> bytes:
    return joined[at * merkle.HASH_SIZE : (at + 1) * merkle.HASH_SIZE]
