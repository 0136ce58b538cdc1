"""Making one backup: a private folder to work in, the archive beside its final name, then the old ones deleted."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from chassis.backup.archive import BackupFile, OnBytes, write_archive
from chassis.backup.kept_backups import BackupSeries, opens_until
from chassis.backup.manifest import BackupHeader
from chassis.backup.recovery_key import parse_recipients
from chassis.errors import CannotBackUp
from chassis.files.durable_write import sync_folder
from chassis.files.lock import exclusive_folder

WORK: Final = ".backup"


@dataclass(frozen=True, slots=True)
class BackupMade:
    """What was made. opens_until: when the last backup that knows of this moment is deleted; deleted: old ones."""

    path: Path
    header: BackupHeader
    size: int
    opens_until: datetime
    deleted: tuple[str, ...]


@contextlib.contextmanager
def workspace(directory: Path, name: str = WORK) -> Iterator[Path]:
    """Give an empty private folder inside a program's folder, which is gone when the block ends.

    It holds copies of what the program may erase, so that one left by a cut-off run is removed first. One at a time:
    raises LockHeld, or OSError.
    """
    with exclusive_folder(directory):
        folder = directory / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def known_recipients(given: Sequence[str], stored: Sequence[str]) -> tuple[str, ...]:
    """Return to whom a backup is encrypted: whom the command line names, else whom the folder does.

    Raises CannotBackUp where neither does: an open backup would be a second copy of everything, for anyone.
    """
    recipients = tuple(given) or tuple(stored)
    if not recipients:
        raise CannotBackUp("expected a recovery key to encrypt to; run the command `backup-key` first, or give --to")
    parse_recipients(recipients)
    return recipients


def store_backup(
    into: Path,
    files: Sequence[BackupFile],
    header: BackupHeader,
    *,
    recipients: Sequence[str],
    on_bytes: OnBytes | None = None,
) -> BackupMade:
    """Write the archive of these files to the folder `into`, under its final name once it is whole on the disk.

    Then deletes the same program's backups that are older than 35 days. Raises CannotBackUp or OSError.
    """
    if not into.is_dir():
        raise CannotBackUp(f"expected a folder for backups, got {into}; make it, best on another machine's disk")
    series = BackupSeries(header.program, header.service)
    target, part = into / series.name(header.moment), into / series.part_name(header.moment)
    if target.exists():
        raise CannotBackUp(f"{target} is there already; wait a second and make the backup again")
    part.unlink(missing_ok=True)
    try:
        write_archive(part, files, header, recipients=parse_recipients(recipients), on_bytes=on_bytes)
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(into)
    deleted = series.delete_old(into, now=header.moment)
    return BackupMade(target, header, target.stat().st_size, opens_until(header.moment), deleted)
