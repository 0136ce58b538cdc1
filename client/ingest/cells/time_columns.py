"""Which columns of an unknown table say when a row was, and in which form."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from client.ingest.cells.clock_time import read_clock, read_zone
from client.ingest.cells.number_form import is_missing
from client.ingest.cells.time_forms import MIN_READ_SHARE, TimeForms

_NAME = re.compile(
    r"(?<![a-z])(date|day|time|timestamp|datetime|start|begin|recorded|measured|when|datum|dato|fecha|zeit|jour)(?![a-z])"
)
_ZONE = re.compile(r"(?<![a-z])(zone|timezone|offset|utc)(?![a-z])")
_OF_DAY = re.compile(
    r"(?<![a-z])(time|start|clock|hour|uhrzeit|startzeit|beginn|anpfiff|heure|hora|klokkeslett|klockslag)(?![a-z])"
)
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
        forms = forms_of(name, cells[name])
        form = forms.form
        if form is not None:
            return _with_neighbours(name, forms, form, cells)
    return None


def _with_neighbours(name: str, forms: TimeForms, form: str, cells: Cells) -> FoundTime:
    has_clock = forms.has_clock or forms.is_numbered
    of_day = None if has_clock else _first(cells, name, _OF_DAY, lambda cell: read_clock(cell) is not None)
    zone = _first(cells, name, _ZONE, lambda cell: read_zone(str(cell)) is not None)
    return FoundTime(name, form, of_day, zone, forms.is_exchangeable)


def _first(cells: Cells, but: str, names: re.Pattern[str], reads: Callable[[str], bool]) -> str | None:
    found = (name for name in cells if name != but and names.search(name.lower()))
    return next((name for name in found if _share(cells[name], reads) >= MIN_READ_SHARE), None)


def forms_of(name: str, cells: Iterable[str]) -> TimeForms:
    """Return what the cells of a column with this name say of the form of its times."""
    forms = TimeForms(may_be_numbers=_NAME.search(name.lower()) is not None)
    for cell in cells:
        forms.see(cell)
    return forms


def _share(cells: Sequence[str], reads: Callable[[str], bool]) -> float:
    filled = [cell for cell in cells if not is_missing(cell)]
    return sum(map(reads, filled)) / len(filled) if filled else 0.0
