"""Reports of tracking systems with one row per athlete and drill: a session's totals, its drills kept as laps."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import Lap, RecordedSession, is_length, take_session
from client.ingest.sessions.squad.table_head import TableHead, table_head
from client.ingest.sessions.squad.zones import Zone, zones_of
from client.ingest.text_table import find_table

APP = "drill-report"
NAMES: Mapping[str, str] = {
    **dict.fromkeys(("player display name", "player name", "athlete", "athlete name", "player", "name"), "athlete"),
    **dict.fromkeys(("period name", "period", "drill title", "drill name", "drill", "phase name", "phase"), "drill"),
    **dict.fromkeys(("activity name", "session name", "session title", "session type"), "session"),
    **dict.fromkeys(("date", "session date", "activity date"), "date"),
    **dict.fromkeys(("start time", "session start time", "activity start time"), "start"),
    **dict.fromkeys(("duration", "total duration", "total time", "drill time"), "duration"),
    **dict.fromkeys(("total distance", "distance", "distance total"), "distance"),
    **dict.fromkeys(("hr avg", "avg hr", "average heart rate", "avg heart rate", "mean heart rate"), "mean_bpm"),
    **dict.fromkeys(("hr max", "max hr", "maximum heart rate", "max heart rate"), "max_bpm"),
}
_WHOLE = frozenset({"session", "entire session", "full session", "whole session", "all", "total", "overall", ""})
_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d(?:\.\d+)?)", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _DrillRow:
    drill: str
    day: date
    time: str
    session: str
    lap: Lap
    max_bpm: float | None
    zones: Mapping[Stream, float]


@dataclass(slots=True)
class _AthleteRows:
    rows: list[_DrillRow] = field(default_factory=list)
    lines: int = 0
    untimed: int = 0


def looks_like_drills(file: InputFile) -> bool:
    """True for a table that names athletes, drills and days, with a duration or a distance."""
    head = table_head(file, NAMES)
    return head is not None and head.has("athlete", "drill", "date") and (head.has("duration") or head.has("distance"))


def read_drills(file: InputFile, clock: LocalClock, label: str | None = None) -> dict[str, Reading]:
    """Return one reading per athlete; raises UnreadableFile where day and month cannot be told apart."""
    head = table_head(file, NAMES)
    table = find_table(file, [head.columns[one].name for one in ("athlete", "date")]) if head else None
    if head is None or table is None:
        raise UnreadableFile("expected a table with one row per athlete and drill")
    counters, zones = QualityCounters(), zones_of(head.header)
    rows = list(table.rows(counters))
    day_first = _day_first(row[head.columns["date"].name] for row in rows)
    athletes: dict[str, _AthleteRows] = defaultdict(_AthleteRows)
    for row in rows:
        found = athletes[row[head.columns["athlete"].name]]
        found.lines += 1
        parsed = _parsed(row, head, zones, day_first=day_first)
        if parsed is None:
            found.untimed += 1
        else:
            found.rows.append(parsed)
    check = ColumnCheck()
    return {name: _reading(file, clock, one, check) for name, one in athletes.items() if label in (None, name)}


def _reading(file: InputFile, clock: LocalClock, found: _AthleteRows, check: ColumnCheck) -> Reading:
    out = Collector(file, clock, app=APP, check=check)
    out.counters.rows = found.lines
    if found.untimed:
        out.counters.count("dropped:time_unreadable", found.untimed)
    sessions: dict[tuple[date, str, str], list[_DrillRow]] = defaultdict(list)
    for row in found.rows:
        sessions[row.day, row.session, row.time].append(row)
    for (day, name, time), rows in sessions.items():
        moment = _start(day, time, out)
        if moment is not None:
            out.begin_record(f"session {day} {time} {name}"[:100])
            _take(out, rows, moment)
    return out.reading()


def _take(out: Collector, rows: list[_DrillRow], moment: Moment) -> None:
    """Take the row of the whole session, where there is one, else the sum of its drills."""
    whole = [row for row in rows if row.drill.lower() in _WHOLE][:1]
    drills = [row for row in rows if row.drill.lower() not in _WHOLE]
    counted = whole or drills
    seconds = sum(row.lap.seconds for row in counted)
    if not seconds or not is_length(seconds):
        out.counters.count("dropped:activity_without_duration")
        return
    session = RecordedSession(
        moment,
        seconds,
        distance_m=_total(row.lap.distance_m for row in counted),
        mean_bpm=_mean([row.lap for row in counted]),
        max_bpm=max((row.max_bpm for row in counted if row.max_bpm is not None), default=None),
        laps=tuple(row.lap for row in drills if row.lap.seconds),
    )
    take_session(out, session)
    for stream in counted[0].zones:
        value = _total(row.zones.get(stream) for row in counted)
        if value is not None:
            out.number(stream, moment, value, end=moment.utc + timedelta(seconds=seconds))


def _total(values: Iterable[float | None]) -> float | None:
    """The sum; None where one of them is not known, for a part would look like the whole."""
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known) if found and len(known) == len(found) else None


def _mean(laps: list[Lap]) -> float | None:
    if any(lap.mean_bpm is None for lap in laps):
        return None
    return sum((lap.mean_bpm or 0.0) * lap.seconds for lap in laps) / sum(lap.seconds for lap in laps)


def _parsed(
    row: Mapping[str, str], head: TableHead, zones: Mapping[Stream, tuple[Zone, ...]], *, day_first: bool
) -> _DrillRow | None:
    cells = {meaning: row.get(column.name, "") for meaning, column in head.columns.items()}
    day = _day(cells["date"], day_first=day_first)
    if day is None:
        return None
    seconds = _seconds(cells.get("duration", ""), head) or 0.0
    metres = _number(cells.get("distance", ""))
    factor = head.columns["distance"].factor if head.has("distance") else 1.0
    return _DrillRow(
        drill=cells["drill"],
        day=day,
        time=cells.get("start", ""),
        session=cells.get("session", ""),
        lap=Lap(seconds, None if metres is None else metres * factor, _number(cells.get("mean_bpm", ""))),
        max_bpm=_number(cells.get("max_bpm", "")),
        zones=_zones(row, zones),
    )


def _zones(row: Mapping[str, str], zones: Mapping[Stream, tuple[Zone, ...]]) -> dict[Stream, float]:
    totals = {stream: _total(_number(row.get(zone.name, "")) for zone in of) for stream, of in zones.items()}
    return {stream: value for stream, value in totals.items() if value is not None}


def _number(cell: str) -> float | None:
    return plain_number(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)


def _seconds(cell: str, head: TableHead) -> float | None:
    """A duration is h:mm:ss, or a number whose column says its unit."""
    match = _CLOCK.fullmatch(cell)
    if match is not None:
        return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
    column = head.columns.get("duration")
    value = _number(cell)
    says_unit = column is not None and column.name.rstrip().endswith((")", "]"))
    return value * column.factor if value is not None and column is not None and says_unit else None


def _day_first(cells: Iterable[str]) -> bool:
    """True where the column proves that the day comes before the month."""
    pairs = [(int(match[1]), int(match[2])) for cell in cells if (match := _SLASHED.match(cell)) and "." not in cell]
    if any(month > 12 for _, month in pairs):
        return False
    if pairs and not any(day > 12 for day, _ in pairs):
        raise UnreadableFile("its dates do not tell day from month; export them as 2026-03-02, or use --mapping")
    return True


def _day(cell: str, *, day_first: bool) -> date | None:
    match = _SLASHED.match(cell)
    try:
        if match is None:
            return datetime.fromisoformat(cell).date()
        one, other, year = int(match[1]), int(match[2]), int(match[3])
        return date(year, other, one) if day_first else date(year, one, other)
    except ValueError:
        return None


def _start(day: date, time: str, out: Collector) -> Moment | None:
    match = _TIME.fullmatch(time)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return out.clock.local_day(day, out.counters)
    hour, minute, second = (int(part or 0) for part in match.groups())
    at = datetime(day.year, day.month, day.day, hour, minute, second % 60)  # noqa: DTZ001 - local on purpose
    return out.clock.local(at, out.counters)


READER = Reader(
    "drill-report",
    "Reports of Catapult, STATSports and Polar Team with one row per athlete and drill",
    "columns: athlete, drill and date",
    "per session: minutes, distance, heart rate, drills as laps, and of zones whose names say their bounds the "
    "distance above 5.5 and 7.0 m/s and the accelerations beyond 3 m/s²",
    "all other columns, names of sessions and drills",
    read_many=read_drills,
    is_by_schema=True,
)
