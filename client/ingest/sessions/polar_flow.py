"""Polar Flow's CSV of one session: a line of its summary, and below it what was recorded second by second."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from math import nan

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.clock_time import read_clock
from client.ingest.cells.number_form import NumberForm, clock_seconds, is_missing
from client.ingest.cells.row_time import read_time
from client.ingest.cells.time_columns import forms_of
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.date_form import forms_of_table
from client.ingest.known.decimal_sign import sign_of
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import LEAST_RECORDED, RecordedSession, is_on_foot, take_session
from client.ingest.sessions.squad.table_head import TrackingColumn, columns_by_meaning
from client.ingest.sessions.track import Track
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import TextTable, find_table, read_table

APP = "polar-flow"
_TOLD = ("Sport", "Date", "Start time", "Duration")
_RECORDED = ("Sample rate", "Time")
_OF_SUMMARY = {
    "total distance": Stream.DISTANCE,
    "average heart rate": Stream.HEART_RATE_MEAN,
    "max heart rate": Stream.HEART_RATE_MAX,
    "average power": Stream.POWER_MEAN,
}
_OF_SAMPLES = {"hr": "heart_rate", "speed": "speed", "distances": "distance", "power": "power"}
_ON_FOOT = (
    "run jog walk hik trek orienteer soccer football futsal handball basketball netball rugby lacrosse field_hockey "
    "tennis badminton squash volleyball athletics cricket baseball softball"
).split()
_OWN_ORDER = "%d"  # Flow writes day-month-year with hyphens; a spreadsheet that saved it again writes other signs
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)

_Row = Mapping[str, str]
_Columns = Mapping[str, TrackingColumn]


def looks_like_flow(file: InputFile, header: Collection[str]) -> bool:
    """True when the first line names the parts of a session's summary and a later one those of its samples."""
    return set(_TOLD) <= set(header) and _samples_in(file) is not None


def read_flow(file: InputFile, clock: LocalClock) -> Reading:
    """Read one session; raises UnreadableFile where its day can be read as day-month and as month-day."""
    out, summary, samples = Collector(file, clock, app=APP), read_table(file), _samples_in(file)
    if samples is None:
        raise UnreadableFile("expected a Polar Flow session with its summary and its samples; export it again")
    summary.check_single(_TOLD)
    samples.check_single(_RECORDED)
    told = next(summary.rows(QualityCounters()), {})
    columns = columns_by_meaning(summary.header, _OF_SUMMARY)
    recorded = columns_by_meaning(samples.header, _OF_SAMPLES)
    read = {*_TOLD, *_RECORDED, *(one.name for one in (*columns.values(), *recorded.values()))}
    note_unread(out.counters, (*summary.header, *samples.header), read)
    form = NumberForm(sign_of(_numbers(told, columns, samples, recorded)))
    track = _track(samples, recorded, form, out)
    if told:
        _take(out, told, {stream: _told(told, stream, columns, form, out) for stream in _OF_SUMMARY.values()}, track)
    else:
        out.counters.count("dropped:row_unreadable")
    return out.reading()


def _samples_in(file: InputFile) -> TextTable | None:
    return find_table(file, _RECORDED)


def _take(out: Collector, told: _Row, values: Mapping[Stream, float | None], track: Track) -> None:
    start, seconds = _start(told, out), clock_seconds(told["Duration"])
    if start is None:
        return
    if not seconds:
        out.counters.count("dropped:activity_without_duration")
        return
    is_cut = 0 < max(track.times, default=0.0) < LEAST_RECORDED * seconds
    if is_cut:
        out.cut_off("its samples end before the length that it says")
    out.begin_record(f"start {start.utc.isoformat()}")
    session = RecordedSession(
        start,
        seconds,
        distance_m=values[Stream.DISTANCE],
        mean_bpm=values[Stream.HEART_RATE_MEAN],
        max_bpm=values[Stream.HEART_RATE_MAX],
        mean_w=values[Stream.POWER_MEAN],
        summary=track.summary(on_foot=_is_on_foot(told["Sport"])) if len(track) > 1 else None,
        is_partial=is_cut,
    )
    take_session(out, session)


def _is_on_foot(sport: str) -> bool:
    """True where the sport is named in English as one on foot: its name may be in any language."""
    name = sport.lower().replace(" ", "_")
    return is_on_foot(name) and any(word in name for word in _ON_FOOT)


def _start(told: _Row, out: Collector) -> Moment | None:
    """Date and time are local."""
    cell = told["Date"]
    form = forms_of_table({"Date": forms_of("Date", [cell])}, own=_OWN_ORDER if "-" in cell else "").get("Date")
    day, clock = None if form is None else read_time(cell, form), read_clock(told["Start time"])
    if day is None or clock is None:
        out.counters.count("dropped:time_unreadable")
        return None
    return out.clock.local(datetime.combine(date(day.year, day.month, day.day), clock), out.counters)


def _numbers(told: _Row, columns: _Columns, samples: TextTable, recorded: _Columns) -> Iterator[str]:
    """Yield the cells that show the decimal sign; where commas part the cells, 1,050 may be a thousand and does not."""
    has_doubt = samples.delimiter == ","
    for names, rows in ((columns, iter((told,))), (recorded, samples.rows(QualityCounters()))):
        for row in rows:
            cells = (row.get(one.name, "") for one in names.values())
            yield from (cell for cell in cells if not (has_doubt and _GROUPED.fullmatch(cell)))


def _told(told: _Row, stream: Stream, columns: _Columns, form: NumberForm, out: Collector) -> float | None:
    """Return one number of the summary in its stream's unit; one that cannot be read is counted."""
    column = columns.get(stream)
    cell = "" if column is None else told.get(column.name, "")
    if column is None or is_missing(cell):
        return None
    value = form.read(cell)
    if isinstance(value, float):
        return value * column.factor
    out.counters.count(f"dropped:{value.word}_{stream.value}")
    return None


def _track(samples: TextTable, columns: _Columns, form: NumberForm, out: Collector) -> Track:
    """Return the samples at their seconds since the start; the lines are accounted for together, with the summary."""
    every, track, untimed = QualityCounters(), Track(), 0
    for row in samples.rows(every):
        seconds = clock_seconds(row["Time"])
        if seconds is None:
            untimed += 1
            continue
        track.append(seconds, **{what: _number(row, column, form) for what, column in columns.items()})
    report = every.report()
    out.counters.rows = 1 + report.rows
    if untimed:
        out.counters.count("dropped:time_unreadable", untimed)
    for code in filter(lambda one: one.startswith("dropped:"), report.details):
        out.counters.count(code, report.details[code])
    for note in report.notes:
        out.counters.note(note)
    return track


def _number(row: _Row, column: TrackingColumn, form: NumberForm) -> float:
    value = form.read(row.get(column.name, ""))
    return value * column.factor if isinstance(value, float) else nan


READER = Reader(
    "polar-flow",
    "Polar Flow session (CSV)",
    "columns of its summary and of its samples",
    "minutes, distance, heart rate, power, and what is summarised from its samples",
    "names, notes, size, weight and heart rates of the settings, single samples, altitude, energy",
    read_flow,
    is_by_schema=True,
)
