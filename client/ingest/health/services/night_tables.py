"""CSV exports with one row per night or workout: WHOOP, Oura and Google's Fitbit; each by its published columns."""

from collections.abc import Callable, Mapping
from datetime import date

from client.biometrics.streams import Stream
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import offset_min, take_night
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.decimal_sign import pointed_rows
from client.ingest.reader import Reader
from client.ingest.text_table import read_table

ExportRow = Mapping[str, str]
WHOOP_CYCLES = ("Cycle start time", "Wake onset", "Heart rate variability (ms)")
WHOOP_SLEEPS = ("Sleep onset", "Wake onset", "Nap")
WHOOP_WORKOUTS = ("Workout start time", "Workout end time")
OURA_DAYS = ("date", "Average HRV")
FITBIT_VARIABILITY = ("timestamp", "rmssd", "nremhr")

_NUMBERS = frozenset(
    (
        *("Heart rate variability (ms)", "Resting heart rate (bpm)", "Asleep duration (min)", "In bed duration (min)"),
        *("Deep (SWS) duration (min)", "Average HR (bpm)", "Max HR (bpm)", "Distance (meters)", "Average HRV"),
        *("Lowest Resting Heart Rate", "Sleep Score", "Total Sleep Duration", "Total Bedtime", "Deep Sleep Duration"),
        "rmssd",
    )
)
"""Columns whose numbers a spreadsheet may have written with a decimal comma."""


def _read(take: Callable[[Collector, ExportRow], None], app: str) -> Callable[[InputFile, LocalClock], Reading]:
    def read(file: InputFile, clock: LocalClock) -> Reading:
        out = Collector(file, clock, app=app)
        table = read_table(file)
        for row in pointed_rows(table, set(table.header) & _NUMBERS, out.counters):
            out.begin_record()
            take(out, row)
        return out.reading()

    return read


def _number(row: ExportRow, name: str) -> float | None:
    return plain_number(row.get(name, ""))


def _local(out: Collector, text: str, zone: str = "") -> Moment | None:
    """A local time, with its offset where the row gives one."""
    found = out.clock.instant(text, out.counters)
    shift = offset_min(zone) if zone.strip() else None
    if found is None or shift is None:
        return found
    return found.shifted(shift)


def _whoop_cycle(out: Collector, row: ExportRow) -> None:
    zone = row.get("Cycle timezone", "")
    if not row["Wake onset"].strip():
        out.counters.count("missing:sleep")
        return
    end = _local(out, row["Wake onset"], zone)
    if end is None:
        return
    for stream, name in (
        (Stream.RMSSD, "Heart rate variability (ms)"),
        (Stream.RESTING_HEART_RATE, "Resting heart rate (bpm)"),
    ):
        out.number(stream, end, row.get(name, ""), sentinels=(0.0,))
    start = _local(out, row.get("Sleep onset", ""), zone)
    take_night(
        out,
        start,
        end,
        asleep_min=_number(row, "Asleep duration (min)"),
        in_bed_min=_number(row, "In bed duration (min)"),
        deep_min=_number(row, "Deep (SWS) duration (min)"),
    )


def _whoop_sleep(out: Collector, row: ExportRow) -> None:
    """The nights are those of the cycles too; naps stand here alone."""
    zone = row.get("Cycle timezone", "")
    take_night(
        out,
        _local(out, row["Sleep onset"], zone),
        _local(out, row["Wake onset"], zone),
        asleep_min=_number(row, "Asleep duration (min)"),
        in_bed_min=_number(row, "In bed duration (min)"),
        deep_min=_number(row, "Deep (SWS) duration (min)"),
        nap=row["Nap"].strip().lower() == "true",
    )


