"""What belongs to a consent service's backup, by its name in the archive and in the service's folder."""

from typing import Final

from audit.tlog.note_keys import Verifier
from audit.tlog.trust_policy import KnownLog, TrustPolicy
from chassis.backup.manifest import DatabaseKind
from chassis.storage.online_copy import SqliteCopy
from chassis.storage.postgres_dump import PostgresCopy
from consent.keys import LOG, MASTER, SERVICE, ServiceKeys
from consent.service import log_vkeys
from consent.settings import ConsentSettings

PROGRAM: Final = "homefield-consent"
SQLITE: Final = "consent.sqlite3"
DUMP: Final = "consent.dump"
LOG_FOLDER: Final = "log"
STATE_FOLDER: Final = "log.state"
KEYS: Final = tuple(f"keys/{name}" for name in (SERVICE, LOG, MASTER))
PROGRESS_TABLE: Final = "log_progress"
"""The table that every act changes before it is appended: who holds it keeps appends waiting."""


def database_kind(settings: ConsentSettings) -> DatabaseKind:
    """Return which kind of database the settings name."""
    return "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"


def database_copy(settings: ConsentSettings) -> SqliteCopy | PostgresCopy:
    """Return what copies the service's database; raises CannotBackUp."""
    if settings.database_file is not None:
        return SqliteCopy(settings.database_file)
    return PostgresCopy(settings.database_url, table=PROGRESS_TABLE)


def own_log(settings: ConsentSettings, keys: ServiceKeys) -> TrustPolicy:
    """Return the policy by which we believe our own disk: one key of the log is enough."""
    return TrustPolicy(tuple(KnownLog(Verifier.from_vkey(vkey)) for vkey in log_vkeys(settings, keys)))
