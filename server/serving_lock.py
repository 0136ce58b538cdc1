"""The lock of a coordinator's folder: held by the one that runs there, for as long as it does."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from chassis.errors import LockHeld
from chassis.files.lock import exclusive_lock
from server.errors import BadCoordinatorSettings

LOCK = "serving.lock"


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: a second coordinator would take the first one's campaigns for interrupted ones."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(exclusive_lock(folder / LOCK))
        except LockHeld as error:
            raise BadCoordinatorSettings(f"another coordinator is running in {folder}; stop it first") from error
        yield


def is_served(folder: Path) -> bool:
    """Whether a coordinator runs in this folder now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with exclusive_lock(folder / LOCK):
            return False
    except LockHeld:
        return True
