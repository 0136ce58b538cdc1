"""How every SQLite file of a program is opened: private, write-ahead logged, and on the disk before it is reported."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from chassis.files.create_file import PRIVATE_FILE_MODE, make_private_folder

BUSY_S: Final = 10.0  # ours: how long one process waits for another that writes the same file

DURABLE: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",  # what was reported as stored survives a power cut
)
FORGETFUL: Final = (
    "secure_delete=ON",  # freed pages are overwritten: an erased key leaves no copy
)


def create_private(path: Path) -> None:
    """Create the file and its folder for their owner alone, where they are missing; raises OSError.

    A file that is there is not opened: closing it would end every lock that this process holds on it (fcntl(2)), and
    the next process to close the database would believe itself the last and delete a write-ahead log still in use.
    """
    make_private_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE_MODE))


def set_pragmas(execute: Callable[[str], object], *pragmas: str) -> None:
    """Set each of `pragmas` ("name=value") on one connection."""
    for pragma in pragmas:
        execute(f"PRAGMA {pragma}")


def connect(path: Path, *pragmas: str, busy_s: float = BUSY_S) -> sqlite3.Connection:
    """Open a private, durable file; transactions are begun by hand, threads are kept apart by the caller.

    Raises OSError where the file cannot be created and sqlite3.Error where it is no database.
    """
    create_private(path)
    connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
    try:
        set_pragmas(connection.execute, *DURABLE, *pragmas)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
