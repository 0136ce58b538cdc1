"""Numbers of drill reports, in the form that their column shows."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from client.biometrics.observations import is_in_range
from client.biometrics.streams import Stream
from client.ingest.cells.number_form import ColumnSigns, NumberForm, Refusal, is_missing

_WITH_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+", re.ASCII)


RefusedCells = Counter[tuple[Stream, Refusal]]
"""Cells by what they should hold and by why they are no number."""


@dataclass(frozen=True, slots=True)
class DrillNumbers:
    """Reads the columns of numbers. streams: what each column holds, by its name."""

    streams: Mapping[str, Stream]
    forms: Mapping[str, NumberForm]

    def read(self, row: Mapping[str, str], name: str, refused: RefusedCells) -> float | None:
        """Return the number in a column of a row; None, and counted among the refused, where it is none."""
        text = row.get(name, "")
        if is_missing(text):
            return None
        value = self.forms[name].read(text)
        if isinstance(value, float):
            return value
        refused[self.streams[name], value] += 1
        return None


class DrillColumns:
    """Judges each column of numbers by all of its cells, which are looked at and not held.

    streams: what each column holds, by its name. factors: what a number is multiplied with, 1 where none is named.
    """

    def __init__(self, streams: Mapping[str, Stream], factors: Mapping[str, float]) -> None:
        self._streams = streams
        self._looks = {name: _Signs(stream, factors.get(name, 1.0)) for name, stream in streams.items()}

    def see(self, row: Mapping[str, str]) -> None:
        """Take one row into account."""
        for name, look in self._looks.items():
            cell = row.get(name, "")
            if "," in cell or "." in cell:
                look.see(cell)

    def numbers(self) -> DrillNumbers:
        """Return what reads these columns."""
        return DrillNumbers(self._streams, {name: look.form() for name, look in self._looks.items()})


class _Signs:
    """The signs of one column: these systems write a decimal point, and what a comma means has to be proved."""

    def __init__(self, stream: Stream, factor: float) -> None:
        def is_possible(value: float) -> bool:
            return is_in_range(stream, value * factor)

        self._has_comma = self._has_point = self._parts_no_group = False
        self._as_point = ColumnSigns(decimal=None, grouping=None, is_possible=is_possible)
        self._as_comma = ColumnSigns(decimal=",", grouping=None, is_possible=is_possible)

    def see(self, cell: str) -> None:
        self._has_comma |= "," in cell
        self._has_point |= "." in cell
        self._parts_no_group |= _WITH_COMMA.fullmatch(cell) is not None and _GROUPED.fullmatch(cell) is None
        self._as_point.see(cell)
        self._as_comma.see(cell)

    def form(self) -> NumberForm:
        if not self._has_comma:
            return NumberForm()
        return (self._as_comma if self._parts_no_group and not self._has_point else self._as_point).form()
