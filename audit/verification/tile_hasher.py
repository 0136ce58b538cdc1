"""Recomputes the tiles of a log from the hashes of its entries, in bulk, keeping only the tiles not yet full."""

import hashlib
from collections.abc import Iterator, Sequence

from audit.tlog import merkle, tiles
from audit.tlog.tiles import Tile

FULL = tiles.WIDTH * merkle.HASH_SIZE
"""Bytes of a full tile."""


class TileHasher:
    """The tiles along the right edge of a growing tree: per level the hashes, joined, of the tile that is being filled.

    size: number of entries so far. A hasher can go on from the `levels` of another one.
    """

    def __init__(self, size: int = 0, levels: Sequence[bytes] = ()) -> None:
        self.size = size
        self.levels = list(levels)

    def add(self, leaf_hashes: bytes) -> Iterator[tuple[Tile, bytes]]:
        """Take joined leaf hashes that reach at most to the end of a tile; yield every tile that becomes full."""
        self.size += len(leaf_hashes) // merkle.HASH_SIZE
        level, fresh = 0, leaf_hashes
        while fresh:
            if level == len(self.levels):
                self.levels.append(b"")
            held = self.levels[level] + fresh
            if len(held) < FULL:
                self.levels[level] = held
                return
            self.levels[level] = b""
            yield Tile(level, (self.size >> tiles.HEIGHT * (level + 1)) - 1), held
            level, fresh = level + 1, subtree_root(held)

    def add_leaves(self, leaves: Sequence[bytes]) -> None:
        """Take any number of entries, for the sake of the root they lead to."""
        while leaves:
            room = tiles.WIDTH - self.size % tiles.WIDTH
            for _ in self.add(hash_leaves(leaves[:room])):
                pass  # nobody compares the tiles
            leaves = leaves[room:]

    def partial_tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Yield the tiles that are being filled, with their hashes joined."""
        for level, held in enumerate(self.levels):
            if held:
                index = self.size >> tiles.HEIGHT * (level + 1)
                yield Tile(level, index, len(held) // merkle.HASH_SIZE), held

    def root(self) -> bytes:
        """Return the root of the tree over all entries so far."""
        root = None
        for held in self.levels:
            for subtree in reversed(_complete_subtrees(held)):
                root = subtree if root is None else merkle.node_hash(subtree, root)
        return merkle.EMPTY_ROOT if root is None else root


def hash_leaves(leaves: Sequence[bytes]) -> bytes:
    """Return the leaf hashes of entries, joined."""
    sha256 = hashlib.sha256
    return b"".join([sha256(b"\x00" + leaf).digest() for leaf in leaves])


def subtree_root(hashes: bytes) -> bytes:
    """Return the root over joined hashes, of which there must be a power of two."""
    sha256, pair = hashlib.sha256, 2 * merkle.HASH_SIZE
    while len(hashes) > merkle.HASH_SIZE:
        nodes = [sha256(b"\x01" + hashes[at : at + pair]).digest() for at in range(0, len(hashes), pair)]
        hashes = b"".join(nodes)
    return hashes


def _complete_subtrees(hashes: bytes) -> list[bytes]:
    """Return the roots of the largest complete subtrees over joined hashes, from the left (RFC 9162 §2.1)."""
    count, start, roots = len(hashes) // merkle.HASH_SIZE, 0, []
    for height in reversed(range(count.bit_length())):
        if count >> height & 1:
            end = start + (merkle.HASH_SIZE << height)
            roots.append(subtree_root(hashes[start:end]))
            start = end
    return roots
