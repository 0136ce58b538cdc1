"""Serves a log's public files over HTTP with the types and caching that C2SP tlog-tiles asks for."""

import gzip
from pathlib import Path

from fastapi import FastAPI, Request, Response

from audit.errors import AuditError, SourceUnavailable
from audit.tlog import tiles
from audit.tlog.checkpoint import CHECKPOINT
from audit.tlog.tiles import Tile
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource

CHECKPOINT_CACHING = "public, max-age=5"
TILE_CACHING = "public, max-age=31536000, immutable"


def mount_log(app: FastAPI, directory: Path, *, prefix: str = "/log") -> None:
    """Add {prefix}/checkpoint and {prefix}/tile/… for the log in `directory`.

    Nothing else of the directory can be reached: every address is parsed into tile coordinates first.
    """
    source = DirectorySource(Path(directory))

    @app.api_route(f"{prefix}/checkpoint", methods=["GET", "HEAD"], include_in_schema=False)
    def checkpoint() -> Response:
        try:
            note = source.read(CHECKPOINT)
        except SourceUnavailable:
            return _plain(503)
        if note is None:
            return _plain(404)
        return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": CHECKPOINT_CACHING})

    @app.api_route(f"{prefix}/tile/{{path:path}}", methods=["GET", "HEAD"], include_in_schema=False)
    def tile(path: str, request: Request) -> Response:
        try:
            wanted = tiles.parse_path(f"tile/{path}")
            data = _tile_bytes(source, wanted)
        except SourceUnavailable:
            return _plain(503)
        except AuditError:
            return _plain(404)
        headers = {"Cache-Control": TILE_CACHING}
        if wanted.is_bundle:  # hashes do not shrink
            data = _squeezed(data, request.headers.get("accept-encoding", ""), headers)
        return Response(data, media_type="application/octet-stream", headers=headers)


def _tile_bytes(source: DirectorySource, tile: Tile) -> bytes:
    """Return the file, or for a partial tile that has been outgrown the beginning of the full one."""
    data, width = TileReader(source, 0).file(tile)
    if width == tile.width:
        return data
    if tile.is_bundle:
        return tiles.encode_bundle(tiles.decode_bundle(data, width)[: tile.width])
    return b"".join(tiles.split_hashes(data, width)[: tile.width])


def _squeezed(data: bytes, accepted: str, headers: dict[str, str]) -> bytes:
    """Return a bundle in gzip where the reader takes it, and say so in the headers; caches keep both kinds apart.

    The bytes depend on the entries alone (no time, no name), so that every server gives out the same.
    """
    headers["Vary"] = "Accept-Encoding"
    offers = [offer.replace(" ", "").lower().partition(";q=") for offer in accepted.split(",")]
    # A weight is 0 in whatever spelling ("0", "0.0") for who does not want it (RFC 9110 §12.4.2).
    if not any(name == "gzip" and (not weight or weight.strip("0.")) for name, _, weight in offers):
        return data
    headers["Content-Encoding"] = "gzip"
    return gzip.compress(data, mtime=0)


def _plain(status: int) -> Response:
    text = "not found\n" if status == 404 else "the log cannot be read right now\n"
    return Response(text, status, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
