"""A database by its address: SQLite in a file of its own, or PostgreSQL. Errors of the engine name no values."""

from typing import Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from chassis.errors import UnusableDatabase
from chassis.storage.driver_cursor import driver_cursor
from chassis.storage.sqlite_file import BUSY_S, DURABLE, FORGETFUL, set_pragmas

Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]


def make_engine(url: str, *, busy_s: float = BUSY_S, isolation: Isolation = "READ COMMITTED") -> Engine:
    """Return the engine. SQLite: WAL, full synchronisation, foreign keys, explicit BEGIN.

    isolation: of PostgreSQL; SQLite is always serialisable. A connection with the execution option `is_writer` takes
    SQLite's writing lock when its transaction begins.
    Raises UnusableDatabase for an address that names no database this program can speak to.
    """
    try:
        if not url.startswith("sqlite"):
            return create_engine(url, pool_pre_ping=True, isolation_level=isolation, hide_parameters=True)
        arguments = {"timeout": busy_s, "check_same_thread": False}
        engine = create_engine(url, connect_args=arguments, hide_parameters=True)
    except ImportError as error:
        raise UnusableDatabase("the database's driver is not installed; install homefield[postgres]") from error
    except (SQLAlchemyError, ValueError) as error:
        raise UnusableDatabase("expected a database address such as postgresql+psycopg://host/name") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: object, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves, below
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection has no static type
    set_pragmas(cursor.execute, *DURABLE, *FORGETFUL, "foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    with driver_cursor(connection) as cursor:
        cursor.execute("BEGIN IMMEDIATE" if is_writer else "BEGIN")
