"""A cursor of the database's driver, for what is run so often that SQLAlchemy's work around it would be most of it."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError


@contextlib.contextmanager
def driver_cursor(connection: Connection) -> Iterator[DBAPICursor]:
    """Open one in the transaction of `connection`; errors of the driver become those of SQLAlchemy, without values."""
    cursor, errors = connection.connection.cursor(), connection.dialect.loaded_dbapi.Error
    try:
        yield cursor
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, hide_parameters=True) from error
    finally:
        cursor.close()
