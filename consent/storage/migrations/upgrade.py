"""Bring a database to the newest schema, or say that it is not."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consent.errors import StoreUnavailable


def upgrade(engine: Engine, *, leaf_hash_of: Callable[[int], bytes] | None = None) -> None:
    """Create or migrate the schema; raises StoreUnavailable if the database cannot be reached or changed.

    leaf_hash_of: the hash of the leaf at a place in the public log; needed only for a database of the first schema
    that holds entries, which knew them by their place.
    """
    config = _config()
    try:
        with engine.execution_options(is_writer=True).begin() as connection:
            if MigrationContext.configure(connection).get_current_revision() == newest():
                return
            config.attributes["connection"] = connection
            config.attributes["leaf_hash_of"] = leaf_hash_of or _no_log
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database cannot be opened: {type(error).__name__}") from error


def newest() -> str | None:
    """The revision of the newest schema."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _no_log(_index: int) -> bytes:
    raise StoreUnavailable("the database is of an earlier version and its log is not at hand; nothing was changed")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
