"""Statements of columns, past the mapping of rows to objects: for what every decision asks, at a fifth of the time.

A statement is made once, with named parameters in place of values. What the session holds back is written first, so
that an answer is never older than what was changed in the same transaction. A row that was changed this way and is held
by the session as an object as well keeps its former value there: none is read again in such a transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlmodel import Session

ColumnRow = Row[*tuple[Any, ...]]
"""One row of such a statement: its columns in order, and by name."""


def rows(session: Session, statement: Executable, **parameters: Any) -> Sequence[ColumnRow]:
    """Return what one statement returns."""
    session.flush()
    return session.connection().execute(statement, parameters).all()


def change(session: Session, statement: Executable, each: Sequence[Mapping[str, Any]]) -> None:
    """Run one statement for each of these parameters; for none of them it does nothing."""
    if each:
        session.flush()
        session.connection().execute(statement, each)
