"""Replacing a small file in one step: a crash leaves the old bytes or the new ones, never half."""

import os
from pathlib import Path

from chassis.files.durable_write import sync_folder, write_durably


def replace_durably(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write `data` beside `path`, on the disk for sure, then put it in its place; raises OSError.

    The mode is set by the call that creates the file, so that there is no moment at which others could read it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode)
    os.fchmod(descriptor, mode)  # also where the temporary file of a crash was still there, with another mode
    write_durably(descriptor, data)
    temporary.replace(path)
    sync_folder(path.parent)
