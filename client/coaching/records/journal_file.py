"""The file behind the node's coaching journal: its tables, one connection for all threads, and seals per athlete."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from chassis.errors import CannotMigrate
from chassis.storage.schema_steps import Schema, statements
from chassis.storage.sqlite_file import connect
from client.coaching.records.plan_tables import AUTO_APPLY, PLANS
from client.errors import ClientError
from policies.vocabulary import AthleteId

# Triggers, not habits, keep what was decided, noted and planned append-only.
_FIRST: Final = """
CREATE TABLE IF NOT EXISTS coaching_decision (
  number INTEGER PRIMARY KEY, proposal TEXT NOT NULL UNIQUE, athlete TEXT NOT NULL, day TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS coaching_decision_athlete ON coaching_decision (athlete, day);
CREATE TABLE IF NOT EXISTS coaching_plan (
  number INTEGER PRIMARY KEY, day TEXT NOT NULL, athlete TEXT NOT NULL, title TEXT NOT NULL, load_au REAL NOT NULL,
  rpe REAL, minutes REAL, match_day INTEGER NOT NULL
);
CREATE TRIGGER IF NOT EXISTS coaching_decision_kept BEFORE UPDATE ON coaching_decision
  BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS coaching_decision_stays BEFORE DELETE ON coaching_decision
  BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS coaching_plan_kept BEFORE UPDATE ON coaching_plan
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS coaching_plan_stays BEFORE DELETE ON coaching_plan
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
"""
# `record` in coaching_taken_back names one row of the other tables, which can be taken back once.
_CHECK_INS: Final = """
CREATE TABLE coaching_check_in (
  number INTEGER PRIMARY KEY, athlete TEXT NOT NULL, day TEXT NOT NULL, sealed BLOB NOT NULL
);
CREATE INDEX coaching_check_in_athlete ON coaching_check_in (athlete, day);
CREATE TABLE coaching_taken_back (
  number INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE, athlete TEXT NOT NULL, day TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX coaching_taken_back_athlete ON coaching_taken_back (athlete, day);
CREATE TABLE coaching_light_shown (
  person TEXT NOT NULL, athlete TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (person, athlete)
);
CREATE TRIGGER coaching_check_in_kept BEFORE UPDATE ON coaching_check_in
  BEGIN SELECT RAISE(ABORT, 'answers are only ever added'); END;
CREATE TRIGGER coaching_check_in_stays BEFORE DELETE ON coaching_check_in
  BEGIN SELECT RAISE(ABORT, 'answers are only ever added'); END;
CREATE TRIGGER coaching_taken_back_kept BEFORE UPDATE ON coaching_taken_back
  BEGIN SELECT RAISE(ABORT, 'what was taken back is only ever added'); END;
CREATE TRIGGER coaching_taken_back_stays BEFORE DELETE ON coaching_taken_back
  BEGIN SELECT RAISE(ABORT, 'what was taken back is only ever added'); END;
"""

SCHEMA: Final = Schema(
    "coaching", [statements(_FIRST), statements(_CHECK_INS), statements(PLANS), statements(AUTO_APPLY)]
)


class JournalError(ClientError):
    """The journal cannot be read or written."""


class AthleteSeal(Protocol):
    """An athlete's seal: what it closes, nobody opens after erasure."""

    def close(self, plain: bytes, place: bytes) -> bytes:
        """Return the sealed bytes, bound to `place`."""

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return the plain bytes; raises when anything was changed."""

    def row_key(self, natural_key: bytes) -> bytes:
        """Return a name that stands for `natural_key`, meaningless without the seal."""


class JournalFile:
    """One connection to the journal. Safe to use from several threads: a lock guards it."""

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal], *, schema: Schema = SCHEMA) -> None:
        """Open the file with the tables of one component, made if they are missing; raises JournalError."""
        self.seal_of = seal_of
        self._lock = threading.Lock()
        with translated():
            self._db = connect(path)
            schema.bring_up(self._db)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def run(self, statement: str, values: Sequence[Any]) -> int:
        """Run one statement durably; returns the number of the row that it added."""
        with self._lock, translated():
            return int(self._db.execute(statement, values).lastrowid or 0)

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement for every row, all or none of them."""
        self.run_all([(statement, row) for row in rows])

    def run_all(self, statements_with_values: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Run these statements in their order, all or none of them."""
        with self._lock, translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in statements_with_values:
                    self._db.execute(statement, values)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        """Return every row of a query."""
        with self._lock, translated():
            return self._db.execute(query, values).fetchall()


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the database into one clear sentence; a broken rule of uniqueness passes as it is."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        raise JournalError("the node's journal cannot be read or written") from error
    except CannotMigrate as error:
        raise JournalError(str(error)) from error
