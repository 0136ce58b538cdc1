"""The files of a log on disk, written in an order that survives a crash at any point.

Every file is written beside its place, forced to disk and renamed into it; a stage ends when the
directories that name its files are forced to disk too. Whoever reads therefore sees a whole file or none.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from audit.errors import LogUnavailable

TEMPORARY = ".new-"


class Disk:
    """The five operations that change the disk; each either happens or raises OSError."""

    def create(self, path: Path, data: bytes) -> None:
        """Write a file and force it to disk."""
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, path: Path, to: Path) -> None:
        """Put a file into its place, over what may be there."""
        path.replace(to)

    def make_directory(self, path: Path) -> None:
        """Make one directory."""
        path.mkdir(exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        """Force the names in a directory to disk."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        path.rmdir() if path.is_dir() else path.unlink()


class FileStore:
    """Files below one directory, written in stages."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        self.directory = directory
        self._disk = disk
        # Directories known to be on disk, so that each is forced there once.
        self._made: set[Path] = set()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Make these files durable, or raise OSError; on an error any of them may be old, new or absent."""
        targets = {self.directory / path: data for path, data in files.items()}
        for path in targets:
            self._make_directory(path.parent)
        for path, data in targets.items():
            self._disk.create(_temporary(path), data)
        for path in targets:
            self._disk.rename(_temporary(path), path)
        for directory in sorted({path.parent for path in targets}):
            self._disk.sync_directory(directory)

    def remove(self, paths: list[str]) -> None:
        """Remove files and empty directories; what cannot be removed stays, which harms nobody."""
        with contextlib.suppress(OSError):
            for path in paths:
                self._disk.remove(self.directory / path)

    def read(self, path: str) -> bytes | None:
        """Return a file, or None if there is none."""
        try:
            return (self.directory / path).read_bytes()
        except FileNotFoundError:
            return None

    def _make_directory(self, path: Path) -> None:
        if path in self._made:
            return
        if path != self.directory:
            self._make_directory(path.parent)
        self._disk.make_directory(path)
        self._disk.sync_directory(path.parent)
        self._made.add(path)


@contextlib.contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; raises LogUnavailable if another process or object holds it.

    The kernel frees the lock when the process ends, however it ends.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise LogUnavailable("another program is writing to this log; only one may") from error
    finally:
        os.close(handle)


def _temporary(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{path.name}")
