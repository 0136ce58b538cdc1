"""Puts a backup back: into an empty folder, or over a stopped service of the same keys.

What is there and newer stays: a log with a larger tree is never replaced by a smaller one. The database is the
backup's, so that a recovery follows at once, which takes what the log knows and the database does not at its worst.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.durable.storage import sole_writer
from audit.errors import AuditError
from audit.tlog.trust_policy import TrustPolicy
from audit.writer.log import LOCK
from audit.writer.log_copy import (
    position,
    readable_position,
    refuse_another_history,
    refuse_contradiction,
    state_directory,
)
from chassis.backup.archive import OnBytes
from chassis.backup.manifest import BackupManifest
from chassis.backup.putting_back import (
    OpenedBackup,
    Placement,
    drop,
    opened_backup,
    refuse_other_database,
    refuse_other_folder,
    refuse_other_keys,
)
from chassis.clock import Clock
from chassis.storage.online_copy import check_sqlite, database_files, refuse_in_use
from chassis.storage.postgres_dump import check_dump, put_back_dump
from consent import trust_file
from consent.backup.parts import DUMP, KEYS, LOG_FOLDER, PROGRAM, SQLITE, STATE_FOLDER, database_kind, own_log
from consent.errors import ConsentError, StoreUnavailable
from consent.keys import read_keys
from consent.operations.outside_view import OutsideCheck, OutsideView
from consent.operations.surviving_parts import newest_act
from consent.recovery.unknown_acts import Recovered
from consent.service import log_vkeys, recover_service
from consent.settings import SETTINGS_FILE, ConsentSettings, read_settings
from consent.trust_file import POLICY_FILE


@dataclass(frozen=True, slots=True)
class RestoredService:
    """What a restore did. keeps_log: the log that was there is the larger one, and stayed.

    aside: where what was replaced is kept, in the folder or in the database; recovered: what followed from the log.
    """

    manifest: BackupManifest
    keeps_log: bool
    aside: str
    recovered: Recovered


def put_back(
    archive: Path,
    directory: Path,
    *,
    key_file: Path,
    clock: Clock,
    agreed: Callable[[BackupManifest, bool], None] = lambda _manifest, _replaces: None,
    on_bytes: OnBytes | None = None,
    outside: OutsideCheck = OutsideCheck.IF_REACHABLE,
) -> RestoredService:
    """Restore `archive` into `directory` and recover.

    agreed: told what was opened and whether it takes the place of a database, raises to stop before anything changes.
    outside: whom to ask whether the log that will stand is the newest one.
    Raises BadBackup, a child of AuditError, InvalidSettings or StoreUnavailable with nothing changed; StoreUnavailable
    that says so if all is in place and the recovery was refused.
    """
    with opened_backup(archive, key_file=key_file, directory=directory, program=PROGRAM, on_bytes=on_bytes) as opened:
        settings = _settings(directory, opened)
        policy = _checked(directory, opened, settings)
        keeps_log = _keeps_log(settings, opened, policy)
        _refuse_loss(settings, opened, policy, keeps_log=keeps_log, outside=outside)
        agreed(opened.manifest, _holds_database(settings))
        with _stopped(settings):
            aside = _place(settings, opened, keeps_log=keeps_log, now=clock())
    return RestoredService(opened.manifest, keeps_log, aside, _recovered(settings, clock, outside))


def _settings(directory: Path, opened: OpenedBackup) -> ConsentSettings:
    """The settings that will hold: those that are there, else the backup's."""
    there = directory if (directory / SETTINGS_FILE).exists() else opened.folder
    return read_settings(there).model_copy(update={"directory": directory.resolve()})


def _checked(directory: Path, opened: OpenedBackup, settings: ConsentSettings) -> TrustPolicy:
    """Return the policy of the backup's log; raises if keys, database or log of the backup are not in order."""
    refuse_other_folder(directory, (SETTINGS_FILE, SQLITE, LOG_FOLDER, STATE_FOLDER, *KEYS))
    refuse_other_keys(directory, opened, KEYS)
    refuse_other_database(opened, database_kind(settings))
    if database_kind(settings) == "sqlite":
        check_sqlite(opened.folder / SQLITE)
    else:
        check_dump(opened.folder / DUMP)
    policy = own_log(settings, read_keys(opened.folder / "keys"))
    position(opened.folder / LOG_FOLDER, policy)
    return policy


