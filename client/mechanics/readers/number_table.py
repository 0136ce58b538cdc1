"""A table whose cells are numbers: rows with their place in the file, one sentence for a cell that cannot be one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.cells.number_form import NumberForm, Refusal, is_missing
from client.ingest.cells.shown_names import shown_names
from client.ingest.known.decimal_sign import decimal_sign
from client.ingest.text_table import TextTable

MOST_ROWS = 2_000_000  # ours: an hour of four points at 120 frames a second
_NAN = "nan"


@dataclass(frozen=True)
class NumberTable:
    """A table and the columns of it that hold numbers; the others are read as text."""

    table: TextTable
    numbers: Sequence[str]

    @cached_property
    def _form(self) -> NumberForm:
        return NumberForm(decimal_sign(self.table, self.numbers), grouping="")

    def rows(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield each row after its number, as a spreadsheet counts; raises UnreadableFile for one that does not fit."""
        counters = QualityCounters()
        for row in self.table.rows(counters):
            if counters.rows > MOST_ROWS:
                raise UnreadableFile(f"more than {MOST_ROWS:,} rows; give the bouts of one session alone")
            yield counters.ledger.places.now.row, row
        if counters.report().dropped:
            raise UnreadableFile("some rows have more or fewer cells than the header; export it again")

    def texts(self) -> set[str]:
        """Return the columns that hold something, and no number in any row."""
        cells = {name: [row[name] for _, row in self.rows() if not _is_unknown(row[name])] for name in self.numbers}
        return {name for name, one in cells.items() if one and all(map(self._is_text, one))}

    def _is_text(self, cell: str) -> bool:
        return isinstance(self._form.read(cell), Refusal)

    def number(self, place: int, row: Mapping[str, str], name: str, *, least: float, most: float, unit: str) -> float:
        """Return a number of a row, NaN for a missing one; raises UnreadableFile outside `least` to `most`."""
        cell = row[name]
        if _is_unknown(cell):
            return float("nan")
        found = self._form.read(cell)
        if isinstance(found, Refusal) or not least <= found <= most:
            raise UnreadableFile(
                f"row {place}, column {shown_names([name])}: expected {unit} between {least:g} and {most:g}, or an "
                "empty cell where it is not known"
            )
        return found


def _is_unknown(cell: str) -> bool:
    return is_missing(cell) or cell.strip().lower() == _NAN
