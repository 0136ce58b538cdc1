"""Checks the writer's index against the log it was made from, reading only. A bad one is thrown away and made anew."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.durable.storage import sole_writer
from audit.tlog import merkle, tiles
from audit.verification.reader import TileReader
from audit.writer.leaf_index import LeafIndex, discard_index
from audit.writer.log import INDEX, LOCK

_ROWS = "SELECT place, hash FROM place WHERE place < ? ORDER BY place"
_FIRST = "SELECT place FROM place WHERE hash = ?"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What was found. note: what a writer mends by itself; problem: what contradicts the log."""

    note: str = ""
    problem: str = ""


def check_index(state_directory: Path, reader: TileReader) -> IndexReport:
    """Compare every line of the index with the level-0 tiles; raises a child of AuditError for tiles that are amiss."""
    path = state_directory / INDEX
    if not path.exists():
        return IndexReport(note="there is no index; the next start makes one")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as index:
            index.execute("BEGIN")
            return _compared(index, reader)
    except sqlite3.OperationalError as error:
        return IndexReport(note=f"the index cannot be read beside others ({type(error).__name__})")
    except (sqlite3.Error, TypeError) as error:
        return IndexReport(problem=f"the index is damaged ({type(error).__name__}); --rebuild-index makes a new one")


def rebuild_index(state_directory: Path, reader: TileReader) -> None:
    """Throw the index away and make a new one; raises LogUnavailable beside a running writer, and for a full disk."""
    path = state_directory / INDEX
    with sole_writer(state_directory / LOCK):
        discard_index(path)
        with contextlib.closing(LeafIndex(path)) as index:
            index.catch_up(reader)


def _compared(index: sqlite3.Connection, reader: TileReader) -> IndexReport:
    row = index.execute("SELECT size, root FROM covered").fetchone()
    covered, root = row or (0, merkle.EMPTY_ROOT)
    size = min(covered, reader.size)
    if covered <= reader.size and reader.frontier(covered).root() != root:
        return IndexReport(problem="the index is of another log; --rebuild-index makes a new one")
    if not _agrees(index, reader, size):
        return IndexReport(problem="the index does not agree with the log; --rebuild-index makes a new one")
    behind = reader.size - size
    return IndexReport(
        note=f"the index is {behind:,} entries behind; the writer catches up by itself" if behind else ""
    )


def _agrees(index: sqlite3.Connection, reader: TileReader, size: int) -> bool:
    rows = iter(index.execute(_ROWS, (size,)))
    row = next(rows, None)
    for place, leaf_hash in _leaf_hashes(reader, size):
        if row is not None and row[0] == place:
            if row[1] != leaf_hash:
                return False
            row = next(rows, None)
            continue
        # Of equal entries the index knows only the first.
        first = index.execute(_FIRST, (leaf_hash,)).fetchone()
        if first is None or not 0 <= first[0] < place:
            return False
    return row is None


def _leaf_hashes(reader: TileReader, size: int) -> Iterator[tuple[int, bytes]]:
    for at in range(0, size, tiles.WIDTH):
        hashes = reader.hashes(tiles.tile_at(0, at // tiles.WIDTH, reader.size))
        yield from enumerate(hashes[: size - at], start=at)
