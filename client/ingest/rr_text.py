"""Beat-to-beat intervals as text, in ms or s: one a line, or beside elapsed time or a time stamp (`interval_lines`)."""

import re
from datetime import UTC, datetime, timedelta

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.interval_lines import MIN_BEATS, PLAUSIBLE_MS, IntervalLines, split_lines
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import decoded

APP = "rr-text"
LONGEST_GAP_MS = 3_600_000.0  # ours: a recorder that heard no beat for an hour was not worn
_DATE_IN_NAME = re.compile(r"(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?:[T_ -]?(\d{2})[-_:]?(\d{2}))?")


def read_intervals(file: InputFile, clock: LocalClock, *, recorded: Moment | None = None) -> Reading:
    """Read one recording. Its start is `recorded`, else the first time stamp, the date in the name or that of import.

    Impossible intervals stay in their places as artefacts: no difference may be taken across them.
    Raises UnreadableFile when too few numbers look like intervals in ms or s, and when its day cannot be read.
    """
    out = Collector(file, clock, app=APP)
    lines = split_lines(decoded(file))
    intervals = _in_ms(lines, out)
    start = recorded or _stamped(lines, intervals[0], out) or _start_from_name(file.name, clock, lines, out)
    end = start.utc + timedelta(milliseconds=sum(map(_length_ms, intervals)))
    artefacts = sum(not PLAUSIBLE_MS[0] <= value <= PLAUSIBLE_MS[1] for value in intervals)
    if artefacts:
        out.counters.count("artefact:rr_intervals", artefacts)
    clamped = tuple(min(max(value, 1.0), 10_000.0) for value in intervals)
    out.series(Stream.RR_INTERVALS, start, clamped, end=end, quality=())
    return out.reading()


def _in_ms(lines: IntervalLines, out: Collector) -> list[float]:
    """Return the intervals in ms; the lines are counted together, for they make one reading."""
    out.counters.rows = lines.rows
    found = lines.intervals()
    if found is None:
        raise UnreadableFile(_why_none(lines))
    values, factor = found
    note_unread(out.counters, lines.other_names, ())
    unread = lines.ragged + sum(value is None for value in values)
    if unread:
        out.counters.count("dropped:not_a_number_rr_intervals", unread)
    known = [value * factor for value in values if value is not None]
    if factor != 1.0:
        out.counters.count("unit:rr_intervals", len(known))
    return known


def _why_none(lines: IntervalLines) -> str:
    """Say what the numbers are, as far as they tell it, and what to bring in their place."""
    if lines.rows < MIN_BEATS:
        return f"expected at least {MIN_BEATS} beat intervals, got {lines.rows}; export the whole recording"
    if lines.are_heart_rates:
        return (
            "its numbers are heart rates per minute, which are no beat intervals: no variability comes from them; "
            "export the beat (RR) intervals of the recording, in ms, or the recording itself as FIT, TCX or GPX"
        )
    return (
        "expected beat-to-beat intervals of 0.3 to 2.2 s, in ms or s, one per line; its numbers are none, "
        "nor is force, which needs columns named Time (s) and Force (N)"
    )


def _length_ms(interval: float) -> float:
    """Return how much time an interval takes, an impossible one too."""
    return min(max(interval, 0.0), LONGEST_GAP_MS)


def _stamped(lines: IntervalLines, first_ms: float, out: Collector) -> Moment | None:
    """Place the recording by its first time stamp, which is that of the first interval's end."""
    stamp = lines.first_stamp()
    if stamp is None:
        return None
    began = stamp - timedelta(milliseconds=_length_ms(first_ms))
    if began.utcoffset() == timedelta(0):  # UTC says nothing of the local time
        return out.clock.placed(began.astimezone(UTC), out.counters)
    return out.clock.of(began, out.counters)


def _start_from_name(name: str, clock: LocalClock, lines: IntervalLines, out: Collector) -> Moment:
    found = _DATE_IN_NAME.search(name)
    if found:
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        try:
            moment = clock.local(datetime(year, month, day, hour, minute), out.counters)  # noqa: DTZ001 - local time
        except ValueError:
            moment = None
        if moment is not None:
            return moment
    if lines.names_a_day:
        raise UnreadableFile(
            "its time stamps are in a form that is not read; put the day into its name, such as 2026-03-02_0710.txt"
        )
    out.begin_record(f"file {out.source.file_sha256[:16]}", is_unique=True)  # files of one minute are recordings apart
    out.counters.count("clock:time_of_import")
    out.counters.note("the file does not say when it was recorded; the time of import is taken")
    # Seconds are cut off so that a test or a person can name the same recording again.
    now = clock.now.replace(second=0, microsecond=0)
    offset = now.astimezone(clock.zone).utcoffset() or timedelta(0)
    return Moment(now, round(offset.total_seconds() / 60))
