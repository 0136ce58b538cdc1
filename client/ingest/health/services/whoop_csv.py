"""WHOOP: the tables of cycles, sleeps and workouts of its export (CSV), by their published columns."""

from client.biometrics.streams import Stream
from client.ingest.collector import Collector
from client.ingest.health.json_record import take_night
from client.ingest.health.services.export_rows import ExportRow, local_time, number, read_rows
from client.ingest.known.export_columns import ExportColumns
from client.ingest.reader import Reader

WHOOP_CYCLES = ("Cycle start time", "Wake onset", "Heart rate variability (ms)")
WHOOP_SLEEPS = ("Sleep onset", "Wake onset", "Nap")
WHOOP_WORKOUTS = ("Workout start time", "Workout end time")
_OF_SLEEP = ("Asleep duration (min)", "In bed duration (min)", "Deep (SWS) duration (min)")
_ZONE = "Cycle timezone"
_OF_CYCLES = ExportColumns(
    ("Sleep onset", "Wake onset"),
    ("Heart rate variability (ms)", "Resting heart rate (bpm)", *_OF_SLEEP),
    (_ZONE,),
)
_OF_SLEEPS = ExportColumns(("Sleep onset", "Wake onset"), _OF_SLEEP, (_ZONE, "Nap"))
_OF_WORKOUTS = ExportColumns(
    ("Workout start time", "Workout end time"), ("Average HR (bpm)", "Max HR (bpm)", "Distance (meters)"), (_ZONE,)
)
_NIGHT = "RMSSD, resting heart rate, minutes asleep, efficiency, deep sleep"


def _whoop_cycle(out: Collector, row: ExportRow) -> None:
    zone = row.get(_ZONE, "")
    if not row["Wake onset"].strip():
        out.counters.count("missing:sleep")
        return
    end = local_time(out, row["Wake onset"], zone)
    if end is None:
        return
    for stream, name in (
        (Stream.RMSSD, "Heart rate variability (ms)"),
        (Stream.RESTING_HEART_RATE, "Resting heart rate (bpm)"),
    ):
        out.number(stream, end, row.get(name, ""), sentinels=(0.0,))
    start = local_time(out, row.get("Sleep onset", ""), zone)
    take_night(
        out,
        start,
        end,
        asleep_min=number(row, "Asleep duration (min)"),
        in_bed_min=number(row, "In bed duration (min)"),
        deep_min=number(row, "Deep (SWS) duration (min)"),
    )


def _whoop_sleep(out: Collector, row: ExportRow) -> None:
    """The nights are those of the cycles too; naps stand here alone."""
    zone = row.get(_ZONE, "")
    take_night(
        out,
        local_time(out, row["Sleep onset"], zone),
        local_time(out, row["Wake onset"], zone),
        asleep_min=number(row, "Asleep duration (min)"),
        in_bed_min=number(row, "In bed duration (min)"),
        deep_min=number(row, "Deep (SWS) duration (min)"),
        nap=row["Nap"].strip().lower() == "true",
    )


def _whoop_workout(out: Collector, row: ExportRow) -> None:
    zone = row.get(_ZONE, "")
    start, end = local_time(out, row["Workout start time"], zone), local_time(out, row["Workout end time"], zone)
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


BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        WHOOP_CYCLES,
        Reader(
            "whoop-cycles",
            "WHOOP `physiological_cycles.csv`",
            "columns",
            _NIGHT,
            "scores of the maker, strain, energy, temperature, oxygen",
            read_rows(_whoop_cycle, "whoop", _OF_CYCLES),
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
            read_rows(_whoop_sleep, "whoop", _OF_SLEEPS),
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
            read_rows(_whoop_workout, "whoop", _OF_WORKOUTS),
            is_by_schema=True,
        ),
    ),
)
