"""What is read of a table with fixed columns, also where a spreadsheet saved it again in the form of its country."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from client.biometrics.quality import QualityCounters
from client.ingest.cells.row_time import read_time
from client.ingest.cells.time_forms import TimeForms
from client.ingest.cells.typed_cell import TypedCell
from client.ingest.known.date_form import forms_of_table
from client.ingest.known.decimal_sign import pointed_rows
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import TextTable

_ISO = ("date", "iso")


@dataclass(frozen=True, slots=True)
class ExportColumns:
    """The columns of an export that are read, as far as a table has them.

    times: of days and times. numbers: with a decimal point or comma. others: read as they are. own_form: how times of
    the maker's own form begin, where they are not ISO (`row_time`).
    """

    times: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    own_form: str = field(default="", kw_only=True)

    def rows(self, table: TextTable, counters: QualityCounters) -> Iterator[dict[str, str]]:
        """Yield the rows, their times as ISO and their numbers with points; a note names the columns not read.

        Raises UnreadableFile where dates can be read as day/month and as month/day.
        """
        note_unread(counters, table.header, {*self.times, *self.numbers, *self.others})
        forms = {name: form for name, form in self._forms(table).items() if form not in _ISO}
        for row in pointed_rows(table, self.numbers, counters):
            yield row | {name: _iso(row[name], form) for name, form in forms.items()} if forms else row

    def _forms(self, table: TextTable) -> dict[str, str]:
        seen = {name: TimeForms(may_be_numbers=True) for name in table.single_names if name in self.times}
        for row in table.rows(QualityCounters()):
            for name, forms in seen.items():
                forms.see(row[name])
        return forms_of_table(seen, own=self.own_form)


def _iso(cell: str, form: str) -> str:
    """Return a time as ISO; what is none in this form stays as it is, for whoever reads it to count."""
    found = None if isinstance(cell, TypedCell) else read_time(cell, form)
    return cell if found is None else found.isoformat()
