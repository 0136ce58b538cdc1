"""Takes a backup beside the running service: database, log and log state of one moment.

Every append happens inside a transaction that has the database's writing lock. While that is held here nothing can be
appended, so that database and log agree; it is held for as long as the log's small files are copied, no longer.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from audit.tlog.trust_policy import TrustPolicy
from audit.writer.log_copy import copy_log, position
from chassis.backup.archive import BackupFile, OnBytes
from chassis.backup.folder_files import DATABASE_SUFFIX, file_names
from chassis.backup.making import BackupMade, known_recipients, store_backup, workspace
from chassis.backup.manifest import BackupHeader
from chassis.backup.recovery_key import read_recipients
from chassis.clock import Clock
from chassis.errors import CannotBackUp
from chassis.storage.online_copy import SqliteCopy
from chassis.storage.postgres_dump import PostgresCopy
from consent.backup.parts import DUMP, LOG_FOLDER, PROGRAM, SQLITE, STATE_FOLDER, database_copy, own_log
from consent.keys import read_keys
from consent.settings import ConsentSettings

HELD_AT_MOST_S: Final = 0.5  # ours: a withdrawal waits no longer for it
LOG_COPY: Final = "log-copy"
PAUSE_S: Final = 0.2
PATIENCE_S: Final = 60.0  # ours: far above what a publication writes for


def take(
    settings: ConsentSettings,
    *,
    into: Path,
    to: Sequence[str] = (),
    clock: Clock,
    on_bytes: OnBytes | None = None,
) -> BackupMade:
    """Make one backup in the folder `into` and delete what is older than 35 days.

    to: public recovery keys; those of the folder without. Raises CannotBackUp, LockHeld, InvalidSettings, a child of
    AuditError for a log that cannot be read, or OSError.
    """
    keys = read_keys(settings.keys_directory)
    policy = own_log(settings, keys)
    recipients = known_recipients(to, read_recipients(settings.directory))
    with workspace(settings.directory) as work, closing(database_copy(settings)) as database:
        moment, log = _of_one_moment(database, settings.log_directory, policy, work=work / LOG_COPY, clock=clock)
        copy = work / (SQLITE if database.kind == "sqlite" else DUMP)
        database.copy(copy)
        where = position(work / LOG_COPY / LOG_FOLDER, policy)
        plain = file_names(settings.directory, without=frozenset({LOG_FOLDER, STATE_FOLDER}))
        files = [_still(settings.directory, name, work) for name in plain if name != SQLITE]
        files += [BackupFile(name, path, name.startswith(f"{LOG_FOLDER}/")) for name, path in sorted(log.items())]
        header = BackupHeader(
            program=PROGRAM,
            service=keys.service.verify_key.key_id,
            moment=moment,
            database=database.kind,
            act=where.act,
            tree_size=where.sequenced,
        )
        made = [BackupFile(copy.name, copy), *files]
        return store_backup(into, made, header, recipients=recipients, on_bytes=on_bytes)


def _still(directory: Path, name: str, work: Path) -> BackupFile:
    """A file as it is, or the copy of a database that is of a moment of its own."""
    if not name.endswith(DATABASE_SUFFIX):
        return BackupFile(name, directory / name)
    with closing(SqliteCopy(directory / name)) as database:
        with database.held():
            pass
        database.copy(work / name)
    return BackupFile(name, work / name)


def _of_one_moment(
    database: SqliteCopy | PostgresCopy, log: Path, policy: TrustPolicy, *, work: Path, clock: Clock
) -> tuple[datetime, Mapping[str, Path]]:
    """Fix the database's moment and return it with the log's files as they were then."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with database.held():
            moment = clock().replace(microsecond=0)
            found = _standing_still(lambda: copy_log(log, policy, into=work, name=LOG_FOLDER))
        if found is not None:
            return moment, found
        pause.wait(PAUSE_S)
    raise CannotBackUp("the log changed for longer than a publication takes; make the backup again")


def _standing_still(copied: Callable[[], Mapping[str, Path] | None]) -> Mapping[str, Path] | None:
    """Try to copy for as long as writers may wait."""
    until = time.monotonic() + HELD_AT_MOST_S
    while (found := copied()) is None and time.monotonic() < until:
        pass
    return found
