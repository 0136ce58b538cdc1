"""Backup and restore of a program whose folder holds SQLite databases and plain files; one may be in PostgreSQL.

All databases are of one moment; plain files are written once or replaced whole, so that they are read as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from chassis.backup.archive import BackupFile, OnBytes
from chassis.backup.folder_files import DATABASE_SUFFIX, file_names
from chassis.backup.making import BackupMade, known_recipients, store_backup, workspace
from chassis.backup.manifest import BackupHeader, BackupManifest, DatabaseKind
from chassis.backup.putting_back import (
    OpenedBackup,
    Placement,
    drop,
    opened_backup,
    refuse_other_database,
    refuse_other_folder,
    refuse_other_keys,
)
from chassis.backup.recovery_key import read_recipients
from chassis.clock import Clock
from chassis.errors import BadBackup
from chassis.storage.online_copy import SqliteCopy, check_sqlite, database_files, refuse_in_use

DUMP: Final = "database.dump"


class OnlineDatabase(Protocol):
    """A database that is copied while others write it."""

    def held(self) -> AbstractContextManager[None]:
        """Fix the moment, and keep writers waiting until the block ends."""
        ...

    def copy(self, to: Path) -> None:
        """Write what stood at that moment to a new file."""
        ...

    def close(self) -> None:
        """Let go of the moment."""
        ...


class DatabaseServer(Protocol):
    """A database outside the folder (`chassis.storage.postgres_dump.PostgresDatabase`)."""

    def source(self) -> OnlineDatabase:
        """Return what copies it."""
        ...

    def check(self, dump: Path) -> None:
        """Return if a copy can be read; raises BadBackup."""
        ...

    def put_back(self, dump: Path, *, now: datetime) -> str:
        """Put a copy in place; returns where what was there is kept."""
        ...


@dataclass(frozen=True, slots=True)
class FolderProgram:
    """A program and its folder. key_files: what makes the folder this program's and nobody else's, by name.

    server: its database where that is not SQLite in the folder.
    """

    name: str
    directory: Path
    key_files: Sequence[str]
    server: DatabaseServer | None = None

    @property
    def database(self) -> DatabaseKind:
        """Which kind of database it has."""
        return "sqlite" if self.server is None else "postgresql"


@dataclass(frozen=True, slots=True)
class RestoredFolder:
    """What a restore did. aside: where what was replaced is kept, "" if there was nothing."""

    manifest: BackupManifest
    aside: str


def back_up_folder(
    program: FolderProgram,
    *,
    service: str,
    into: Path,
    to: Sequence[str],
    clock: Clock,
    on_bytes: OnBytes | None = None,
) -> BackupMade:
    """Make one backup while the program runs, and delete what is older than 35 days.

    service: id of the key that the program signs with. Raises CannotBackUp, LockHeld or OSError.
    """
    directory = program.directory
    recipients = known_recipients(to, read_recipients(directory))
    names = list(file_names(directory))
    sources = _databases(program, names)
    with workspace(directory) as work, ExitStack() as opened:
        for source in sources.values():
            opened.enter_context(closing(source))
        with ExitStack() as held:
            for name in sorted(sources):
                held.enter_context(sources[name].held())
            moment = clock().replace(microsecond=0)
        for name, source in sources.items():
            (work / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.copy(work / name)
        files = [BackupFile(name, work / name) for name in sources]
        files += [BackupFile(name, directory / name) for name in names if name not in sources]
        header = BackupHeader(program=program.name, service=service, moment=moment, database=program.database)
        return store_backup(into, files, header, recipients=recipients, on_bytes=on_bytes)


def _databases(program: FolderProgram, names: Sequence[str]) -> Mapping[str, OnlineDatabase]:
    found: dict[str, OnlineDatabase] = {
        name: SqliteCopy(program.directory / name) for name in names if name.endswith(DATABASE_SUFFIX)
    }
    if program.server is not None:
        found[DUMP] = program.server.source()
    return found


def put_back_folder(
    archive: Path,
    directory: Path,
    *,
    program: Callable[[OpenedBackup], FolderProgram],
    name: str,
    key_file: Path,
    clock: Clock,
    prepare: Callable[[OpenedBackup], None] = lambda _: None,
    agreed: Callable[[BackupManifest, bool], None] = lambda _manifest, _replaces: None,
    on_bytes: OnBytes | None = None,
) -> RestoredFolder:
    """Restore a backup of the program `name` into an empty folder, or over a stopped program of the same keys.

    program: what the settings that will hold say. prepare: changes the opened backup before anything is put in place.
    agreed: told what was opened and whether it takes the place of a database; raises to stop. Until then nothing has
    changed. Raises BadBackup, LockHeld or OSError.
    """
    with opened_backup(archive, key_file=key_file, directory=directory, program=name, on_bytes=on_bytes) as opened:
        target = program(opened)
        refuse_other_folder(directory, target.key_files)
        refuse_other_keys(directory, opened, target.key_files)
        refuse_other_database(opened, target.database)
        databases = _checked(target, opened)
        agreed(opened.manifest, target.server is not None or any((directory / one).exists() for one in databases))
        for one in databases:
            refuse_in_use(directory / one)
        prepare(opened)
        return RestoredFolder(opened.manifest, _placed(target, opened, databases, clock))


def _checked(target: FolderProgram, opened: OpenedBackup) -> list[str]:
    """Return the names of the backup's SQLite databases, each of which opens."""
    names = [name for name in opened.manifest.members if name.endswith(DATABASE_SUFFIX)]
    for name in names:
        check_sqlite(opened.folder / name)
    if target.server is not None:
        target.server.check(opened.folder / DUMP)
    elif not names:
        raise BadBackup("the backup holds no database; nothing was put back, use another one")
    return names


def _placed(target: FolderProgram, opened: OpenedBackup, databases: Sequence[str], clock: Clock) -> str:
    now, schema = clock(), ""
    if target.server is not None:
        schema = target.server.put_back(opened.folder / DUMP, now=now)
        drop(opened.folder, DUMP)
    replaced = [
        path.relative_to(target.directory).as_posix()
        for name in databases
        for path in database_files(target.directory / name)
    ]
    aside = Placement(target.directory, now).put(opened.folder, replaced=replaced, last=databases)
    return ", ".join(filter(None, [str(aside or ""), schema and f"the database's schema {schema}"]))
