"""Which files of a watched folder are finished: those whose size and time of change two looks found alike."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from client.ingest.input_file import paths_below

TAKEN = "taken"
"""The folder within a watched one to which files are moved; what lies in it is not looked at."""
_PARTS = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")  # names that copying programs use


class FileStamp(NamedTuple):
    """What shows that a file was written to: its size in bytes, its time of change in ns, and which file it is."""

    size: int
    changed_ns: int
    inode: int


LookIntoFolders = Callable[[], Mapping[Path, FileStamp]]
"""Returns every file that may be taken, as it is now."""


def look_into(folders: Iterable[Path]) -> dict[Path, FileStamp]:
    """Return the files in these folders: no links, no hidden ones, none that a program is still copying."""
    found: dict[Path, FileStamp] = {}
    for folder in folders:
        for path in paths_below(folder):
            stamp = _stamp(path) if _may_be_taken(path.relative_to(folder)) else None
            if stamp is not None:
                found[path] = stamp
    return found


def count_taken(folders: Iterable[Path]) -> int:
    """Return how many files lie in the folders to which imported ones are moved."""
    return sum(stamp_of(path) is not None for folder in folders for path in paths_below(folder / TAKEN))


def stamp_of(path: Path) -> FileStamp | None:
    """Return the stamp of a file as it is now; None where there is none, or a link."""
    return _stamp(path)


def _may_be_taken(path: Path) -> bool:
    is_hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return not is_hidden and TAKEN not in path.parts[:-1] and path.suffix.lower() not in _PARTS


def _stamp(path: Path) -> FileStamp | None:
    try:
        found = path.lstat()
    except OSError:  # it went away between being listed and being looked at
        return None
    is_file = path.is_file() and not path.is_symlink()
    return FileStamp(found.st_size, found.st_mtime_ns, found.st_ino) if is_file else None


class FinishedFiles:
    """Remembers the look before, and what was handed out: a file comes once, and again when it was written to anew."""

    def __init__(self, look: LookIntoFolders) -> None:
        self._look = look
        self._before: dict[Path, FileStamp] = {}
        self._handed: dict[Path, FileStamp] = {}
        self.lying: tuple[Path, ...] = ()

    def next(self) -> dict[Path, FileStamp]:
        """Look once more and return the files that are finished since; `lying` are all that are there now."""
        now = dict(self._look())
        self.lying = tuple(now)
        self._handed = {path: stamp for path, stamp in self._handed.items() if path in now}
        found = {
            path: stamp
            for path, stamp in now.items()
            if self._before.get(path) == stamp and self._handed.get(path) != stamp and stamp.size > 0
        }
        self._handed.update(found)
        self._before = now
        return found

    def put_back(self, paths: Iterable[Path]) -> None:
        """Have files handed out again at the next look: nothing was done with them."""
        for path in paths:
            self._handed.pop(path, None)


def put_away(path: Path, folder: Path) -> None:
    """Move a file to `taken` within its watched folder, under a name that is free. Raises OSError."""
    target = folder / TAKEN / path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while True:
        free = target if number == 1 else target.with_name(f"{target.stem} ({number}){target.suffix}")
        try:
            os.link(path, free)  # fails where the name is taken, which a rename would overwrite
        except FileExistsError:
            number += 1
            continue
        path.unlink()
        return
