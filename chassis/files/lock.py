"""One exclusive lock on a file or a folder, so that one program at a time owns what it stands for."""

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
    with _held(path, os.O_RDWR | os.O_CREAT):
        yield


@contextlib.contextmanager
def exclusive_folder(path: Path) -> Iterator[None]:
    """Hold a folder itself, which leaves no file in it; raises as `exclusive_lock`."""
    with _held(path, os.O_RDONLY | os.O_DIRECTORY):
        yield


@contextlib.contextmanager
def _held(path: Path, flags: int) -> Iterator[None]:
    handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
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
