"""The columns of a table that a mapping reads, as a form shows them; and what of a mapping a role brings."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from client.biometrics.quality import QualityCounters
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.number_form import is_missing
from client.ingest.input_file import InputFile
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.text_table import TextTable, find_table
from client.uploads.contents import is_brought_by
from policies.vocabulary import Role

MOST_COLUMNS: Final = 80  # ours: as many streams as a mapping may have
_LOOKED_AT: Final = 50  # ours: rows in which a first value is looked for


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of the file. first_value: the first cell that is not empty; "" where there is none."""

    name: str
    first_value: str


def columns_of(file: InputFile, mapping: CsvMapping) -> tuple[TableColumn, ...]:
    """Return the columns of the table that a mapping reads, in their order."""
    table = find_table(file, mapping.columns, mapping.delimiter)
    return () if table is None else _columns(table)


def for_role(mapping: CsvMapping, role: Role) -> tuple[CsvMapping | None, tuple[str, ...]]:
    """Return the mapping without what this role does not bring, and the columns that are left out for that.

    None in place of a mapping that holds nothing else.
    """
    kept = [one for one in mapping.streams if is_brought_by(role, one.stream)]
    out = tuple(one.column for one in mapping.streams if not is_brought_by(role, one.stream))
    return mapping.model_copy(update={"streams": tuple(kept)}) if kept else None, out


def _columns(table: TextTable) -> tuple[TableColumn, ...]:
    read = [name for name in table.header if name and name not in table.repeated and not is_about_cycle(name)]
    names = read[:MOST_COLUMNS]
    first: dict[str, str] = {}
    for row in islice(table.rows(QualityCounters()), _LOOKED_AT):
        for name in names:
            if name not in first and not is_missing(row[name]):
                first[name] = row[name]
    return tuple(TableColumn(name, first.get(name, "")) for name in names)
