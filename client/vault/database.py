"""The vault's SQLite file: schema, pragmas, transactions, and errors translated at this one place.

No column holds a name, stream, value or time in the clear: rows have meaningless keys and sealed bytes.
What the file does show: how many athletes and readings there are, and rough sizes.
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
from client.errors import SealBroken, VaultError

USER_VERSION: Final = 5
_BUSY_S: Final = 10.0  # ours: an import of a season takes less

# WITHOUT ROWID: readings lie in the order of their meaningless keys, so the file shows no order of arrival.
_FIRST: Final = """
CREATE TABLE IF NOT EXISTS master (one INTEGER PRIMARY KEY CHECK (one = 1), wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS athlete (
  number INTEGER PRIMARY KEY, handle BLOB NOT NULL UNIQUE, profile BLOB NOT NULL, wrapped_key BLOB
);
CREATE TABLE IF NOT EXISTS source (
  athlete INTEGER NOT NULL REFERENCES athlete, number INTEGER NOT NULL, key BLOB NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (athlete, number), UNIQUE (athlete, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS observation (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS import (
  number INTEGER PRIMARY KEY, athlete INTEGER REFERENCES athlete, sealed BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS quarantine (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""

# From format 2 on an athlete's sealed profile also names their squad; programs of format 1 could not read it.
_SQUADS: Final = "PRAGMA user_version = 2;"

# One row for each athlete whose rest days are told by another rule than recorded rest days.
_REST_RULES: Final = (
    "CREATE TABLE rest_rule (athlete INTEGER PRIMARY KEY REFERENCES athlete, sealed BLOB NOT NULL) WITHOUT ROWID;"
)

# From format 3 on a reading may name its entry, and what a correction replaced is kept beside it, under the same key.
_ENTRIES: Final = """
CREATE TABLE superseded (
  number INTEGER PRIMARY KEY, athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL
);
CREATE INDEX superseded_by_key ON superseded (athlete, key);
PRAGMA user_version = 3;
"""

# From format 4 on a former value says who set it aside, when and why; an import what it had; a person's acts are kept.
_CORRECTIONS: Final = """
ALTER TABLE superseded ADD COLUMN note BLOB;
CREATE TABLE import_claims (
  import INTEGER PRIMARY KEY REFERENCES import, athlete INTEGER NOT NULL REFERENCES athlete, sealed BLOB NOT NULL
);
CREATE INDEX import_claims_by_athlete ON import_claims (athlete);
CREATE TABLE hand_act (
  number INTEGER PRIMARY KEY, athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL
);
CREATE INDEX hand_act_by_key ON hand_act (athlete, key);
CREATE TABLE empty_place (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
PRAGMA user_version = 4;
"""

# What an athlete, or the node for all of them, sets: the order of sources, and constants of formulas.
_OWN_SETTINGS: Final = """
CREATE TABLE own_setting (athlete INTEGER PRIMARY KEY REFERENCES athlete, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE node_setting (one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB NOT NULL);
"""

# Pairs of sessions of which a person said that they are two. A vault of a development version may have the table.
_QUESTIONS: Final = """
CREATE TABLE IF NOT EXISTS answered_question (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
"""

# How tables that no reader knows were read, known again by a keyed digest. The newest has the largest number.
_TABLES: Final = """
CREATE TABLE remembered_table (number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);
"""

# Whose a label in files is, as a person said it, known again by a keyed digest. The newest has the largest number.
_LABELS: Final = """
CREATE TABLE remembered_label (
  number INTEGER PRIMARY KEY, athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL UNIQUE,
  sealed BLOB NOT NULL
);
CREATE INDEX remembered_label_by_athlete ON remembered_label (athlete);
"""

# One row of one size for each athlete: their own model of tomorrow's readiness. It is fitted anew every day.
_HEADS: Final = (
    "CREATE TABLE private_head (athlete INTEGER PRIMARY KEY REFERENCES athlete, sealed BLOB NOT NULL) WITHOUT ROWID;"
)

# From format 5 on there may be one row of what several athletes' days make together: a program that does not know it
# would erase an athlete and leave it behind.
_CLUB_HEAD: Final = """
CREATE TABLE club_head (one INTEGER PRIMARY KEY CHECK (one = 1), wrapped_key BLOB NOT NULL, sealed BLOB NOT NULL);
PRAGMA user_version = 5;
"""

# Answers to questionnaires, known again by a keyed digest of their id; `day` is a keyed digest of theirs.
_OWN_ANSWERS: Final = """
CREATE TABLE own_answer (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, day BLOB NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
CREATE INDEX own_answer_by_day ON own_answer (athlete, day);
"""

# What an athlete leaves out of their own light, and from when on.
_LIGHT: Final = (
    "CREATE TABLE light_choice (athlete INTEGER PRIMARY KEY REFERENCES athlete, sealed BLOB NOT NULL) WITHOUT ROWID;"
)

# Prepared reports: what is common to a day, and each athlete's part of it by variant and day. Rows name no day.
_REPORTS: Final = """
CREATE TABLE report_day (key BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE report_part (
  athlete INTEGER NOT NULL REFERENCES athlete, key BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (athlete, key)
) WITHOUT ROWID;
"""


_STEPS: Final = (
    *(_FIRST, _SQUADS, _REST_RULES, _ENTRIES, _CORRECTIONS, _OWN_SETTINGS, _QUESTIONS, _TABLES, _LABELS),
    *(_HEADS, _CLUB_HEAD, _OWN_ANSWERS, _LIGHT, _REPORTS),
)
OF_ONE_ATHLETE: Final = (
    *("observation", "superseded", "source", "import_claims", "import", "quarantine", "rest_rule"),
    *("hand_act", "empty_place", "own_setting", "answered_question", "remembered_label", "private_head"),
    *("own_answer", "light_choice", "report_part"),
)
"""The tables that hold something of an athlete, in an order in which their rows can be deleted."""
OF_ALL_ATHLETES: Final = ("club_head",)
"""The tables that hold what several athletes' days make together: the erasure of any athlete empties them."""
SCHEMA: Final = Schema("vault", [statements(step) for step in _STEPS])
"""A step that older programs must not write to also raises `user_version`, which they check."""


class _Rehearsed(Exception):
    """Ends a rehearsal, and with it its transaction where that is no other's."""


class Database:
    """One connection to a vault file, shared by the threads of one process.

    `_lock` guards the connection: SQLite serialises processes, the lock serialises threads, so a
    transaction of one thread never holds statements of another.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = connect(path, *FORGETFUL, "foreign_keys=ON", "temp_store=MEMORY", busy_s=_BUSY_S)
            self._prepare()
        except OSError as error:
            raise VaultError(f"cannot open {path} for writing") from error
        except sqlite3.Error as error:
            raise SealBroken(f"{path} is not a vault, or it is damaged") from error
        except CannotMigrate as error:
            raise VaultError(str(error)) from error

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > USER_VERSION:
            raise VaultError(f"this vault has format {version}; this program knows {USER_VERSION}")
        SCHEMA.bring_up(self._connection)

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
    def rehearsal(self) -> Iterator[None]:
        """Undo at the end everything that was done inside; within a transaction, or another rehearsal, only that."""
        try:
            with self.transaction() as connection:
                connection.execute("SAVEPOINT rehearsal")
                try:
                    yield
                finally:
                    if connection.in_transaction:  # an error of the disk has undone it already
                        connection.execute("ROLLBACK TO rehearsal")
                        connection.execute("RELEASE rehearsal")
                raise _Rehearsed
        except _Rehearsed:
            pass

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


def _translated(error: sqlite3.Error) -> VaultError:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return VaultError("another program is writing to this vault; try again in a moment")
    if isinstance(error, sqlite3.IntegrityError):
        return VaultError("the vault refused a row that contradicts another")
    return SealBroken("the vault file is damaged; restore it from a backup")
