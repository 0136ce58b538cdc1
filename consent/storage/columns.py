"""Statements of columns, past the mapping of rows to objects: for what every decision asks, at a tenth of the time.

A session beside them is made when it is first asked for: most decisions need none, and to make, begin and end one takes
longer than five statements. What it holds back is written before each statement, so that an answer is never older than
what was changed in the same transaction. A row that was changed this way and is held by the session as an object as
well keeps its former value there: none is read again in such a transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from chassis.storage.driver_cursor import driver_cursor
from consent.storage.column_statement import ColumnRow, ColumnStatement


class ColumnStatements:
    """Such statements within one transaction of a connection, which begins with the first of them."""

    def __init__(self, connection: Connection, *, session: Session | None = None) -> None:
        """session: the one that holds the connection, if one does."""
        self._connection = connection
        self._session = session

    @classmethod
    def beside(cls, session: Session) -> "ColumnStatements":
        """Return those of a session's transaction."""
        return cls(session.connection(), session=session)

    @property
    def session(self) -> Session:
        """The session of the same transaction, which it neither commits nor ends."""
        if self._session is None:
            self._session = Session(self._begun(), expire_on_commit=False)
        return self._session

    def commit(self) -> None:
        """Commit everything, what the session holds back included."""
        self._after_what_waits().commit()

    def close(self) -> None:
        """Let go of what the session holds; the transaction is its connection's to end."""
        if self._session is not None:
            self._session.close()

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
        if self._session is not None:
            self._session.flush()
        return self._begun()

    def _begun(self) -> Connection:
        if not self._connection.in_transaction():
            self._connection.begin()
        return self._connection
