"""Brings a database of SQLAlchemy tables to its newest schema with Alembic, in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import CannotMigrate, UnusableDatabase


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
        return _scripts(self.scripts).get_current_head()

    def upgrade(self, engine: Engine, **attributes: object) -> None:
        """Create or migrate the schema; attributes: what single migrations need, read from Alembic's configuration.

        Raises UnusableDatabase if the database cannot be reached or changed, and CannotMigrate if it belongs to a
        newer program or its references no longer hold; nothing was changed then.
        """
        config = self.config()
        try:
            with _without_foreign_keys(engine) as connection:
                found = self._revision(connection, config)
                if found == self.newest():
                    return
                self._refuse_unknown(found)
                config.attributes.update({**attributes, "connection": connection})
                command.upgrade(config, "head")
                _check_references(connection)
        except SQLAlchemyError as error:
            raise UnusableDatabase(f"the database cannot be opened: {type(error).__name__}") from error

    def config(self) -> Config:
        """Return Alembic's configuration."""
        config = Config()
        config.set_main_option("script_location", str(self.scripts))
        return config

    def _revision(self, connection: Connection, config: Config) -> str | None:
        found = MigrationContext.configure(connection).get_current_revision()
        if found is None and self.unversioned is not None:
            table, revision = self.unversioned
            if inspect(connection).has_table(table):
                config.attributes["connection"] = connection
                command.stamp(config, revision)
                return revision
        return found

    def _refuse_unknown(self, found: str | None) -> None:
        known = {script.revision for script in _scripts(self.scripts).walk_revisions()}
        if found is not None and found not in known:
            raise CannotMigrate(f"this database is at revision {found[:40]}, which this program does not know")


@cache
def _scripts(folder: Path) -> ScriptDirectory:
    """The migrations of a folder, each file read once a process."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


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
