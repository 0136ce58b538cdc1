"""A copy of a PostgreSQL database of one moment with `pg_dump`, and its way back with `pg_restore` (custom format)."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import BadBackup, CannotBackUp

_SCHEMA: Final = "public"
_WAIT: Final = "10s"  # ours: as long as SQLite's writers wait for one another
_SAID_MOST: Final = 200


class PostgresCopy:
    """One database to be copied, as `chassis.storage.online_copy.SqliteCopy`. table: what every writer changes."""

    kind: Final = "postgresql"

    def __init__(self, url: str, *, table: str) -> None:
        """Raises CannotBackUp without `pg_dump`."""
        self._url = url
        self._table = table
        self._program = _program("pg_dump", CannotBackUp)
        self._engine = create_engine(url, isolation_level="REPEATABLE READ", hide_parameters=True)
        self._reader: Connection | None = None
        self._snapshot = ""

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Fix the moment and keep every writer waiting until the block ends; raises CannotBackUp."""
        try:
            with self._engine.connect().execution_options(isolation_level="READ COMMITTED") as lock, lock.begin():
                lock.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
                lock.execute(text(f"LOCK TABLE {self._table} IN EXCLUSIVE MODE"))
                self._drop_reader()
                self._reader = self._engine.connect()
                self._snapshot = self._reader.execute(text("SELECT pg_export_snapshot()")).scalar_one()
                yield
        except SQLAlchemyError as error:
            raise CannotBackUp(f"the database refused to be copied: {type(error).__name__}") from error

    def value(self, query: str) -> int:
        """Return the one number that a query finds at that moment."""
        if self._reader is None:
            raise CannotBackUp("expected a moment to copy")
        return int(self._reader.execute(text(query)).scalar_one())

    def copy(self, to: Path, _on_pages: object = None) -> None:
        """Write the database of that moment to a new file; raises CannotBackUp."""
        options = ("--format=custom", f"--snapshot={self._snapshot}", "--no-owner", "--no-privileges")
        _run(self._url, self._program, *options, f"--schema={_SCHEMA}", f"--file={to}", fails=CannotBackUp)

    def close(self) -> None:
        """Let go of the moment and of the database."""
        self._drop_reader()
        self._engine.dispose()

    def _drop_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A database of a program, by its address. table: what all who write it change first."""

    url: str = field(repr=False)
    table: str

    def source(self) -> PostgresCopy:
        """Return what copies it; raises CannotBackUp."""
        return PostgresCopy(self.url, table=self.table)

    def check(self, dump: Path) -> None:
        """Return if a dump can be read; raises BadBackup."""
        check_dump(dump)

    def put_back(self, dump: Path, *, now: datetime) -> str:
        """Put a dump in place; see `put_back_dump`."""
        return put_back_dump(self.url, dump, now=now)


def check_dump(dump: Path) -> None:
    """Return if `pg_restore` can read a dump; raises BadBackup."""
    _run("", _program("pg_restore", BadBackup), "--list", str(dump), fails=BadBackup)


def put_back_dump(url: str, dump: Path, *, now: datetime) -> str:
    """Put a dump in place; returns the schema that what was there is kept in, "" if there was nothing.

    All or nothing: after an error the database is as it was. Raises BadBackup.
    """
    program, aside = _program("pg_restore", BadBackup), ""
    engine = create_engine(url, hide_parameters=True)
    try:
        if inspect(engine).get_table_names(schema=_SCHEMA):
            aside = f"replaced_{now:%Y%m%dt%H%M%Sz}"
            _execute(engine, f"ALTER SCHEMA {_SCHEMA} RENAME TO {aside}", f"CREATE SCHEMA {_SCHEMA}")
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--schema={_SCHEMA}")
        try:
            _run(url, program, *options, f"--dbname={_conninfo(url)}", str(dump), fails=BadBackup)
        except BadBackup:
            if aside:
                _execute(engine, f"DROP SCHEMA {_SCHEMA} CASCADE", f"ALTER SCHEMA {aside} RENAME TO {_SCHEMA}")
            raise
    except SQLAlchemyError as error:
        raise BadBackup(f"the database refused what the backup holds: {type(error).__name__}") from error
    finally:
        engine.dispose()
    return aside


def _execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _program(name: str, error: type[BadBackup | CannotBackUp]) -> str:
    found = shutil.which(name)
    if found is None:
        raise error(f"expected `{name}` of PostgreSQL on the PATH, found none; install PostgreSQL's client programs")
    return found


def _run(url: str, program: str, *arguments: str, fails: type[BadBackup | CannotBackUp]) -> None:
    at = [f"--dbname={_conninfo(url)}"] if url and fails is CannotBackUp else []
    # The password goes through the environment: every user of the machine can read a command line.
    environment = {**os.environ, **({"PGPASSWORD": str(_parts(url).get("password", ""))} if url else {})}
    done = subprocess.run([program, *at, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.partition("\n")[0][:_SAID_MOST]  # further lines may quote a row
        raise fails(f"{Path(program).name} ended with code {done.returncode}: {said}")


def _parts(url: str) -> Mapping[str, object]:
    parsed = make_url(url)
    _, parts = parsed.get_dialect()().create_connect_args(parsed)
    return dict(parts)


def _conninfo(url: str) -> str:
    """Return libpq's own form of the address, without the password."""
    parts = {name: value for name, value in _parts(url).items() if name != "password" and value not in (None, "")}
    escaped = {name: str(value).replace("\\", "\\\\").replace("'", "\\'") for name, value in parts.items()}
    return " ".join(f"{name}='{value}'" for name, value in escaped.items())
