"""The form in which a column of a known table writes its days, told from all of its cells."""

from collections.abc import Sequence

from client.errors import UnreadableFile
from client.ingest.cells.time_columns import find_time

TWO_ORDERS = (
    "its dates can be read as day/month and as month/day; write them as 2026-03-02, or describe it with --mapping"
)


def date_form(column: str, cells: Sequence[str]) -> str:
    """Return the form of a column of days; raises UnreadableFile where it has none, or where two orders fit."""
    found = find_time({column: cells})
    if found is None:
        raise UnreadableFile(f"the column {column} holds no days in a form that is known; write them as 2026-03-02")
    if found.is_exchangeable:
        raise UnreadableFile(TWO_ORDERS)
    return found.form
