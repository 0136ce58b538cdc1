"""Putting a backup back: opened and checked beside what is there, which then is moved aside and never deleted."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from chassis.backup.archive import OnBytes, read_archive
from chassis.backup.folder_files import ASIDE
from chassis.backup.making import workspace
from chassis.backup.manifest import BackupManifest, DatabaseKind
from chassis.backup.recovery_key import read_identities
from chassis.errors import BadBackup
from chassis.files.durable_write import sync_folder

WORK: Final = ".restore"


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup whose every hash was right, in a private folder of its own."""

    folder: Path
    manifest: BackupManifest


@contextlib.contextmanager
def opened_backup(
    archive: Path, *, key_file: Path, directory: Path, program: str, on_bytes: OnBytes | None = None
) -> Iterator[OpenedBackup]:
    """Open a backup of `program` beside what `directory` holds, which nothing has changed yet.

    A folder that is made for it is gone again after an error. Raises BadBackup, LockHeld or OSError.
    """
    identities, is_new = read_identities(key_file), not directory.exists()
    if not archive.is_file():
        raise BadBackup(f"expected a backup, got {archive}")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with workspace(directory, WORK) as folder:
            manifest = read_archive(archive, folder, identities=identities, on_bytes=on_bytes)
            if manifest.header.program != program:
                raise BadBackup(f"expected a backup of {program}, got one of {manifest.header.program[:40]}")
            yield OpenedBackup(folder, manifest)
    finally:
        if is_new and not any(directory.iterdir()):
            directory.rmdir()


def refuse_other_folder(directory: Path, known: Sequence[str]) -> None:
    """Return for an empty folder, and for one that holds any of the `known` names of a program; raises BadBackup."""
    found = {path.name for path in directory.iterdir() if not path.name.startswith(".")}
    if found and not any((directory / name).exists() for name in known):
        raise BadBackup(f"expected an empty folder or the program's own, got {directory} with other files in it")


def refuse_other_keys(directory: Path, opened: OpenedBackup, names: Sequence[str]) -> None:
    """Return if every key file that both have is the same, and none of another service lies there; raises BadBackup."""
    for name in names:
        ours, theirs = directory / name, opened.folder / name
        if ours.exists() and (not theirs.exists() or ours.read_bytes() != theirs.read_bytes()):
            raise BadBackup(
                f"{directory} holds the keys of another service than the backup; restore into an empty folder"
            )


def refuse_other_database(opened: OpenedBackup, kind: DatabaseKind) -> None:
    """Return if the backup's database can go where the settings say; raises BadBackup."""
    if opened.manifest.header.database != kind:
        raise BadBackup(
            f"expected a backup of a {kind} database, as the settings ask for, got {opened.manifest.header.database}"
        )


@dataclass(slots=True)
class Placement:
    """Moves of one restore, undone if one of them fails. aside: where what was there is kept, made when needed."""

    directory: Path
    now: datetime
    _done: list[tuple[Path, Path]] = field(default_factory=list)

    @property
    def aside(self) -> Path:
        """The folder of what was replaced."""
        return self.directory / f"{ASIDE}{self.now:%Y%m%dT%H%M%SZ}"

    def put(
        self,
        folder: Path,
        *,
        replaced: Sequence[str],
        last: Sequence[str] = (),
        elsewhere: Mapping[str, Path] = MappingProxyType({}),
    ) -> Path | None:
        """Move what `replaced` names aside, then all that is in `folder` into place; what else is there stays.

        last: names that come into place after all others, so that a program never starts with half of it. elsewhere:
        names that belong to a place outside, where what they replace is kept beside them. Returns the folder of what
        was replaced, None if there was nothing. Raises OSError, with everything where it was.
        """
        try:
            for name in replaced:
                self._set_aside(name)
            for name, place in elsewhere.items():
                self._replace_elsewhere(folder / name, place)
            for one in sorted(folder.iterdir(), key=lambda path: (path.name in last, path.name)):
                self._fill(one, self.directory / one.name)
        except OSError:
            for source, target in reversed(self._done):
                target.rename(source)
            raise
        for place in {target.parent for _, target in self._done}:
            sync_folder(place)
        return self.aside if self.aside.exists() else None

    def _set_aside(self, name: str) -> None:
        if (self.directory / name).exists():
            (self.aside / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._move(self.directory / name, self.aside / name)

    def _replace_elsewhere(self, source: Path, target: Path) -> None:
        """It may be another disk, so that the whole of it is copied beside its place first."""
        copy = target.with_name(f".{target.name}.restore")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source, copy)
        if target.exists():
            self._move(target, target.with_name(f"{target.name}.{self.aside.name}"))
        self._move(copy, target)
        shutil.rmtree(source)

    def _fill(self, source: Path, target: Path) -> None:
        if not target.exists():
            self._move(source, target)
        elif source.is_dir() and target.is_dir():
            for one in sorted(source.iterdir()):
                self._fill(one, target / one.name)

    def _move(self, source: Path, target: Path) -> None:
        source.rename(target)
        self._done.append((source, target))


def drop(folder: Path, *names: str) -> None:
    """Take files or folders out of an opened backup, so that they are not put in place."""
    for name in names:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
