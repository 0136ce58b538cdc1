"""Where each entry stands: an index from leaf hash to position, which can be thrown away at any time.

It is made from the level-0 tiles of the public log and holds nothing else. Its answers are compared with the
tile, and whatever does not fit leads to a new index. Its writes are SQLite's own.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from audit.errors import LogUnavailable, SourceUnavailable
from audit.tlog import merkle, tiles
from audit.verification.reader import TileReader

logger = logging.getLogger(__name__)

CHUNK_TILES = 256
"""Tiles per transaction (our choice)."""

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH})
_SCHEMA = (
    # A power cut may cost the newest rows, never the file's integrity.
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "CREATE TABLE IF NOT EXISTS place (hash BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS covered (one INTEGER PRIMARY KEY, size INTEGER, root BLOB, rows INTEGER)",
)
_COVER = "INSERT OR REPLACE INTO covered VALUES (1, ?, ?, ? + coalesce((SELECT rows FROM covered), 0))"
Answer = TypeVar("Answer")


class _Misfit(Exception):
    """The index is not of this log."""


class LeafIndex:
    """The index in one file. Safe for any number of threads; of equal entries it knows the first."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self._path = path
        # Guards the connection and _size.
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        # Entries that the open index covers.
        self._size = 0

    def catch_up(self, reader: TileReader) -> None:
        """Take in the entries that are new in this tree; raises LogUnavailable if the disk does not let us."""
        self._repaired(lambda: self._caught_up(reader) and None)

    def follow(self, reader: TileReader) -> None:
        """Catch up if the disk lets us; if not, whoever looks for a place lets it try again."""
        try:
            self.catch_up(reader)
        except (LogUnavailable, SourceUnavailable) as error:
            logger.warning("the index of the log is behind", extra={"error": type(error).__name__})

    def find(self, leaf_hash: bytes, reader: TileReader) -> int | None:
        """Return the position of an entry, None if this tree has none; raises LogUnavailable."""

        def look() -> int | None:
            index = self._caught_up(reader)
            row = index.execute("SELECT place FROM place WHERE hash = ?", (leaf_hash,)).fetchone()
            if row is None or row[0] >= reader.size:
                return None
            if reader.node(0, row[0]) != leaf_hash:
                raise _Misfit
            return int(row[0])

        return self._repaired(look)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._disconnect()

    def _repaired(self, ask: Callable[[], Answer]) -> Answer:
        """Return the answer, if need be from a new index."""
        with self._lock:
            try:
                return ask()
            except (sqlite3.Error, _Misfit) as error:
                self._disconnect()
                if isinstance(error, sqlite3.Error) and not _is_damage(error):
                    raise LogUnavailable(f"the index of the log cannot be used: {type(error).__name__}") from error
            try:
                discard_index(self._path)
                return ask()
            except (sqlite3.Error, _Misfit, OSError) as error:
                self._disconnect()
                raise LogUnavailable(f"the index of the log cannot be made: {type(error).__name__}") from error

    def _caught_up(self, reader: TileReader) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
            self._size = _checked_size(self._connection, reader)
        while self._size < reader.size:
            end = min((self._size // tiles.WIDTH + CHUNK_TILES) * tiles.WIDTH, reader.size)
            _add(self._connection, reader, self._size, end)
            self._size = end
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        # One thread at a time, by _lock; we say BEGIN ourselves.
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            for statement in _SCHEMA:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def discard_index(path: Path) -> None:
    """Remove an index and what SQLite keeps beside it; nobody may have it open. Raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


def _checked_size(index: sqlite3.Connection, reader: TileReader) -> int:
    """Return how many entries the index covers, after comparing it with the tree."""
    size, root, rows = index.execute("SELECT size, root, rows FROM covered").fetchone() or (0, merkle.EMPTY_ROOT, 0)
    (found,) = index.execute("SELECT count(*) FROM place").fetchone()
    if found != rows or not 0 <= size <= reader.size or reader.frontier(size).root() != root:
        raise _Misfit
    return int(size)


def _add(index: sqlite3.Connection, reader: TileReader, start: int, end: int) -> None:
    index.execute("BEGIN IMMEDIATE")
    try:
        # In the order of the hashes, which is that of the table; of equal ones the first comes first and stays.
        places = sorted(_places(reader, start, end))
        added = index.executemany("INSERT OR IGNORE INTO place VALUES (?, ?)", places).rowcount
        index.execute(_COVER, (end, reader.frontier(end).root(), added))
        index.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            index.execute("ROLLBACK")
        raise


def _places(reader: TileReader, start: int, end: int) -> Iterable[tuple[bytes, int]]:
    for index in range(start // tiles.WIDTH, -(-end // tiles.WIDTH)):
        hashes = reader.hashes(tiles.tile_at(0, index, reader.size))
        for place, leaf_hash in enumerate(hashes, start=index * tiles.WIDTH):
            if start <= place < end:
                yield leaf_hash, place


def _is_damage(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE
