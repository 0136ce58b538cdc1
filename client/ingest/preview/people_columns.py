"""Columns whose cells are whole names of a node's athletes: the table is of several people, whatever it calls them."""

from collections.abc import Collection, Iterable
from itertools import islice

from client.biometrics.quality import QualityCounters
from client.ingest.cells.number_form import is_missing
from client.ingest.cells.whole_names import plain_name
from client.ingest.input_file import InputFile
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.text_table import find_tables

LEAST_NAMES = 0.5  # ours: of the filled cells; a trainer or a partner in a few rows is not the athlete of all
MOST_ROWS = 500  # ours: rows that show what a column holds


def holds_people(cells: Iterable[str], names: Collection[str]) -> bool:
    """True where at least half of the filled cells are whole names. names: as `plain_name` gives them."""
    filled = [cell for cell in cells if not is_missing(cell)]
    return bool(filled) and sum(plain_name(cell) in names for cell in filled) >= LEAST_NAMES * len(filled)


def unread_people(file: InputFile, mapping: CsvMapping, names: Collection[str]) -> tuple[str, frozenset[str]] | None:
    """Return a column of people that the mapping does not read, and whose names it holds; None where there is none."""
    for _, table in find_tables(file, mapping.columns, mapping.delimiter):
        rows = list(islice(table.rows(QualityCounters()), MOST_ROWS))
        for name in table.header:
            if not name or name in mapping.columns or name in table.repeated:
                continue
            cells = [row[name] for row in rows]
            if holds_people(cells, names):
                return name, frozenset(names) & frozenset(map(plain_name, cells))
    return None
