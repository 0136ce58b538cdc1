"""Tiles of hashes and bundles of entries: coordinates, paths and bytes (C2SP tlog-tiles)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.errors import MalformedProof
from audit.tlog import merkle

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Hashes in a full tile, and entries in a full bundle."""
MAX_ENTRY = 65_535
"""Longest entry in bytes: its length is written in 16 bits."""
MAX_LEVEL = 63
MAX_INDEX = (1 << 63) - 1
"""Bound on a tile's index (our choice, far above that of any tile of a log of 2^63 entries)."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile of hashes, or with `level` -1 one bundle of entries; `width` is 1 to 256."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (-1 <= self.level <= MAX_LEVEL and 0 <= self.index <= MAX_INDEX and 1 <= self.width <= WIDTH):
            raise MalformedProof("expected a tile level from 0 to 63, an index below 2^63 and a width from 1 to 256")

    @property
    def full_path(self) -> str:
        """Path of the full tile with these coordinates."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level < 0 else str(self.level)
        return f"tile/{level}/{'/'.join(reversed(groups))}"

    @property
    def path(self) -> str:
        """Path below the log's prefix, for example tile/0/x001/x234/067 or tile/0/273.p/112."""
        return self.full_path if self.is_full else f"{self.full_path}.p/{self.width}"

    @property
    def is_full(self) -> bool:
        """True for a tile that will never grow."""
        return self.width == WIDTH

    @property
    def is_bundle(self) -> bool:
        """True for a bundle of entries."""
        return self.level < 0


def bundle(index: int, width: int = WIDTH) -> Tile:
    """Return the coordinates of a bundle of entries."""
    return Tile(-1, index, width)


def parse_path(path: str) -> Tile:
    """Parse a path below the log's prefix; raises MalformedProof unless it is the one spelling of its tile."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise MalformedProof("expected a tile path such as tile/0/x001/234")
    level = -1 if found["level"] == "entries" else int(found["level"])
    width = int(found["width"] or WIDTH)
    tile = Tile(level, int(found["index"].replace("x", "").replace("/", "")), width)
    if tile.path != path:
        raise MalformedProof("expected a tile path without leading zeroes, and no full tile as a partial one")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile and bundle of a log of `size` entries: bundles first, then hashes level by level."""
    for level in range(-1, MAX_LEVEL + 1):
        count = size >> (HEIGHT * max(level, 0))
        if count == 0:
            return
        for index in range(count // WIDTH):
            yield Tile(level, index)
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)


def tile_at(level: int, index: int, size: int) -> Tile:
    """Return tile `index` at `level` as wide as in a log of `size` entries; raises MalformedProof beyond its end."""
    count = size >> (HEIGHT * max(level, 0))
    return Tile(level, index, min(WIDTH, count - index * WIDTH))


def stored_tile(tile: Tile, size: int) -> Tile | None:
    """Return the tile with these coordinates in a log of `size` entries, or None beyond its end."""
    count = size >> (HEIGHT * max(tile.level, 0))
    return tile_at(tile.level, tile.index, size) if tile.index * WIDTH < count else None


def tile_of_node(level: int, index: int, size: int) -> tuple[Tile, int, int]:
    """Return the tile of the complete subtree (level, index), and the subtree's height and place in it."""
    tile_level, height = divmod(level, HEIGHT)
    first = index << height
    return tile_at(tile_level, first // WIDTH, size), height, (first % WIDTH) >> height


def split_hashes(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the hashes of a tile of `width`; raises MalformedProof if it is not exactly that long."""
    if len(data) != width * merkle.HASH_SIZE:
        raise MalformedProof(f"expected a tile of {width * merkle.HASH_SIZE} bytes, got {len(data)}")
    return tuple(data[at : at + merkle.HASH_SIZE] for at in range(0, len(data), merkle.HASH_SIZE))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries, each behind its length in two bytes, most significant first."""
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise MalformedProof(f"expected entries of at most {MAX_ENTRY} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` entries of a bundle; raises MalformedProof if it holds fewer, more or a broken one."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data):
            raise MalformedProof("a bundle that ends inside an entry")
        entries.append(data[start:at])
    if at < len(data) or len(entries) != width:
        raise MalformedProof(f"expected a bundle of {width} entries")
    return tuple(entries)