def _keeps_log(settings: ConsentSettings, opened: OpenedBackup, policy: TrustPolicy) -> bool:
    """Return whether the log that is there stays: unless the backup's holds a larger tree, or more acts."""
    there = readable_position(settings.log_directory, policy)
    if there is None:
        return False
    refuse_another_history(settings.log_directory, opened.folder / LOG_FOLDER, policy)
    return not there.is_behind(position(opened.folder / LOG_FOLDER, policy))


def _refuse_loss(
    settings: ConsentSettings, opened: OpenedBackup, policy: TrustPolicy, *, keeps_log: bool, outside: OutsideCheck
) -> None:
    """Raise if nobody could go on with the log that will stand, or if somebody is known to have a newer one."""
    log = settings.log_directory if keeps_log else opened.folder / LOG_FOLDER
    stands, checkpoint = position(log, policy), refuse_contradiction(log, policy)
    known = _known_there(settings)
    if known > max(stands.act, opened.manifest.header.act):
        raise StoreUnavailable(
            f"the database that is there knows of {known:,} acts, the log that would stand of {stands.act:,}: what was "
            "decided since would be forgotten; run `homefield-consent recover` on this folder, or put the newest log "
            "back; to give those acts up, move this database away"
        )
    there = settings.directory if (settings.directory / POLICY_FILE).exists() else opened.folder
    trust = trust_file.read(there, log_vkeys(settings, read_keys(opened.folder / "keys")))
    OutsideView(trust.policy, settings.published_at).refuse_a_smaller_log(checkpoint, stands.sequenced, outside)


def _known_there(settings: ConsentSettings) -> int:
    """Return the newest act that the database that is there knows of; 0 for a damaged one: that is to be replaced."""
    with contextlib.suppress(StoreUnavailable):
        return newest_act(settings) or 0
    return 0


def _holds_database(settings: ConsentSettings) -> bool:
    return settings.database_file is None or settings.database_file.exists()


@contextlib.contextmanager
def _stopped(settings: ConsentSettings) -> Iterator[None]:
    """Hold what only a running service holds; raises LogUnavailable or BadBackup if one runs."""
    state = state_directory(settings.log_directory)
    with contextlib.ExitStack() as held:
        if state.is_dir():
            held.enter_context(sole_writer(state / LOCK))
        if settings.database_file is not None:
            refuse_in_use(settings.database_file)
        yield


def _place(settings: ConsentSettings, opened: OpenedBackup, *, keeps_log: bool, now: datetime) -> str:
    """Move everything into its place; returns where what was replaced is kept."""
    replaced, elsewhere, schema = [path.name for path in database_files(settings.directory / SQLITE)], {}, ""
    if keeps_log:
        drop(opened.folder, LOG_FOLDER, STATE_FOLDER)
    elif settings.log_directory == settings.directory / LOG_FOLDER:
        replaced += [LOG_FOLDER, STATE_FOLDER]
    else:
        elsewhere = {LOG_FOLDER: settings.log_directory, STATE_FOLDER: state_directory(settings.log_directory)}
    if settings.database_file is None:
        schema = put_back_dump(settings.database_url, opened.folder / DUMP, now=now)
        drop(opened.folder, DUMP)
    aside = Placement(settings.directory, now).put(opened.folder, replaced=replaced, last=[SQLITE], elsewhere=elsewhere)
    return ", ".join(filter(None, [str(aside or ""), schema and f"the database's schema {schema}"]))


def _recovered(settings: ConsentSettings, clock: Clock, outside: OutsideCheck) -> Recovered:
    try:
        return recover_service(settings, clock=clock, outside=outside)
    except (AuditError, ConsentError) as error:
        raise StoreUnavailable(f"everything is in place, but the service cannot start from it: {error}") from error
