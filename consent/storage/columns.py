"""Statements of columns, past the mapping of rows to objects: for what every decision asks, at a fifth of the time.

A statement is made once, with named parameters in place of values. What the session holds back is written first, so
that an answer is never older than what was changed in the same transaction. A row that was changed this way and is held
by the session as an object as well keeps its former value there: none is read again in such a transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Row
from sqlmodel import Session

ColumnRow = Row[*tuple[Any, ...]]
"""One row of such a statement: its columns in order, and by name."""


class ColumnStatements:
    """Such statements within one transaction of a session, over the connection that it holds until its end."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._connection: Connection | None = None

    def rows(self, statement: Executable, **parameters: Any) -> Sequence[ColumnRow]:
        """Return what one statement returns."""
        return self._after_what_waits().execute(statement, parameters).all()

    def change(self, statement: Executable, each: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement for each of these parameters; for none of them it does nothing."""
        if each:
            self._after_what_waits().execute(statement, each)

    def _after_what_waits(self) -> Connection:
        self.session.flush()
        if self._connection is None:
            self._connection = self.session.connection()
        return self._connection
