"""The files of a log, made by the plainest means, and a log behind a web server that answers as it is told to."""

from collections.abc import Callable, Sequence

import httpx

from audit.tlog import tiles
from audit.verification.sources import HttpSource
from audit.verification.tile_hasher import TileHasher, hash_leaves


def files_of(entries: Sequence[bytes]) -> dict[str, bytes]:
    """Return the tiles and bundles of a log, made by the plainest means."""
    hasher, files = TileHasher(), {}
    for start in range(0, len(entries), tiles.WIDTH):
        chunk = entries[start : start + tiles.WIDTH]
        files[tiles.Tile(-1, start // tiles.WIDTH, len(chunk)).path] = tiles.encode_bundle(chunk)
        files.update({tile.path: data for tile, data in hasher.add(hash_leaves(chunk))})
    files.update({tile.path: data for tile, data in hasher.partial_tiles()})
    return files


def over_http(answer: Callable[[httpx.Request], httpx.Response]) -> HttpSource:
    """Return the source of a log whose web server answers like this."""
    return HttpSource("http://log.example/", client=httpx.Client(transport=httpx.MockTransport(answer)))
