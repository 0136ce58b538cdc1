"""Cells of drill reports: numbers in the form that their column shows, days and times of day."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from client.biometrics.observations import is_in_range
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.clock_time import read_clock
from client.ingest.cells.number_form import NumberForm, Refusal, column_form, is_missing
from client.ingest.clock import LocalClock

_WITH_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)", re.ASCII)


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


def drill_numbers(
    rows: Sequence[Mapping[str, str]], streams: Mapping[str, Stream], factors: Mapping[str, float]
) -> DrillNumbers:
    """Judge each column by all of its cells. factors: what a number is multiplied with, 1 where none is named."""
    forms = {
        name: _form({row.get(name, "") for row in rows}, of, factors.get(name, 1.0)) for name, of in streams.items()
    }
    return DrillNumbers(streams, forms)


def _form(cells: Collection[str], stream: Stream, factor: float) -> NumberForm:
    """Return the form of one column: these systems write a decimal point, and what a comma means has to be proved."""
    if not any("," in cell for cell in cells):
        return NumberForm()

    def is_possible(value: float) -> bool:
        return is_in_range(stream, value * factor)

    decimal = "," if _has_decimal_comma(cells) else None
    return column_form(cells, decimal=decimal, grouping=None, is_possible=is_possible)


def _has_decimal_comma(cells: Collection[str]) -> bool:
    """True where commas stand and no point, and one of them parts no group of thousands."""
    commas = [cell for cell in cells if _WITH_COMMA.fullmatch(cell)]
    return any(_GROUPED.fullmatch(cell) is None for cell in commas) and not any("." in cell for cell in cells)


def day_first(cells: Iterable[str]) -> bool:
    """True where the column proves that the day comes before the month; raises UnreadableFile where nothing does."""
    pairs = [(int(match[1]), int(match[2])) for cell in cells if (match := _SLASHED.match(cell)) and "." not in cell]
    if any(month > 12 for _, month in pairs):
        return False
    if pairs and not any(day > 12 for day, _ in pairs):
        raise UnreadableFile("its dates do not tell day from month; export them as 2026-03-02, or use --mapping")
    return True


def when(cell: str, start: str, clock: LocalClock, *, is_day_first: bool) -> tuple[date, time | None] | None:
    """Return the local day of a row and its time of day, where it says one; None without a day.

    start: the cell of the time, which goes before a time beside the day.
    """
    found = _moment(cell, is_day_first=is_day_first)
    if found is None:
        return None
    if isinstance(found, datetime) and found.tzinfo is not None:
        found = found.astimezone(clock.zone) if not found.utcoffset() else found
    said = read_clock(start)
    if said is not None or not isinstance(found, datetime):
        return (found.date() if isinstance(found, datetime) else found), said
    beside = found.time().replace(tzinfo=None)
    return found.date(), beside if beside != time() else None


def _moment(cell: str, *, is_day_first: bool) -> date | datetime | None:
    match = _SLASHED.match(cell)
    try:
        if match is None:
            return datetime.fromisoformat(cell)
        one, other, year = int(match[1]), int(match[2]), int(match[3])
        day = date(year, other, one) if is_day_first else date(year, one, other)
    except (ValueError, OverflowError):
        return None
    beside = read_clock(cell[match.end() :].lstrip(" ,T"))
    return day if beside is None else datetime.combine(day, beside)
