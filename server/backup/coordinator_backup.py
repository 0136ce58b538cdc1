"""A coordinator's backup: database, keys, certificates, models and checkpoints of one moment."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from chassis.backup.archive import OnBytes
from chassis.backup.folder_backup import FolderProgram, RestoredFolder, back_up_folder, put_back_folder
from chassis.backup.making import BackupMade
from chassis.backup.manifest import BackupManifest
from chassis.backup.putting_back import OpenedBackup
from chassis.clock import Clock
from chassis.storage.postgres_dump import PostgresDatabase
from server.rows import CoordinatorCampaignRow
from server.settings import FILE_NAME, CoordinatorSettings, load_settings

PROGRAM: Final = "homefield-server"
KEYS: Final = ("keys/league.key", "tls/server.key")


def take(
    settings: CoordinatorSettings, *, into: Path, to: Sequence[str], clock: Clock, on_bytes: OnBytes | None = None
) -> BackupMade:
    """Make one backup while the coordinator runs; raises CannotBackUp, LockHeld, BadSecretFile or OSError."""
    program = _program(settings, settings.directory)
    service = settings.league_key().verify_key.key_id
    return back_up_folder(program, service=service, into=into, to=to, clock=clock, on_bytes=on_bytes)


def put_back(
    archive: Path,
    directory: Path,
    *,
    key_file: Path,
    clock: Clock,
    agreed: Callable[[BackupManifest, bool], None] = lambda _manifest, _replaces: None,
    on_bytes: OnBytes | None = None,
) -> RestoredFolder:
    """Restore a coordinator; raises BadBackup or BadCoordinatorSettings with nothing changed."""

    def program(opened: OpenedBackup) -> FolderProgram:
        there = directory if (directory / FILE_NAME).exists() else opened.folder
        return _program(load_settings(there), directory)

    return put_back_folder(
        archive,
        directory,
        program=program,
        name=PROGRAM,
        key_file=key_file,
        clock=clock,
        agreed=agreed,
        on_bytes=on_bytes,
    )


def _program(settings: CoordinatorSettings, directory: Path) -> FolderProgram:
    table = str(CoordinatorCampaignRow.__tablename__)
    database = None if settings.database_path is not None else PostgresDatabase(settings.database_url, table)
    return FolderProgram(PROGRAM, directory, KEYS, database)
