"""Cells of a mapped table as numbers, each column read in the form that all of its cells show."""

from collections.abc import Mapping
from dataclasses import dataclass

from client.biometrics.observations import is_in_range
from client.biometrics.streams import SPECS
from client.ingest.cells.number_form import ColumnSigns, NumberForm, Refusal, clock_seconds, is_missing
from client.ingest.cells.typed_cell import TypedCell
from client.ingest.mapping import CONVERSIONS, StreamColumn
from client.ingest.mapping import Mapping as CsvMapping

_MOST_SEEN = 1_000  # ours: cells of a column that are remembered, so that one that comes again is not judged again
LONGEST_MIN = 1440.0  # ours: what has a start and an end is no longer than a day


@dataclass(frozen=True, slots=True)
class CellNumber:
    """What a cell says. value: None where it is missing. factor: what makes the value one in the stream's unit."""

    value: float | Refusal | None
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads the cells of every column of numbers."""

    forms: Mapping[str, NumberForm]

    def number(self, entry: StreamColumn, text: str) -> CellNumber:
        """Read a cell of a stream's column. A duration may be written h:mm:ss where the mapping says no other unit."""
        if is_missing(text):
            return CellNumber(None)
        target = SPECS[entry.stream].unit
        seconds = clock_seconds(text) if entry.unit is None and ("s", target) in CONVERSIONS else None
        if seconds is not None and target != "ms":
            return CellNumber(seconds, CONVERSIONS[("s", target)])
        return CellNumber(_turned(entry, self.forms[entry.column].read(text)), entry.factor)

    def minutes(self, column: str, text: str) -> float | None:
        """Read a duration in minutes, or written h:mm:ss; None where it is none of up to a day."""
        if is_missing(text):
            return None
        seconds = clock_seconds(text)
        value = self.forms[column].read(text) if seconds is None else seconds / 60.0
        return value if isinstance(value, float) and 0 < value <= LONGEST_MIN else None


def _turned(entry: StreamColumn, value: float | Refusal) -> float | Refusal:
    """Turn an answer of a reversed column around; what is no answer of its scale stays as it is."""
    spec = SPECS[entry.stream]
    is_answer = isinstance(value, float) and spec.low <= value <= spec.high and value not in entry.sentinels
    return spec.low + spec.high - value if entry.reversed and is_answer and isinstance(value, float) else value


class SignedCells:
    """Looks at the cells with a point or a comma, column by column, to judge what the signs mean."""

    def __init__(self, mapping: CsvMapping) -> None:
        self._mapping = mapping
        self._streams = {entry.column: entry for entry in mapping.streams}
        names = [*self._streams, *([mapping.duration_min] if mapping.duration_min else [])]
        self._columns = {name: self._signs(name) for name in names}
        self._seen: dict[str, set[str]] = {name: set() for name in names}

    def see(self, row: Mapping[str, str]) -> None:
        """Take one row into account."""
        for name, signs in self._columns.items():
            cell, seen = row[name], self._seen[name]
            if ("." in cell or "," in cell) and not isinstance(cell, TypedCell) and cell not in seen:
                signs.see(cell)
                if len(seen) < _MOST_SEEN:
                    seen.add(cell)

    def reader(self) -> CellReader:
        """Return the reader of these columns."""
        return CellReader({name: signs.form() for name, signs in self._columns.items()})

    def _signs(self, name: str) -> ColumnSigns:
        entry = self._streams.get(name)

        def is_possible(value: float) -> bool:
            return 0 < value <= LONGEST_MIN if entry is None else is_in_range(entry.stream, value * entry.factor)

        return ColumnSigns(decimal=self._mapping.decimal, grouping=self._mapping.grouping, is_possible=is_possible)
