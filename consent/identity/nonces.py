"""The nonces of signed requests, in a file of their own: to remember one never waits for a writing transaction.

The file is private, belongs to this machine and needs no backup: what it holds is too old after minutes anyway.
"""

import sqlite3
import threading
from datetime import datetime
from pathlib import Path
from typing import Final

from chassis.storage.sqlite_file import connect
from consent.errors import StoreUnavailable
from policies.snapshot import CLOCK_TOLERANCE

NONCES_FILE: Final = "nonces.sqlite3"
MEMORY: Final = 3 * CLOCK_TOLERANCE  # longer than a signed time can stay within the tolerance on both sides
_NOT_FLUSHED: Final = (
    "synchronous=NORMAL"  # survives the process; after a power cut a request is too old to be replayed
)


class NonceMemory:
    """Remembers each nonce for as long as its request could be accepted; a restart forgets none. For any thread."""

    def __init__(self, file: Path) -> None:
        """Open or create the file; raises StoreUnavailable."""
        self._guard = threading.Lock()  # one connection, one thread at a time
        self._dropped: float | None = None
        try:
            self._connection = connect(file, _NOT_FLUSHED)
            self._connection.execute("CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, seen REAL NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"{file.name} cannot be used; remove it and start again") from error

    def remember(self, nonce: str, *, now: datetime) -> bool:
        """Return True, once; False for a nonce that is known already. Raises StoreUnavailable."""
        at = now.timestamp()
        try:
            with self._guard:
                self._drop_old(at)
                added = self._connection.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, at))
                return added.rowcount == 1
        except sqlite3.Error as error:
            raise StoreUnavailable("the memory of nonces refused") from error

    def close(self) -> None:
        """Close the file; remembering afterwards raises StoreUnavailable."""
        with self._guard:
            self._connection.close()

    def _drop_old(self, at: float) -> None:
        memory = MEMORY.total_seconds()
        if self._dropped is None or at - self._dropped > memory:
            self._connection.execute("DELETE FROM nonce WHERE seen < ?", (at - memory,))
            self._dropped = at
