"""Bring a database to the newest schema, or say that it is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from chassis.errors import CannotMigrate, UnusableDatabase
from chassis.storage.migrate import Migrations
from consent.errors import StoreUnavailable

MIGRATIONS: Final = Migrations(Path(__file__).parent)


def upgrade(engine: Engine, *, leaf_hash_of: Callable[[int], bytes] | None = None) -> None:
    """Create or migrate the schema; raises StoreUnavailable if the database cannot be reached or changed.

    leaf_hash_of: the hash of the leaf at a place in the public log; needed only for a database of the first schema
    that holds entries, which knew them by their place.
    """
    try:
        MIGRATIONS.upgrade(engine, leaf_hash_of=leaf_hash_of or _no_log)
    except (CannotMigrate, UnusableDatabase) as error:
        raise StoreUnavailable(str(error)) from error


def newest() -> str | None:
    """The revision of the newest schema."""
    return MIGRATIONS.newest()


def _no_log(_index: int) -> bytes:
    raise StoreUnavailable("the database is of an earlier version and its log is not at hand; nothing was changed")
