"""What a node answered at the stages of masked rounds, beside the vector itself: asked again it sends the same bytes.

No secret stands here: public announcements, shares sealed to others, and what all clubs agreed to reveal. The secrets
are in memory alone, so after a restart a node repeats what it has answered and answers nothing new of that round.
"""

import hashlib
import sqlite3
import threading
from pathlib import Path

from chassis.storage.schema_steps import Schema, statements
from client.errors import ClientError, RoundRefused
from client.federation.journal import opened_journal

_FIRST = """
CREATE TABLE IF NOT EXISTS masked_stage (
    manifest TEXT NOT NULL,
    round INTEGER NOT NULL,
    stage TEXT NOT NULL,
    request_sha256 TEXT NOT NULL,
    reply BLOB NOT NULL,
    PRIMARY KEY (manifest, round, stage)
) STRICT;
"""

SCHEMA = Schema("masked stages", [statements(_FIRST)])


class StageJournal:
    """A table in the node's journal file. Durable before it returns; usable from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()  # guards the connection, which several threads share
        failure = "the journal of masked rounds cannot be opened; nothing was answered"
        self._database = opened_journal(path, SCHEMA, failure)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def answered(self, manifest: str, number: int, stage: str, request: bytes) -> bytes | None:
        """Return the bytes that answer this request, or None if the stage is new.

        Raises RoundRefused if the stage was answered for another request: the first answer stands.
        """
        query = "SELECT request_sha256, reply FROM masked_stage WHERE manifest = ? AND round = ? AND stage = ?"
        with self._lock:
            found = self._database.execute(query, (manifest, number, stage)).fetchone()
        if found is None:
            return None
        if found[0] != hashlib.sha256(request).hexdigest():
            raise RoundRefused(f"the stage {stage!r} of this round was answered already, for another request")
        return bytes(found[1])

    def has_begun(self, manifest: str, number: int) -> bool:
        """True if any stage of this round was answered: its keys have been used."""
        with self._lock:
            query = "SELECT 1 FROM masked_stage WHERE manifest = ? AND round = ?"
            return self._database.execute(query, (manifest, number)).fetchone() is not None

    def record(self, manifest: str, number: int, stage: str, request: bytes, reply: bytes) -> None:
        """Keep an answer before it is sent. Raises ClientError if it cannot be kept."""
        row = (manifest, number, stage, hashlib.sha256(request).hexdigest(), reply)
        try:
            with self._lock:
                self._database.execute("INSERT INTO masked_stage VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise ClientError("the journal of masked rounds cannot be written; nothing was sent") from error
