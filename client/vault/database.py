"""The vault's SQLite file: schema, pragmas, transactions, and errors translated at this one place.

No column holds a name, stream, value or time in the clear: rows have meaningless keys and sealed bytes.
What the file does show: how many athletes and readings there are, and rough sizes.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chassis.files.create_file import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE
from client.errors import SealBroken, VaultError

SCHEMA_VERSION: Final = 1
_BUSY_S: Final = 10.0  # ours: an import of a season takes less

# WITHOUT ROWID: readings lie in the order of their meaningless keys, so the file shows no order of arrival.
_SCHEMA: Final = """
CREATE TABLE master (one INTEGER PRIMARY KEY CHECK (one = 1), wrapped BLOB NOT NULL);
CREATE TABLE athlete (
  number INTEGER PRIMARY KEY, handle BLOB NOT NULL UNIQUE, profile BLOB NOT NULL, wrapped_key BLOB
);
CREATE TABLE source (
  athlete INTEGER NOT NULL REFERENCES athlete, number INTEGER NOT NULL, key BLOB NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (athlete, number), UNIQUE (athlete, key)
) WITHOUT ROWID;
CREATE TABLE observation (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
CREATE TABLE import (
  number INTEGER PRIMARY KEY, athlete INTEGER REFERENCES athlete, sealed BLOB NOT NULL
);
CREATE TABLE quarantine (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
"""


class Database:
    """One connection to a vault file, shared by the threads of one process.

    `_lock` guards the connection: SQLite serialises processes, the lock serialises threads, so a
    transaction of one thread never holds statements of another.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        _create_private(path)
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            self._prepare()
        except sqlite3.Error as error:
            raise SealBroken(f"{path} is not a vault, or it is damaged") from error

    def _prepare(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")  # an import that was reported stored survives a power cut
        execute("PRAGMA secure_delete = ON")  # freed pages are overwritten: an erased key leaves no copy
        execute("PRAGMA foreign_keys = ON")
        execute("PRAGMA temp_store = MEMORY")  # sealed bytes only, but no stray files either
        with self.transaction():
            (version,) = execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    execute(statement)
                execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise VaultError(f"this vault has format {version}; this program knows {SCHEMA_VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one write transaction; all of it is stored, or nothing is.

        Nested use joins the outer transaction. Raises SealBroken for a damaged file, VaultError otherwise.
        """
        with self._lock:
            outermost = self._depth == 0
            try:
                if outermost:
                    self._connection.execute("BEGIN IMMEDIATE")
                self._depth += 1
                try:
                    yield self._connection
                finally:
                    self._depth -= 1
                if outermost:
                    self._connection.execute("COMMIT")
            except BaseException as error:
                if outermost and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise _translated(error) from error
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for reading, with the same translation of errors."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise _translated(error) from error

    def scrub(self) -> None:
        """Rewrite the file and empty the write-ahead log, so that no deleted byte remains in either."""
        with self.reading() as connection:
            connection.execute("VACUUM")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise VaultError("another program is reading this vault; stop it and repeat the command")

    def close(self) -> None:
        """Close the connection; SQLite folds the write-ahead log into the file."""
        with self._lock:
            self._connection.close()


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE_MODE))
    except OSError as error:
        raise VaultError(f"cannot open {path} for writing") from error


def _translated(error: sqlite3.Error) -> VaultError:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return VaultError("another program is writing to this vault; try again in a moment")
    if isinstance(error, sqlite3.IntegrityError):
        return VaultError("the vault refused a row that contradicts another")
    return SealBroken("the vault file is damaged; restore it from a backup")
