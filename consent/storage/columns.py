"""Statements of columns, past the mapping of rows to objects: for what every decision asks, at a tenth of the time.

What the session holds back is written first, so that an answer is never older than what was changed in the same
transaction. A row that was changed this way and is held by the session as an object as well keeps its former value
there: none is read again in such a transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from chassis.storage.driver_cursor import driver_cursor
from consent.storage.column_statement import ColumnRow, ColumnStatement


class ColumnStatements:
    """Such statements within one transaction of a session, over the connection that it holds until its end."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._held: Connection | None = None

    def rows(self, statement: ColumnStatement, **parameters: Any) -> Sequence[ColumnRow]:
        """Return what one statement returns; raises SQLAlchemyError."""
        connection = self._after_what_waits()
        compiled = statement.compiled(connection.dialect, parameters)
        with driver_cursor(connection) as cursor:
            cursor.execute(*compiled.bound(parameters))
            return compiled.rows(cursor.fetchall())

    def change(self, statement: ColumnStatement, each: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each of these parameters; for none of them it does nothing. Raises SQLAlchemyError."""
        if not each:
            return
        connection = self._after_what_waits()
        compiled = statement.compiled(connection.dialect, each[0])
        bound = [compiled.bound(parameters) for parameters in each]
        with driver_cursor(connection) as cursor:
            cursor.executemany(bound[0][0], [values for _, values in bound])

    def _after_what_waits(self) -> Connection:
        self.session.flush()
        if self._held is None:
            self._held = self.session.connection()
        return self._held
