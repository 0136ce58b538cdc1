"""What a writer does first: find the newest state of a log that its files prove, and the files beyond it."""

from audit import merkle, tiles
from audit.checkpoint import Checkpoint
from audit.edge import Edge, load_edge
from audit.errors import LogCorrupt, MalformedProof
from audit.reader import TileReader
from audit.sources import DirectorySource
from audit.storage import TEMPORARY


def newest_consistent(source: DirectorySource, checkpoint: Checkpoint, state: tuple[int, bytes] | None) -> Edge:
    """Return the edge to go on from: that of an interrupted append if it is whole, else that of the checkpoint.

    Raises LogCorrupt if the files contradict the checkpoint, which no crash can bring about.
    """
    edge = _edge_of(source, checkpoint.size, checkpoint.root)
    if state is None or state[0] <= checkpoint.size:
        return edge
    try:
        reader = TileReader(source, state[0])
        later = _edge_of(source, *state)
        if reader.frontier(checkpoint.size).root() != checkpoint.root:
            return edge
        _check_bundles(reader, checkpoint.size)
    except LogCorrupt:
        return edge
    return later


def leftovers(source: DirectorySource, size: int) -> list[str]:
    """Return paths below tile/ that a log of `size` entries does not need: half-written, beyond its end, outgrown."""
    return [path for path in source.paths() if not _is_needed(path, size)]


def _is_needed(path: str, size: int) -> bool:
    if path.rpartition("/")[2].startswith(TEMPORARY):
        return False
    try:
        tile = tiles.parse_path(path)
    except MalformedProof:
        return True  # not ours to remove
    stands = tiles.standing(tile, size)
    if stands is None:
        return False
    return tile == stands if stands.is_full else tile.width <= stands.width


def _edge_of(source: DirectorySource, size: int, root: bytes) -> Edge:
    edge = load_edge(TileReader(source, size))
    if edge.frontier.root() != root:
        raise LogCorrupt("the log's tiles do not lead to its root")
    if edge.hashes and tuple(merkle.leaf_hash(entry) for entry in edge.entries) != edge.hashes[0]:
        raise LogCorrupt("the log's last bundle does not match its tile")
    return edge


def _check_bundles(reader: TileReader, from_size: int) -> None:
    """Raise LogCorrupt unless every bundle from this size on holds the entries that its tile was made from."""
    for index in range(from_size // tiles.WIDTH, -(-reader.size // tiles.WIDTH)):
        entries = reader.entries(tiles.tile_at(-1, index, reader.size))
        hashes = reader.hashes(tiles.tile_at(0, index, reader.size))
        if tuple(merkle.leaf_hash(entry) for entry in entries) != hashes:
            raise LogCorrupt("a bundle does not match its tile")
