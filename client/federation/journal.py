"""The node's own record of rounds: what was begun, what was asked and exactly what was answered.

A round asked twice gets the very same bytes. Fresh noise on the same data, again and again, could be averaged away.
A round is noted before it is paid for, so that a node whose journal was lost or put back from a copy knows no more
that it began one; the ledger then refuses what was paid already. An answer is sent only once the ledger has its hash:
that holds a node to one answer whatever becomes of this file.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from chassis.errors import CannotMigrate
from chassis.storage.schema_steps import Schema, statements
from chassis.storage.sqlite_file import connect
from client.errors import ClientError, RoundRefused

_FIRST = """
CREATE TABLE IF NOT EXISTS federation_round (
    manifest TEXT NOT NULL,
    round INTEGER NOT NULL,
    request_sha256 TEXT NOT NULL,
    reply BLOB NOT NULL,
    answered_at TEXT NOT NULL,
    PRIMARY KEY (manifest, round)
) STRICT;
CREATE TABLE IF NOT EXISTS federation_begun (
    manifest TEXT NOT NULL,
    round INTEGER NOT NULL,
    PRIMARY KEY (manifest, round)
) STRICT;
"""
# What an earlier version recorded, it sent at once.
_NOTED = """
ALTER TABLE federation_round ADD COLUMN is_noted INTEGER NOT NULL DEFAULT 1;
CREATE TABLE federation_lost (
    manifest TEXT NOT NULL,
    round INTEGER NOT NULL,
    PRIMARY KEY (manifest, round)
) STRICT;
"""

SCHEMA = Schema("rounds", [statements(_FIRST), statements(_NOTED)])


def answered_rounds(path: Path, manifest: str) -> frozenset[int]:
    """Return the rounds of a campaign that stand answered in a journal; none where there is no journal yet.

    Nothing is written, so that it may be asked while a node runs. Raises ClientError for a file that cannot be read.
    """
    if not path.exists():
        return frozenset()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'federation_round'").fetchone():
                return frozenset()
            found = database.execute("SELECT round FROM federation_round WHERE manifest = ?", (manifest,)).fetchall()
    except sqlite3.Error as error:
        raise ClientError("the journal of rounds cannot be read") from error
    return frozenset(int(number) for (number,) in found)


def opened_journal(path: Path, schema: Schema, failure: str) -> sqlite3.Connection:
    """Open a component's tables in the node's journal file, durable: what left must be found again after a crash.

    Raises ClientError with `failure` for a file that cannot be opened, and for one of a newer program.
    """
    try:
        database = connect(path)
        schema.bring_up(database)
    except (sqlite3.Error, OSError) as error:
        raise ClientError(failure) from error
    except CannotMigrate as error:
        raise ClientError(str(error)) from error
    return database


class RoundJournal:
    """A table in the node's journal file. Durable before it returns; usable from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()  # guards the connection, which several threads share
        self._database = opened_journal(path, SCHEMA, "the journal of rounds cannot be opened; nothing was paid for")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def answered(self, manifest: str, number: int, request: bytes) -> bytes | None:
        """Return the bytes that answer this request, or None if the round is new.

        Raises RoundRefused if the round was answered for another request, if a later round was answered, or if this
        node has lost its answer.
        """
        with self._reading() as database:
            found = database.execute(
                "SELECT request_sha256, reply FROM federation_round WHERE manifest = ? AND round = ?",
                (manifest, number),
            ).fetchone()
        if self._is_lost(manifest, number):
            raise RoundRefused("this round was answered already, and the answer is not in this node's journal")
        if found is not None:
            if found[0] != hashlib.sha256(request).hexdigest():
                raise RoundRefused("this round was answered already, for other weights")
            return bytes(found[1])
        if number <= self.rounds_done(manifest):
            raise RoundRefused("a later round of this campaign was answered already")
        return None

    def begin(self, manifest: str, number: int) -> bool:
        """Note that a round is about to be paid for; True if this journal began it before, without an answer.

        Raises ClientError if the note cannot be kept: nothing is paid for or computed then.
        """
        return not self._write(
            "INSERT OR IGNORE INTO federation_begun VALUES (?, ?)", (manifest, number), otherwise="nothing was paid for"
        )

    def record(self, manifest: str, number: int, request: bytes, reply: bytes, at: datetime) -> None:
        """Keep an answer before its hash is noted. Raises ClientError if the round has one already."""
        row = (manifest, number, hashlib.sha256(request).hexdigest(), reply, at.isoformat())
        self._write("INSERT INTO federation_round VALUES (?, ?, ?, ?, ?, 0)", row)

    def is_noted(self, manifest: str, number: int) -> bool:
        """True if the ledger has taken the hash of this round's answer, so that it may be sent."""
        query = "SELECT is_noted FROM federation_round WHERE manifest = ? AND round = ?"
        with self._reading() as database:
            found = database.execute(query, (manifest, number)).fetchone()
        return found is not None and bool(found[0])

    def noted(self, manifest: str, number: int) -> None:
        """Keep that the ledger has taken the hash of this round's answer."""
        self._write("UPDATE federation_round SET is_noted = 1 WHERE manifest = ? AND round = ?", (manifest, number))

    def give_up(self, manifest: str, number: int) -> None:
        """Keep that the ledger knows of another answer to this round: it is not asked for this round any more."""
        self._write("INSERT OR IGNORE INTO federation_lost VALUES (?, ?)", (manifest, number))

    def rounds_done(self, manifest: str) -> int:
        """The last round of this campaign that was answered; 0 before the first."""
        with self._reading() as database:
            (last,) = database.execute(
                "SELECT COALESCE(MAX(round), 0) FROM federation_round WHERE manifest = ?", (manifest,)
            ).fetchone()
        return int(last)

    def _is_lost(self, manifest: str, number: int) -> bool:
        query = "SELECT 1 FROM federation_lost WHERE manifest = ? AND round = ?"
        with self._reading() as database:
            return database.execute(query, (manifest, number)).fetchone() is not None

    def _write(self, statement: str, row: tuple[object, ...], *, otherwise: str = "nothing was sent") -> bool:
        """Carry out one statement durably; True if it changed something. Raises ClientError if it cannot be."""
        try:
            with self._reading() as database:
                return database.execute(statement, row).rowcount > 0
        except sqlite3.Error as error:
            raise ClientError(f"the journal of rounds cannot be written; {otherwise}") from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._database
