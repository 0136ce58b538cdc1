"""Reads tiles and bundles of a log of known size, and computes proofs from them."""

import threading
from collections import OrderedDict

from audit.errors import MalformedProof
from audit.tlog import merkle, tiles
from audit.tlog.tiles import Tile
from audit.verification.sources import LogSource
from audit.verification.stored_tiles import read_bundle, read_file, read_hashes

CACHED_TILES = 64
"""Tiles kept in memory per reader (our choice): enough for the path of any entry of a million."""
CACHED_SUBTREES = 4_096
"""Hashes of subtrees kept as well (our choice): the paths of neighbours have all but their lowest steps in common."""


class TileReader:
    """The tree of the first `size` entries at a source. Reads only what is asked for; trusts nothing it reads."""

    def __init__(self, source: LogSource, size: int) -> None:
        self._source = source
        self.size = size
        # Per tile its layers: the hashes of its complete subtrees of 1, 2, 4 … 256 hashes.
        self._layers: OrderedDict[Tile, list[tuple[bytes, ...]]] = OrderedDict()
        self._subtrees: dict[tuple[int, int], bytes] = {}
        # The bundle read last, for readers that go from entry to entry.
        self._bundle: tuple[Tile, tuple[bytes, ...]] | None = None
        # Guards _layers: one reader may serve several requests at a time.
        self._lock = threading.Lock()

    def hashes(self, tile: Tile) -> tuple[bytes, ...]:
        """Return the hashes of a tile; raises LogCorrupt if it is missing or not as wide as it must be."""
        return self._tile_layers(tile)[0]

    def _tile_layers(self, tile: Tile) -> list[tuple[bytes, ...]]:
        with self._lock:
            if tile in self._layers:
                self._layers.move_to_end(tile)
                return self._layers[tile]
        layers = _layers(self._read_hashes(tile))
        with self._lock:
            self._layers[tile] = layers
            if len(self._layers) > CACHED_TILES:
                self._layers.popitem(last=False)
        return layers

    def _read_hashes(self, tile: Tile) -> tuple[bytes, ...]:
        return tiles.split_hashes(read_hashes(self._source, tile), tile.width)

    def entries(self, tile: Tile) -> tuple[bytes, ...]:
        """Return the entries of a bundle; raises LogCorrupt if it is missing or malformed."""
        held = self._bundle
        if held is not None and held[0] == tile:
            return held[1]
        entries = read_bundle(self._source, tile)
        self._bundle = (tile, entries)
        return entries

    def file(self, tile: Tile) -> tuple[bytes, int]:
        """Return the bytes of a tile and the width they are for: a partial one may have given way to the full one."""
        return read_file(self._source, tile)

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree (level, index)."""
        tile, height, place = tiles.tile_of_node(level, index, self.size)
        return self._tile_layers(tile)[height][place]

    def leaf(self, index: int) -> bytes:
        """Return the bytes of one entry; raises MalformedProof if the log has no such index."""
        if not 0 <= index < self.size:
            raise MalformedProof(f"expected an index below {self.size}, got {index}")
        bundle = tiles.tile_at(-1, index // tiles.WIDTH, self.size)
        return self.entries(bundle)[index % tiles.WIDTH]

    def frontier(self, size: int | None = None) -> merkle.Frontier:
        """Return the right edge of the tree of the first `size` entries, by default of all."""
        return merkle.frontier(self.size if size is None else size, self.node)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of one entry."""
        return merkle.inclusion_proof(index, self.size, self.node, remembered=self._subtree)

    def _subtree(self, start: int, end: int) -> bytes:
        found = self._subtrees.get((start, end))
        if found is None:
            found = merkle.subtree_hash(start, end, self.node)
            if len(self._subtrees) >= CACHED_SUBTREES:
                self._subtrees = {}
            self._subtrees[start, end] = found
        return found

    def consistency_proof(self, size1: int) -> tuple[bytes, ...]:
        """Return the proof that the first `size1` entries are a prefix of these."""
        return merkle.consistency_proof(size1, self.size, self.node)


def _layers(hashes: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    layers = [hashes]
    while len(layers[-1]) > 1:
        below = layers[-1]
        layers.append(tuple(merkle.node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)))
    return layers
