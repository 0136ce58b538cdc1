"""Which columns of an unknown table say when a row was, and in which form."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from client.ingest.cells.clock_time import read_clock, read_zone
from client.ingest.cells.number_form import is_missing
from client.ingest.cells.row_time import DayOrder, read_time
from client.ingest.cells.typed_cell import TypedCell

_SAMPLE = 10
MIN_READ_SHARE = 0.9  # ours: of a column's filled cells; a column of times has hardly any others
MIN_DIGITS_SHARE = 0.5  # ours: of a column's filled cells; a footer's word says nothing of the others' form
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %I:%M:%S %p")
_DAYS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%b %d, %Y",
    "%d %b %Y",
)
_PATTERNS = tuple(day + clock for day, clock in product(_DAYS, _CLOCKS))
_NUMBERED = ("excel", "unix_s", "unix_ms")
_NAME = re.compile(
    r"(?<![a-z])(date|day|time|timestamp|datetime|start|begin|recorded|measured|when|datum|dato|fecha|zeit|jour)(?![a-z])"
)
_ZONE = re.compile(r"(?<![a-z])(zone|timezone|offset|utc)(?![a-z])")
_OF_DAY = re.compile(r"(?<![a-z])(time|start|clock|hour)(?![a-z])")
EXCHANGEABLE = "every date can be read as day/month and as month/day; check the days of the rows below"

Cells = Mapping[str, Sequence[str]]
"""The cells of each column, in order."""


@dataclass(frozen=True, slots=True)
class FoundTime:
    """column, form, time_of_day, zone_column: as `TimeColumn` names them. is_exchangeable: day and month may be so."""

    column: str
    form: str
    time_of_day: str | None
    zone_column: str | None
    is_exchangeable: bool


def find_time(cells: Cells) -> FoundTime | None:
    """Return the column of times, a column named for them before any other; None where there is none."""
    order = sorted(cells, key=lambda name: _NAME.search(name.lower()) is None)
    for name in order:
        form = _form_of(name, cells[name])
        if form is not None:
            return _with_neighbours(name, form, cells)
    return None


def _with_neighbours(name: str, form: str, cells: Cells) -> FoundTime:
    filled = _filled(cells[name])
    has_clock = any(":" in cell for cell in filled) or form in _NUMBERED
    of_day = None if has_clock else _first(cells, name, _OF_DAY, lambda cell: read_clock(cell) is not None)
    zone = _first(cells, name, _ZONE, lambda cell: read_zone(str(cell)) is not None)
    return FoundTime(name, form, of_day, zone, _is_exchangeable(form, filled))


def _first(cells: Cells, but: str, names: re.Pattern[str], reads: Callable[[str], bool]) -> str | None:
    found = (name for name in cells if name != but and names.search(name.lower()))
    return next((name for name in found if _share(cells[name], reads) >= MIN_READ_SHARE), None)


def _form_of(name: str, cells: Sequence[str]) -> str | None:
    filled = _filled(cells)
    cells = [cell for cell in filled if any(map(str.isdigit, cell))]  # the others are words: "Total", "ongoing"
    first = cells[:_SAMPLE]
    if not first or len(cells) < MIN_DIGITS_SHARE * len(filled):
        return None
    has_clock = any(":" in cell for cell in first)
    forms = ("date", "iso", *(form for form in _PATTERNS if (":" in form) == has_clock))
    if _NAME.search(name.lower()) is not None:
        forms = (*forms, *_NUMBERED)
    possible = [form for form in forms if any(read_time(cell, form) is not None for cell in first)]
    read = {form: _share(cells, partial(_is_time, form=form)) for form in possible}
    best = max(read.values(), default=0.0)
    return None if best < MIN_READ_SHARE else next(form for form, share in read.items() if share == best)


def _is_time(cell: str, *, form: str) -> bool:
    return read_time(cell, form) is not None


def _is_exchangeable(form: str, filled: Sequence[str]) -> bool:
    """True where no date proves the order of day and month: with slashes both orders are in use."""
    if not form.startswith(("%d/%m", "%m/%d", "%d-%m")) or any(isinstance(cell, TypedCell) for cell in filled):
        return False
    order = DayOrder(form)
    for cell in filled:
        order.see(cell)
    return not order.as_said


def _share(cells: Sequence[str], reads: Callable[[str], bool]) -> float:
    filled = _filled(cells)
    return sum(map(reads, filled)) / len(filled) if filled else 0.0


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if not is_missing(cell)]
