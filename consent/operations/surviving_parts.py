"""What is there of a service's database and log, asked before anything is opened: opening makes what is missing, empty.

An empty database beside a log would give everyone a fresh budget; an empty log beside a database is another log of the
same name, and stands in the way of the one that is put back.
"""

from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from audit.errors import LogCorrupt
from audit.tlog.checkpoint import CHECKPOINT
from consent.errors import StoreUnavailable
from consent.settings import ConsentSettings
from consent.storage.transaction import make_engine

RESTORE: Final = "put one back with `homefield-consent restore`"
MIRROR: Final = "put the newest log back, from a mirror if there is one, with its .state folder if that survived"


def newest_act(settings: ConsentSettings) -> int | None:
    """Return the newest act that the service's database knows of; None if there is none, or an empty one.

    It is 0 of a database from before acts had numbers. Raises StoreUnavailable for one that cannot be read.
    """
    if settings.database_file is not None and not settings.database_file.exists():
        return None
    engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            tables = inspect(connection)
            if not tables.has_table("org") or connection.execute(text("SELECT 1 FROM org")).first() is None:
                return None
            is_counted = tables.has_table("log_progress")
            if not is_counted or "act" not in {column["name"] for column in tables.get_columns("log_progress")}:
                return 0
            return int(connection.execute(text("SELECT act FROM log_progress")).scalar() or 0)
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database cannot be read: {type(error).__name__}") from error
    finally:
        engine.dispose()


def refuse_missing_parts(settings: ConsentSettings, *, recovers: bool) -> None:
    """Return if a start, or a recovery, makes nothing that was there once; raises StoreUnavailable or LogCorrupt."""
    has_database = newest_act(settings) is not None
    if recovers and not has_database:
        raise StoreUnavailable(f"the database is missing or empty; {RESTORE}, which recovers as well")
    if has_database and not (settings.log_directory / CHECKPOINT).exists():
        raise LogCorrupt(
            f"the public log is missing: no checkpoint in {settings.log_directory}; {MIRROR}, then run "
            "`homefield-consent recover` on this folder"
        )
