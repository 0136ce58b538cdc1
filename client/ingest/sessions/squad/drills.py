"""Reports of tracking systems with one row per athlete and drill: a session's totals, its drills kept as laps."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import Lap, RecordedSession, is_length, take_session
from client.ingest.sessions.squad.drill_cells import DrillColumns, DrillNumbers, RefusedCells
from client.ingest.sessions.squad.drill_sessions import DrillRow, DrillSession, sessions_of
from client.ingest.sessions.squad.report_days import ReportDays, holds_day, when
from client.ingest.sessions.squad.table_head import TableHead, table_head
from client.ingest.sessions.squad.zones import Zone, zones_of
from client.ingest.tables.unassigned_rows import hand_over, names_somebody
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import TextTable, find_table

APP = "drill-report"
NAMES: Mapping[str, str] = {
    **dict.fromkeys(("player display name", "player name", "athlete", "athlete name", "player", "name"), "athlete"),
    **dict.fromkeys(("period name", "period", "drill title", "drill name", "drill", "phase name", "phase"), "drill"),
    **dict.fromkeys(("activity name", "session name", "session title", "session type"), "session"),
    **dict.fromkeys(("date", "session date", "activity date", "drill date"), "date"),
    **dict.fromkeys(
        (*("start time", "session start time", "activity start time", "start", "session start"), "drill start time"),
        "start",
    ),
    **dict.fromkeys(("duration", "total duration", "total time", "drill time"), "duration"),
    **dict.fromkeys(("total distance", "distance", "distance total"), "distance"),
    **dict.fromkeys(("hr avg", "avg hr", "average heart rate", "avg heart rate", "mean heart rate"), "mean_bpm"),
    **dict.fromkeys(("hr max", "max hr", "maximum heart rate", "max heart rate"), "max_bpm"),
}
MOST_ROWS = 200_000  # ours: 40 athletes, 16 drills a day, 300 days; in under 300 MiB of memory
MOST_LOOKED_AT = 20  # ours: rows that tell whether starts hold days
LACKING = "a session has no {what}, for one of its drills has none"
_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d(?:\.\d+)?)", re.ASCII)
_HELD = {
    "distance": Stream.DISTANCE,
    "duration": Stream.ACTIVITY_DURATION_MIN,
    "mean_bpm": Stream.HEART_RATE_MEAN,
    "max_bpm": Stream.HEART_RATE_MAX,
}


@dataclass(slots=True)
class _AthleteRows:
    rows: list[DrillRow] = field(default_factory=list)
    lines: int = 0
    untimed: int = 0
    refused: RefusedCells = field(default_factory=Counter)

    def take(self, report: "_Report", line: Mapping[str, str]) -> None:
        """Take one line of the report."""
        self.lines += 1
        row = report.parsed(line, self)
        if row is None:
            self.untimed += 1
        else:
            self.rows.append(row)


def looks_like_drills(file: InputFile) -> bool:
    """True for a table that names athletes, drills and days, with a duration or a distance."""
    head = table_head(file, NAMES)
    if head is None or not head.has("athlete", "drill") or not (head.has("duration") or head.has("distance")):
        return False
    return (
        head.has("date")
        or holds_day(head.said.get("date", ""))
        or (head.has("start") and _starts_hold_days(file, head))
    )


def _starts_hold_days(file: InputFile, head: TableHead) -> bool:
    """True where the start of a row is a day with its time, as Polar Team writes it, and no time of day alone."""
    name = head.columns["start"].name
    table = find_table(file, [head.columns["athlete"].name, name])
    if table is None or name in table.repeated:
        return False
    first = [row[name] for row in islice(table.rows(QualityCounters()), MOST_LOOKED_AT)]
    return any(map(holds_day, first))


def read_drills(file: InputFile, clock: LocalClock, label: str | None = None) -> dict[str, Reading]:
    """Return one reading per athlete.

    Raises UnreadableFile where a column that is read stands there twice, and where day and month cannot be told apart.
    """
    head = table_head(file, NAMES)
    table = None if head is None else find_table(file, [head.columns[one].name for one in ("athlete", "drill")])
    if head is None or table is None:
        raise UnreadableFile("expected a table with one row per athlete and drill")
    head.check_single()
    counters, zones = QualityCounters(), zones_of(table.header)
    for name in head.of_unknown_unit(NAMES):
        counters.note(f"the column {name} is not read: its unit is not known")
    note_unread(counters, table.header, _read_names(head, zones))
    table.check_single({zone.name for found in zones.values() for zone in found})
    report = _judged(file, table, _Report(head, zones, clock))
    athletes: dict[str, _AthleteRows] = defaultdict(_AthleteRows)
    for row in table.rows(counters):
        name = row[head.columns["athlete"].name]
        if names_somebody(name, counters):
            athletes[name].take(report, row)
        if counters.rows > MOST_ROWS:
            raise UnreadableFile(
                f"expected at most {MOST_ROWS:,} rows of drills, found more; export fewer weeks at once"
            )
    check = ColumnCheck()
    outs = {name: _collected(file, clock, one, check) for name, one in athletes.items() if label in (None, name)}
    if outs or label is None:
        hand_over(counters, outs)
    return {name: out.reading() for name, out in outs.items()}


def _judged(file: InputFile, table: TextTable, report: "_Report") -> "_Report":
    """Go through the rows once to see how their days and numbers are written."""
    order, columns = ReportDays(), _columns_of_numbers(report.head, report.zones)
    for row in table.rows(QualityCounters()):
        order.see(report.day_and_start(row)[0])
        columns.see(row)
    return replace(report, numbers=columns.numbers(), is_day_first=order.is_day_first(file.name))


def _read_names(head: TableHead, zones: Mapping[Stream, tuple[Zone, ...]]) -> set[str]:
    """Return the columns that are read, and those that a note says more of."""
    of_zones = {zone.name for of in zones.values() for zone in of}
    return {column.name for column in head.columns.values()} | of_zones | set(head.of_unknown_unit(NAMES))


def _collected(file: InputFile, clock: LocalClock, found: _AthleteRows, check: ColumnCheck) -> Collector:
    out = Collector(file, clock, app=APP, check=check)
    out.counters.rows = found.lines
    if found.untimed:
        out.counters.count("dropped:time_unreadable", found.untimed)
    for (stream, why), cells in sorted(found.refused.items()):
        out.counters.count(f"dropped:{why.word}_{stream.value}", cells)
    days: dict[tuple[date, str], list[DrillRow]] = defaultdict(list)
    for row in found.rows:
        days[row.day, row.session].append(row)
    names: Counter[str] = Counter()
    for rows in days.values():
        for session in sessions_of(rows):
            _take(out, session, names)
    return out


def _take(out: Collector, session: DrillSession, names: Counter[str]) -> None:
    """Take the row of the whole session, where there is one, else the sum of its drills."""
    first, counted = session.counted[0], session.counted
    moment = _start(first, out)
    if moment is None:
        return
    seconds = sum(row.lap.seconds for row in counted)
    if not seconds or not is_length(seconds):
        out.counters.count("dropped:activity_without_duration")
        return
    name = f"session {first.day} {first.told_time} {first.session}"[:100]
    names[name] += 1
    out.begin_record(name if names[name] == 1 else f"{name} {names[name]}")
    recorded = RecordedSession(
        moment,
        seconds,
        distance_m=_total(row.lap.distance_m for row in counted),
        mean_bpm=_mean([row.lap for row in counted]),
        max_bpm=max((row.max_bpm for row in counted if row.max_bpm is not None), default=None),
        laps=tuple(row.lap for row in session.drills if row.lap.seconds),
    )
    take_session(out, recorded)
    if recorded.distance_m is None and any(row.lap.distance_m is not None for row in counted):
        out.counters.note(LACKING.format(what="distance"))
    for stream in dict.fromkeys(stream for row in counted for stream in row.zones):
        value = _total(row.zones.get(stream) for row in counted)
        if value is None:
            out.counters.count(f"missing:{stream.value}")
            out.counters.note(LACKING.format(what=stream.value.replace("_", " ")))
        else:
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


def _columns_of_numbers(head: TableHead, zones: Mapping[Stream, tuple[Zone, ...]]) -> DrillColumns:
    """Return what judges the columns of numbers."""
    streams = {head.columns[what].name: stream for what, stream in _HELD.items() if head.has(what)}
    factors = {head.columns[what].name: head.columns[what].factor for what in _HELD if head.has(what)}
    if head.has("duration"):
        factors[head.columns["duration"].name] /= 60.0
    streams |= {zone.name: stream for stream, of in zones.items() for zone in of if zone.name not in streams}
    return DrillColumns(streams, factors)


@dataclass(frozen=True, slots=True)
class _Report:
    """Parses the rows of one report. numbers, is_day_first: how its cells are written."""

    head: TableHead
    zones: Mapping[Stream, tuple[Zone, ...]]
    clock: LocalClock
    numbers: DrillNumbers = field(default_factory=lambda: DrillNumbers({}, {}))
    is_day_first: bool = True

    def parsed(self, row: Mapping[str, str], found: _AthleteRows) -> DrillRow | None:
        """Return a row; None where its day cannot be read. What is no number is counted for its athlete."""
        cells = {meaning: row.get(column.name, "") for meaning, column in self.head.columns.items()}
        at = when(*self.day_and_start(row), self.clock, is_day_first=self.is_day_first)
        if at is None:
            return None
        metres = self._number(row, "distance", found.refused)
        mean, most = (self._number(row, what, found.refused) for what in ("mean_bpm", "max_bpm"))
        return DrillRow(
            drill=cells["drill"],
            day=at[0],
            time=at[1],
            told_time=cells.get("start", ""),
            session=cells.get("session", ""),
            lap=Lap(self._seconds(row, found.refused) or 0.0, metres, mean),
            max_bpm=most,
            zones=self._zones(row, found.refused),
        )

    def day_and_start(self, row: Mapping[str, str]) -> tuple[str, str]:
        """Return the cell of a row's day and that of its time: of columns, of the start, or of the lines above."""
        start = row[self.head.columns["start"].name] if self.head.has("start") else self.head.said.get("start time", "")
        if self.head.has("date"):
            return row[self.head.columns["date"].name], start
        said = self.head.said.get("date", "")
        return (said, start) if holds_day(said) else (start, "")

    def _number(self, row: Mapping[str, str], what: str, refused: RefusedCells) -> float | None:
        if not self.head.has(what):
            return None
        value = self.numbers.read(row, self.head.columns[what].name, refused)
        return None if value is None else value * self.head.columns[what].factor

    def _seconds(self, row: Mapping[str, str], refused: RefusedCells) -> float | None:
        """A duration is h:mm:ss, or a number whose column says its unit."""
        column = self.head.columns.get("duration")
        text = "" if column is None else row.get(column.name, "")
        match = _CLOCK.fullmatch(text)
        if match is not None:
            return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
        says_unit = column is not None and column.name.rstrip().endswith((")", "]"))
        return self._number(row, "duration", refused) if says_unit else None

    def _zones(self, row: Mapping[str, str], refused: RefusedCells) -> dict[Stream, float]:
        names = {zone.name for of in self.zones.values() for zone in of}
        values = {name: self.numbers.read(row, name, refused) for name in names}
        totals = {stream: _total(values[zone.name] for zone in of) for stream, of in self.zones.items()}
        return {stream: value for stream, value in totals.items() if value is not None}


def _start(row: DrillRow, out: Collector) -> Moment | None:
    if row.time is None:
        return out.clock.local_day(row.day, out.counters)
    return out.clock.local(row.begins, out.counters)


READER = Reader(
    "drill-report",
    "Reports of Catapult, STATSports and Polar Team with one row per athlete and drill",
    "columns: athlete, drill and date, or a start with its day",
    "per session: minutes, distance, heart rate, drills as laps, and of zones whose names say their bounds the "
    "distance above 5.5 and 7.0 m/s and the accelerations beyond 3 m/s²",
    "all other columns, names of sessions and drills",
    read_many=read_drills,
    is_by_schema=True,
)