def _whoop_workout(out: Collector, row: ExportRow) -> None:
    zone = row.get("Cycle timezone", "")
    start, end = _local(out, row["Workout start time"], zone), _local(out, row["Workout end time"], zone)
    if start is None or end is None or end.utc <= start.utc:
        out.counters.count("dropped:activity_without_duration")
        return
    out.number(Stream.ACTIVITY_DURATION_MIN, start, (end.utc - start.utc).total_seconds() / 60, end=end.utc)
    for stream, name in (
        (Stream.HEART_RATE_MEAN, "Average HR (bpm)"),
        (Stream.HEART_RATE_MAX, "Max HR (bpm)"),
        (Stream.DISTANCE, "Distance (meters)"),
    ):
        if row.get(name, "").strip():
            out.number(stream, start, row[name], end=end.utc, sentinels=(0.0,))


def _oura_day(out: Collector, row: ExportRow) -> None:
    """The date is that of waking up; sleep is taken only with the times of going to bed and getting up."""
    moment = _day(out, row["date"])
    if moment is None:
        return
    for stream, name in (
        (Stream.RMSSD, "Average HRV"),
        (Stream.RESTING_HEART_RATE, "Lowest Resting Heart Rate"),
        (Stream.SLEEP_SCORE, "Sleep Score"),
    ):
        out.number(stream, moment, row.get(name, ""), sentinels=(0.0,))
    if row.get("Bedtime Start", "").strip() and row.get("Bedtime End", "").strip():
        seconds = [_number(row, name) for name in ("Total Sleep Duration", "Total Bedtime", "Deep Sleep Duration")]
        asleep, in_bed, deep = (None if one is None else one / 60 for one in seconds)
        start, end = _local(out, row["Bedtime Start"]), _local(out, row["Bedtime End"])
        take_night(out, start, end, asleep_min=asleep, in_bed_min=in_bed, deep_min=deep)
    elif row.get("Total Sleep Duration", "").strip():
        out.counters.count(f"dropped:end_unknown_{Stream.SLEEP_PERIOD_MIN.value}")


def _fitbit_variability(out: Collector, row: ExportRow) -> None:
    """The time stamp is the day of waking up, at midnight."""
    moment = _day(out, row["timestamp"])
    if moment is not None:
        out.number(Stream.RMSSD, moment, row["rmssd"], sentinels=(0.0,))


def _day(out: Collector, text: str) -> Moment | None:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        out.counters.count("dropped:time_unreadable")
        return None
    return out.clock.local_day(day, out.counters)


_NIGHT = "RMSSD, resting heart rate, minutes asleep, efficiency, deep sleep"
BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        WHOOP_CYCLES,
        Reader(
            "whoop-cycles",
            "WHOOP `physiological_cycles.csv`",
            "columns",
            _NIGHT,
            "scores of the maker, strain, energy, temperature, oxygen",
            _read(_whoop_cycle, "whoop"),
            is_by_schema=True,
        ),
    ),
    (
        WHOOP_SLEEPS,
        Reader(
            "whoop-sleeps",
            "WHOOP `sleeps.csv`",
            "columns",
            "minutes asleep, efficiency, deep sleep, naps",
            "scores of the maker, breathing",
            _read(_whoop_sleep, "whoop"),
            is_by_schema=True,
        ),
    ),
    (
        WHOOP_WORKOUTS,
        Reader(
            "whoop-workouts",
            "WHOOP `workouts.csv`",
            "columns",
            "minutes, heart rate and distance of workouts",
            "strain, energy, the maker's zones, names of activities",
            _read(_whoop_workout, "whoop"),
            is_by_schema=True,
        ),
    ),
    (
        OURA_DAYS,
        Reader(
            "oura-trends",
            "Oura trends (CSV)",
            "columns",
            "RMSSD, lowest heart rate of the night as resting, score; sleep where its times stand beside it",
            "readiness of the maker, activity, temperature",
            _read(_oura_day, "oura"),
            is_by_schema=True,
        ),
    ),
    (
        FITBIT_VARIABILITY,
        Reader(
            "fitbit-variability",
            "Fitbit daily heart rate variability (Google Takeout, CSV)",
            "columns",
            "RMSSD of the night",
            "entropy, heart rate outside REM",
            _read(_fitbit_variability, "fitbit"),
            is_by_schema=True,
        ),
    ),
)
