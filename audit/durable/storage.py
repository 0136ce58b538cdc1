"""The files of a log on disk, written in an order that survives a crash at any point.

Every file is written beside its place, forced to disk and renamed into it; a stage ends when the
directories that name its files are forced to disk too. Whoever reads therefore sees a whole file or none.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from audit.errors import LogUnavailable, SourceUnavailable
from chassis.errors import LockHeld
from chassis.files.lock import exclusive_lock

TEMPORARY = ".new-"
PUBLIC_FOLDER, PRIVATE_FOLDER = 0o755, 0o700
"""What others may do in a folder: read what is published, or nothing. A file is as readable as its folder."""
_AS_THE_UMASK_SAYS = 0o777
_FILE_BITS = 0o666


class Disk:
    """The six operations that change the disk; each either happens or raises OSError, possibly half done."""

    def create(self, path: Path, data: bytes) -> None:
        """Write a file, as readable as its folder whatever the umask is, and force it to disk."""
        with path.open("wb") as file:
            os.fchmod(file.fileno(), path.parent.stat().st_mode & _FILE_BITS)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def append(self, path: Path, data: bytes, *, at: int) -> None:
        """Write at the end of a file, which is `at` bytes long, and force it to disk.

        After an error nothing from `at` on may be relied on, and a later success says nothing about it: the
        kernel reports a failed write-back once and forgets it.
        """
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            view, done = memoryview(data), 0
            while done < len(data):  # a disk that is nearly full takes a part
                done += os.pwrite(handle, view[done:], at + done)
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, path: Path, to: Path) -> None:
        """Put a file into its place, over what may be there."""
        path.replace(to)

    def make_directory(self, path: Path, *, mode: int = _AS_THE_UMASK_SAYS) -> None:
        """Make one directory, unless it is there."""
        try:
            path.mkdir(mode=mode)
        except FileExistsError:
            if not path.is_dir():
                raise
            return
        if mode != _AS_THE_UMASK_SAYS:
            path.chmod(mode)  # a web server may read what is public, however narrow the program's umask is

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
    """Files below one directory, written in stages. `mode` is for the directory and those below it."""

    def __init__(self, directory: Path, disk: Disk, *, mode: int = PUBLIC_FOLDER) -> None:
        self.directory = directory
        self._disk = disk
        self._mode = mode
        # Directories known to be on disk, so that each is forced there once.
        self._made: set[Path] = set()

    def establish(self) -> None:
        """Make the directory and those above it that are missing, and force all their names to disk.

        Also the names of those that are there: an earlier process may have made them and died before it came so far.
        """
        above = self.directory.absolute().parents
        for path in reversed(above):
            if not path.exists():
                self._disk.make_directory(path)
            with contextlib.suppress(PermissionError):  # what we may not even list, we have not made
                self._disk.sync_directory(path)
        self._make_directory(self.directory)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Make these files durable, or raise OSError; on an error any of them may be old, new or absent."""
        targets = {self.directory / path: data for path, data in files.items()}
        for path in targets:
            self._make_directory(path.parent)
        try:
            for path, data in targets.items():
                self._disk.create(_temporary(path), data)
        except OSError:
            # Half-written files must not keep the space that a full disk lacks.
            self.remove(_temporary(path).relative_to(self.directory).as_posix() for path in targets)
            raise
        for path in targets:
            self._disk.rename(_temporary(path), path)
        for directory in sorted({path.parent for path in targets}):
            self._disk.sync_directory(directory)

    def append(self, path: str, data: bytes, *, at: int) -> None:
        """Add to the end of a file that is `at` bytes long; durable, or OSError, and then the file is undefined."""
        self._disk.append(self.directory / path, data, at=at)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove files and empty directories; what cannot be removed stays, which harms nobody."""
        for path in paths:
            with contextlib.suppress(OSError):
                self._disk.remove(self.directory / path)

    def read(self, path: str) -> bytes | None:
        """Return a file, or None if there is none."""
        try:
            return (self.directory / path).read_bytes()
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """Return the sorted names in a folder, none if there is no such folder."""
        try:
            return sorted(path.name for path in (self.directory / folder).iterdir())
        except FileNotFoundError:
            return []

    def _make_directory(self, path: Path) -> None:
        if path in self._made:
            return
        if path != self.directory:
            self._make_directory(path.parent)
        self._disk.make_directory(path, mode=self._mode)
        self._disk.sync_directory(path.parent)
        self._made.add(path)


@contextlib.contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; raises LogUnavailable if another process or object holds it."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(exclusive_lock(path))
        except LockHeld as error:
            raise LogUnavailable("another program is writing to this log; only one may") from error
        yield


@contextlib.contextmanager
def unavailable() -> Iterator[None]:
    """Turn every failure of the disk into LogUnavailable."""
    try:
        yield
    except (OSError, SourceUnavailable) as error:
        raise LogUnavailable(f"the log cannot be read or written: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """Return what the system says about a failure, without any path."""
    return getattr(error, "strerror", None) or type(error).__name__


def _temporary(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{path.name}")
