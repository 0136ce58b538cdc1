"""The two steps that make a new file durable: its bytes on the disk, then its name in the folder."""

import os
from pathlib import Path


def write_durably(descriptor: int, data: bytes) -> None:
    """Write `data` to an open file, force it to disk and close it; raises OSError."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Force the names in a folder to disk; raises OSError."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
