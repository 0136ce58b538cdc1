"""The right edge of the tiles of a growing log: what the writer keeps, and what one append writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.tlog import merkle, tiles
from audit.tlog.tiles import Tile
from audit.verification.reader import TileReader


@dataclass(frozen=True, slots=True)
class AppendedTiles:
    """The files that one append adds: bundles of entries, and tiles of hashes."""

    bundles: dict[Tile, bytes]
    tiles: dict[Tile, bytes]

    @property
    def completed(self) -> list[Tile]:
        """Tiles and bundles that became full."""
        return [tile for tile in (*self.bundles, *self.tiles) if tile.is_full]


@dataclass(frozen=True, slots=True)
class RightEdge:
    """The entries of the last, partial bundle, and the hashes of the last, partial tile of every level."""

    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    entries: tuple[bytes, ...] = ()
    hashes: tuple[tuple[bytes, ...], ...] = ()

    @property
    def size(self) -> int:
        """Number of entries in the log."""
        return self.frontier.size

    def append(self, leaves: Sequence[bytes]) -> tuple["RightEdge", AppendedTiles]:
        """Return the edge with these entries added, and the files to write."""
        fresh = [merkle.leaf_hash(leaf) for leaf in leaves]
        frontier = self.frontier
        for leaf in fresh:
            frontier = frontier.append(leaf)
        bundles = _chunks(-1, self.size // tiles.WIDTH, [*self.entries, *leaves])
        levels, written = self._append_hashes(fresh)
        growth = AppendedTiles({tile: tiles.encode_bundle(chunk) for tile, chunk in bundles}, written)
        return RightEdge(frontier, _rest([*self.entries, *leaves]), levels), growth

    def _append_hashes(self, fresh: list[bytes]) -> tuple[tuple[tuple[bytes, ...], ...], dict[Tile, bytes]]:
        """Add leaf hashes, and level by level the root of every tile that this fills."""
        levels, written = list(self.hashes), {}
        level = 0
        while fresh:
            if level == len(levels):
                levels.append(())
            hashes = [*levels[level], *fresh]
            chunks = _chunks(level, (self.size >> tiles.HEIGHT * level) // tiles.WIDTH, hashes)
            written.update({tile: b"".join(chunk) for tile, chunk in chunks})
            levels[level] = _rest(hashes)
            fresh = [merkle.root(chunk) for tile, chunk in chunks if tile.is_full]
            level += 1
        return tuple(levels), written


def load_edge(reader: TileReader) -> RightEdge:
    """Read the edge of a stored log; raises LogCorrupt if a file that it needs is missing or malformed."""
    size = reader.size
    levels: list[tuple[bytes, ...]] = []
    while size >> tiles.HEIGHT * len(levels):
        levels.append(_partial(reader, len(levels)))
    last = tiles.tile_at(-1, size // tiles.WIDTH, size) if size % tiles.WIDTH else None
    return RightEdge(reader.frontier(), reader.entries(last) if last else (), tuple(levels))


def _partial(reader: TileReader, level: int) -> tuple[bytes, ...]:
    count = reader.size >> tiles.HEIGHT * level
    return reader.hashes(tiles.tile_at(level, count // tiles.WIDTH, reader.size)) if count % tiles.WIDTH else ()


def _chunks(level: int, first: int, values: Sequence[bytes]) -> list[tuple[Tile, Sequence[bytes]]]:
    """Cut values into tiles, the first of which has index `first`."""
    chunks = [values[at : at + tiles.WIDTH] for at in range(0, len(values), tiles.WIDTH)]
    return [(Tile(level, first + offset, len(chunk)), chunk) for offset, chunk in enumerate(chunks)]


def _rest(values: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the values after the last full tile."""
    return tuple(values[len(values) // tiles.WIDTH * tiles.WIDTH :])
