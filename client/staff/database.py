"""The file of who may sign in: the club's staff, and athletes at their own site.

Commands and the running node use it at once: what one ends is over for both.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chassis.errors import CannotMigrate
from chassis.storage.schema_steps import Schema, statements
from chassis.storage.sqlite_file import FORGETFUL, connect
from client.errors import StaffUnavailable

FILE_NAME: Final = "staff.sqlite3"
FORMER_FILE: Final = "staff_codes.json"
"""Codes of version 0.1, which opened any number of devices for twelve hours; whatever is left of it is removed."""

_FIRST: Final = """
CREATE TABLE IF NOT EXISTS staff_person (
  person TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, squads TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staff_code (
  digest TEXT PRIMARY KEY, person TEXT NOT NULL, expires TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staff_session (
  digest TEXT PRIMARY KEY, person TEXT NOT NULL, facts TEXT NOT NULL, began TEXT NOT NULL, seen TEXT NOT NULL,
  pin TEXT NOT NULL, tries INTEGER NOT NULL
) WITHOUT ROWID;
"""

_OF_ATHLETES: Final = """
CREATE TABLE athlete_code (
  digest TEXT PRIMARY KEY, person TEXT NOT NULL, expires TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE athlete_session (
  digest TEXT PRIMARY KEY, person TEXT NOT NULL, facts TEXT NOT NULL, began TEXT NOT NULL, seen TEXT NOT NULL,
  pin TEXT NOT NULL, tries INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE spent_ticket (ticket TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID;
"""

# PINs of athletes on a tablet that several share; both digests are of the tablet's own id, which its browser has alone.
_TABLETS: Final = """
CREATE TABLE tablet_pin (
  tablet TEXT NOT NULL, person TEXT NOT NULL, pin TEXT NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (tablet, person)
) WITHOUT ROWID;
"""

SCHEMA: Final = Schema("staff", [statements(step) for step in (_FIRST, _OF_ATHLETES, _TABLETS)])


class StaffFile:
    """One connection to the file; `_lock` keeps the threads of this process apart, SQLite the processes."""

    def __init__(self, directory: Path) -> None:
        """Open the file of a node folder, made if it is missing; raises StaffUnavailable."""
        self._lock = threading.RLock()
        with _translated():
            (directory / "keys" / FORMER_FILE).unlink(missing_ok=True)
            self._connection = connect(directory / FILE_NAME, *FORGETFUL)
            SCHEMA.bring_up(self._connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one write transaction; raises StaffUnavailable."""
        with self._lock, _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one question; raises StaffUnavailable."""
        with self._lock, _translated():
            yield self._connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StaffUnavailable("the file of the club's staff cannot be read or written") from error
    except CannotMigrate as error:
        raise StaffUnavailable(str(error)) from error
