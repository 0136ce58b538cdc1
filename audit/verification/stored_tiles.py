"""The stored files of a log as a verifier reads them: each exactly as long as it must be, or LogCorrupt."""

from audit.errors import LogCorrupt, MalformedProof
from audit.tlog import merkle, tiles
from audit.tlog.tiles import Tile
from audit.verification.sources import LogSource


def read_file(source: LogSource, tile: Tile) -> tuple[bytes, int]:
    """Return the bytes of a tile and the width they are for: a partial one may have given way to the full one.

    Raises LogCorrupt if there is neither.
    """
    data = source.read(tile.path)
    if data is not None:
        return data, tile.width
    full = None if tile.is_full else source.read(tile.full_path)
    if full is None:
        raise LogCorrupt(f"expected the file {tile.path}, found none")
    return full, tiles.WIDTH


def read_hashes(source: LogSource, tile: Tile) -> bytes:
    """Return the hashes of a tile, joined; raises LogCorrupt if it is missing or not as long as it must be."""
    data, width = read_file(source, tile)
    if len(data) != width * merkle.HASH_SIZE:
        raise LogCorrupt(f"{tile.path}: expected a tile of {width * merkle.HASH_SIZE} bytes, got {len(data)}")
    return data[: tile.width * merkle.HASH_SIZE]


def read_bundle(source: LogSource, tile: Tile) -> tuple[bytes, ...]:
    """Return the entries of a bundle; raises LogCorrupt if it is missing or malformed."""
    data, width = read_file(source, tile)
    try:
        return tiles.decode_bundle(data, width)[: tile.width]
    except MalformedProof as error:
        raise LogCorrupt(f"{tile.path}: {error}") from error


def stored_tiles(source: LogSource) -> list[Tile]:
    """Return every tile and bundle that is stored; empty where files cannot be listed.

    A file whose name is no tile's is not a file of the log; nobody reads it.
    """
    found = []
    for path in source.paths() or ():
        try:
            found.append(tiles.parse_path(path))
        except MalformedProof:
            continue
    return found


def check_beginning(source: LogSource, tile: Tile, stands: Tile) -> None:
    """Raise LogCorrupt unless a narrower tile is the beginning of the one that stands in its place now."""
    data = source.read(tile.path)
    if data is None:
        return  # outgrown and removed while we read
    if tile.is_bundle:
        expected = tiles.encode_bundle(read_bundle(source, stands)[: tile.width])
    else:
        expected = read_hashes(source, stands)[: tile.width * merkle.HASH_SIZE]
    if data != expected:
        raise LogCorrupt(f"{tile.path} is not the beginning of {stands.path}")
