"""The decimal sign of a known table: an app writes a point, a spreadsheet that saved its file again perhaps a comma."""

import re
from collections.abc import Collection
from typing import Literal

from client.biometrics.quality import QualityCounters
from client.ingest.cells.typed_cell import TypedCell
from client.ingest.text_table import TextTable

_WITH_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


def decimal_sign(table: TextTable, names: Collection[str]) -> Literal[".", ","]:
    """Return a comma where cells of these columns have commas and none a point, and no comma parts the cells."""
    if table.delimiter == ",":
        return "."
    cells = [row[name] for row in table.rows(QualityCounters()) for name in names if name in row]
    texts = [cell for cell in cells if not isinstance(cell, TypedCell)]
    has_comma = any(_WITH_COMMA.fullmatch(cell) for cell in texts)
    return "," if has_comma and not any("." in cell for cell in texts) else "."


def declared_decimal(table: TextTable, names: Collection[str]) -> Literal[","] | None:
    """Return what a mapping of the table declares: a point need not be, and then the cells may show what groups."""
    return "," if decimal_sign(table, names) == "," else None
