"""Brings a database of SQLAlchemy tables to its newest schema with Alembic, in one transaction.

Alembic takes a quarter of a second to load, as long as many a command takes for its work, so that it is loaded where
there is something to migrate: what most starts need to know stands in the database and in the names of the files.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import CannotMigrate, UnusableDatabase

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_FILE = "versions/r[0-9][0-9][0-9][0-9]*.py"  # named by the revision, which counts up


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations in one folder (`env.py`, `versions/`).

    unversioned: for databases that are older than the first migration, a table that they hold and the revision
    that such a database is at.
    """

    scripts: Path
    unversioned: tuple[str, str] | None = None

    def newest(self) -> str | None:
        """The revision of the newest schema."""
        return max((path.name[1:5] for path in self.scripts.glob(_FILE)), default=None)

    def upgrade(self, engine: Engine, **attributes: object) -> None:
        """Create or migrate the schema; attributes: what single migrations need, read from Alembic's configuration.

        Raises UnusableDatabase if the database cannot be reached or changed, and CannotMigrate if it belongs to a
        newer program or its references no longer hold; nothing was changed then.
        """
        try:
            with engine.connect() as connection:
                if _revision(connection) == self.newest():
                    return
            with _without_foreign_keys(engine) as connection:
                self._migrate(connection, attributes)
                _check_references(connection)
        except SQLAlchemyError as error:
            raise UnusableDatabase(f"the database cannot be opened: {type(error).__name__}") from error

    def _migrate(self, connection: Connection, attributes: dict[str, object]) -> None:
        from alembic import command

        config = self.config()
        config.attributes.update({**attributes, "connection": connection})
        found = _revision(connection)
        if found is None and self.unversioned is not None:
            table, revision = self.unversioned
            if inspect(connection).has_table(table):
                command.stamp(config, revision)
        self._refuse_unknown(found)
        command.upgrade(config, "head")

    def config(self) -> "Config":
        """Return Alembic's configuration."""
        return _config(self.scripts)

    def _refuse_unknown(self, found: str | None) -> None:
        known = {script.revision for script in _scripts(self.scripts).walk_revisions()}
        if found is not None and found not in known:
            raise CannotMigrate(f"this database is at revision {found[:40]}, which this program does not know")


def _revision(connection: Connection) -> str | None:
    """The revision that Alembic noted in the database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _config(folder: Path) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


@cache
def _scripts(folder: Path) -> "ScriptDirectory":
    """The migrations of a folder, each file read once a process."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(folder))


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """A writing transaction. SQLite rebuilds tables to change them, and must not follow references while it does."""
    with engine.execution_options(is_writer=True).connect() as connection:
        execute: Callable[[str], object] | None = None
        if engine.dialect.name == "sqlite":
            execute = connection.connection.driver_connection.execute  # type: ignore[union-attr]  # DB-API, untyped
            execute("PRAGMA foreign_keys=OFF")  # before a transaction begins: inside one it has no effect
        try:
            with connection.begin():
                yield connection
        finally:
            if execute is not None:
                execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise CannotMigrate(f"rows of {broken[0]} would refer to rows of {broken[2]} that are missing")
