"""The decimal sign of a known table: an app writes a point, a spreadsheet that saved its file again perhaps a comma."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from client.biometrics.quality import QualityCounters
from client.ingest.cells.typed_cell import TypedCell
from client.ingest.text_table import TextTable

_WITH_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_WITH_POINT = re.compile(r"[+-]?\d+\.\d+", re.ASCII)


def pointed_rows(table: TextTable, names: Collection[str], counters: QualityCounters) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, the numbers in these columns with a decimal point also where it has commas."""
    if decimal_sign(table, names) == ".":
        yield from table.rows(counters)
        return
    for row in table.rows(counters):
        yield row | {name: _pointed(row[name]) for name in names if name in row}


def _pointed(cell: str) -> str:
    is_text = not isinstance(cell, TypedCell) and _WITH_COMMA.fullmatch(cell) is not None
    return cell.replace(",", ".") if is_text else cell


def decimal_sign(table: TextTable, names: Collection[str]) -> Literal[".", ","]:
    """Return a comma where numbers of these columns have commas and none a point, and no comma parts the cells."""
    if table.delimiter == ",":
        return "."
    return sign_of(row[name] for row in table.rows(QualityCounters()) for name in names if name in row)


def sign_of(cells: Iterable[str]) -> Literal[".", ","]:
    """Return a comma where numbers have commas and none a point; a cell that is no number ("1.5h") says nothing."""
    has_comma = False
    for cell in (one for one in cells if not isinstance(one, TypedCell)):
        if _WITH_POINT.fullmatch(cell):
            return "."
        has_comma = has_comma or _WITH_COMMA.fullmatch(cell) is not None
    return "," if has_comma else "."


def declared_decimal(table: TextTable, names: Collection[str]) -> Literal[".", ","] | None:
    """Return what a mapping of the table declares.

    That is a point where commas part the cells, as the makers write: a comma within a cell then groups ("1,050"). Of
    other tables a spreadsheet may have written the numbers, and their cells have to show what groups.
    """
    if table.delimiter == ",":
        return "."
    return "," if decimal_sign(table, names) == "," else None
