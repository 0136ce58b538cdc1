"""One exclusive lock file, so that one program at a time owns a folder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from chassis.errors import LockHeld


@contextlib.contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, made if it is missing; raises LockHeld if another program or object holds it.

    Raises OSError where the file cannot be opened. The kernel frees the lock when the process ends, however it ends.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeld(
                f"{path}: expected a free lock, got one that another program holds; stop it first"
            ) from error
        yield
    finally:
        os.close(handle)
