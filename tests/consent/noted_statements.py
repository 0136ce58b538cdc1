"""What a service asks its database: statements of SQLAlchemy, and those of columns, which pass it by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from consent.storage.column_statement import ColumnStatement
from consent.storage.columns import ColumnStatements

Note = Callable[[str, int], None]
"""Takes a statement and the number of rows that it is run for."""


@contextmanager
def noted_statements(engine: Engine, note: Note) -> Iterator[None]:
    """Call `note` with each statement that is run meanwhile, transactions' begin and end left out."""
    rows, change = ColumnStatements.rows, ColumnStatements.change

    def noting(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        note(statement, len(parameters) if many else 1)

    def noting_rows(self: ColumnStatements, statement: ColumnStatement, **parameters: Any) -> Any:
        note(str(statement.statement), 1)
        return rows(self, statement, **parameters)

    def noting_change(self: ColumnStatements, statement: ColumnStatement, each: Sequence[Mapping[str, Any]]) -> None:
        if each:
            note(str(statement.statement), len(each))
        change(self, statement, each)

    event.listen(engine, "before_cursor_execute", noting)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ColumnStatements, "rows", noting_rows)
        patched.setattr(ColumnStatements, "change", noting_change)
        yield
    event.remove(engine, "before_cursor_execute", noting)
