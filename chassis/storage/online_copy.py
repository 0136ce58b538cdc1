"""A copy of a SQLite database of one moment, beside the program that writes it.

Writers wait only while `held` is open; the copy itself then reads what stood at that moment, while they go on.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from chassis.errors import BadBackup, CannotBackUp
from chassis.storage.sqlite_file import BUSY_S, create_private

OnPages = Callable[[int, int], None]
_PAGES_AT_ONCE: Final = 4096
_WAL_FILES: Final = ("-wal", "-shm")


class SqliteCopy:
    """One database to be copied: open `held`, read what must be of the same moment, leave it, then `copy`."""

    kind: Final = "sqlite"

    def __init__(self, path: Path) -> None:
        """Raises CannotBackUp if there is no such database."""
        if not path.is_file():
            raise CannotBackUp(f"{path} is missing; put it back from a backup")
        self._path = path
        self._reader: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Fix the moment and keep every writer waiting until the block ends; raises CannotBackUp."""
        with _translated(self._path), contextlib.closing(_opened(self._path)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            reader = _opened(self._path)
            if self._reader is not None:
                self._reader.close()
            self._reader = reader
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # only a read begins the transaction
            yield
            lock.execute("ROLLBACK")

    def value(self, query: str) -> int:
        """Return the one number that a query finds at that moment."""
        if self._reader is None:
            raise CannotBackUp("expected a moment to copy")
        with _translated(self._path):
            return int(self._reader.execute(query).fetchone()[0])

    def copy(self, to: Path, on_pages: OnPages | None = None) -> None:
        """Write the database of that moment to a new file; raises CannotBackUp."""
        if self._reader is None:
            raise CannotBackUp("expected a moment to copy")
        create_private(to)
        with _translated(self._path), contextlib.closing(sqlite3.connect(to, isolation_level=None)) as target:
            told = None if on_pages is None else lambda _, left, total: on_pages(total - left, total)
            self._reader.backup(target, pages=_PAGES_AT_ONCE, progress=told)
            target.execute("PRAGMA journal_mode=DELETE")  # one file: no part of it stays beside it

    def close(self) -> None:
        """Let go of the moment."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def check_sqlite(path: Path) -> None:
    """Return if a copied database opens and is whole; raises BadBackup."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BadBackup("the database in the backup does not open; nothing was put back, use another one") from error
    if found != ("ok",):
        raise BadBackup("the database in the backup is damaged; nothing was put back, use another one")


def refuse_in_use(path: Path) -> None:
    """Return if no program has this SQLite file open, or there is none; raises BadBackup.

    The file has its write-ahead log folded in afterwards. One that is damaged is in nobody's use.
    """
    if not path.is_file():
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BadBackup(f"{path} is in use; stop the program first, nothing was put back") from error
    except sqlite3.DatabaseError:
        return


def database_files(path: Path) -> tuple[Path, ...]:
    """Return the file of a database and those that SQLite may have left beside it."""
    return (path, *(path.with_name(f"{path.name}{suffix}") for suffix in _WAL_FILES))


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        reason = "another program writes it for long" if "locked" in str(error) else "it cannot be read or copied"
        raise CannotBackUp(f"{path.name}: {reason}; make the backup again") from error
    except sqlite3.Error as error:
        raise CannotBackUp(f"{path.name} is damaged; no backup was made of it") from error
