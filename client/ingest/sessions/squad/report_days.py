"""Days and times of day in reports of drills, with the order of day and month that the whole report proves."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from client.errors import UnreadableFile
from client.ingest.cells.clock_time import read_clock
from client.ingest.clock import LocalClock

_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)", re.ASCII)
_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", re.ASCII)


@dataclass(slots=True)
class ReportDays:
    """What the days of a report tell of their order, cell by cell. Points always part the day first."""

    _is_day_first: bool = False
    _is_month_first: bool = False
    _pairs: set[tuple[int, int, int]] = field(default_factory=set)

    def see(self, cell: str) -> None:
        """Take one cell into account."""
        match = _SLASHED.match(cell)
        if match is None or match[2] == ".":
            return
        first, second = int(match[1]), int(match[3])
        self._is_day_first |= first > 12
        self._is_month_first |= second > 12
        if first <= 12 and second <= 12:
            self._pairs.add((first, second, int(match[4])))

    def is_day_first(self, file_name: str) -> bool:
        """Return whether the day comes first; the day in the file's name tells it where the column does not.

        Raises UnreadableFile where nothing tells it, or the column proves both.
        """
        if self._is_day_first != self._is_month_first:
            return self._is_day_first
        proved = set() if self._is_day_first else self._told_by(file_name)
        if len(proved) == 1:
            return proved.pop()
        if self._pairs or self._is_day_first:
            raise UnreadableFile("its dates do not tell day from month; export them as 2026-03-02, or use --mapping")
        return True

    def _told_by(self, file_name: str) -> set[bool]:
        """Return the orders in which a day of the report is the one that the name of its file says."""
        found: set[bool] = set()
        for year, month, day in (tuple(map(int, match.groups())) for match in _IN_NAME.finditer(file_name)):
            found |= {True} if (day, month, year) in self._pairs else set()
            found |= {False} if (month, day, year) in self._pairs else set()
        return found


def holds_day(cell: str) -> bool:
    """True for a cell that begins with a day."""
    return any(_moment(cell, is_day_first=order) is not None for order in (True, False))


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
        one, other, year = int(match[1]), int(match[3]), int(match[4])
        day = date(year, other, one) if is_day_first or match[2] == "." else date(year, one, other)
    except (ValueError, OverflowError):
        return None
    beside = read_clock(cell[match.end() :].lstrip(" ,T"))
    return day if beside is None else datetime.combine(day, beside)
