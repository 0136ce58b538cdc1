"""Fitbit exports: resting heart rate, sleep, sleep scores (times are local) and exercises (times are UTC)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from client.biometrics.observations import AUTO_DETECTED, NAP
from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.markup.field_names import FieldNames
from client.ingest.markup.json_stream import JsonObjects
from client.ingest.text_table import read_table
from client.ingest.times.fitbit_time import OWN_FORM, local_time, utc_time

APP = "fitbit"
SLEEP_SCORE_HEADER = ("timestamp", "overall_score", "deep_sleep_in_minutes")
_OF_SCORES = ExportColumns(SLEEP_SCORE_HEADER[:1], SLEEP_SCORE_HEADER[1:], own_form=OWN_FORM)
OF_INTERFACE = ("sleep", "activities")
"""Keys of the lists in answers of the web interface; the download has the lists alone."""
NO_RECORDS = "expected a JSON list of records"
NO_JSON = "expected JSON, found something else or only its beginning"
_ZERO = (0.0,)
_DAY_MS = 86_400_000
_METRES = {"kilometer": 1000.0, "mile": 1609.344, "meter": 1.0, "yard": 0.9144}  # per unit, as exports name it

_Place = Callable[[object, LocalClock, QualityCounters], Moment | None]


def read_resting_heart_rate(file: InputFile, clock: LocalClock) -> Reading:
    """Read `resting_heart_rate.json`: one value a day; 0 stands for a day without one."""
    out = Collector(file, clock, app=APP)
    for record, moment in _timed(file, out, "dateTime", local_time):
        out.number(Stream.RESTING_HEART_RATE, moment, record.value("value", "value"), sentinels=_ZERO)
    return out.reading()


def read_sleep(file: InputFile, clock: LocalClock) -> Reading:
    """Read `sleep.json`: minutes asleep between start and end, and our own efficiency.

    The maker's "efficiency" leaves out some waking time; ours is minutes asleep per minutes in bed.
    """
    out = Collector(file, clock, app=APP)
    for record, start in _timed(file, out, "startTime", local_time):
        end = local_time(record.value("endTime"), clock, out.counters)
        if end is None or end.utc <= start.utc:
            out.counters.count("dropped:sleep_without_end")
            continue
        quality = (NAP,) if _is_nap(record) else ()
        asleep, in_bed = record.value("minutesAsleep"), record.value("timeInBed")
        taken = out.number(Stream.SLEEP_PERIOD_MIN, start, asleep, end=end.utc, sentinels=_ZERO, quality=quality)
        if taken and not quality and isinstance(in_bed, int) and isinstance(asleep, int) and in_bed > 0:
            out.number(Stream.SLEEP_EFFICIENCY, start, 100.0 * asleep / in_bed, end=end.utc)
    return out.reading()


def _is_nap(record: JsonRecord) -> bool:
    """True where the record says that it is not the main sleep; the download and the web API name the field apart."""
    return False in (record.value("mainSleep"), record.value("isMainSleep"))


def read_sleep_score(file: InputFile, clock: LocalClock) -> Reading:
    """Read `sleep_score.csv`. Its times end in Z but are local (they equal the local ends in `sleep.json`)."""
    out = Collector(file, clock, app=APP)
    for row in _OF_SCORES.rows(read_table(file), out.counters):
        moment = local_time(row["timestamp"].removesuffix("Z"), clock, out.counters)
        if moment is None:
            continue
        if row["timestamp"].endswith("Z"):
            out.counters.count("clock:local_marked_utc")
        out.number(Stream.SLEEP_SCORE, moment, row["overall_score"], sentinels=_ZERO)
        out.number(Stream.DEEP_SLEEP_MIN, moment, row["deep_sleep_in_minutes"])
    return out.reading()


def read_exercise(file: InputFile, clock: LocalClock) -> Reading:
    """Read `exercise.json`: minutes without pauses, mean heart rate and distance of each activity; no positions."""
    out = Collector(file, clock, app=APP)
    for record, start in _timed(file, out, "startTime", utc_time):
        elapsed_ms = _milliseconds(record.value("duration"))
        if elapsed_ms is None:
            out.counters.count("dropped:activity_without_duration")
            continue
        active_ms = _milliseconds(record.value("activeDuration")) or elapsed_ms
        end = start.utc + timedelta(milliseconds=elapsed_ms)
        quality = (AUTO_DETECTED,) if record.value("logType") == "auto_detected" else ()
        minutes = min(active_ms, elapsed_ms) / 60_000
        out.number(Stream.ACTIVITY_DURATION_MIN, start, minutes, end=end, quality=quality)
        if record.has("averageHeartRate"):
            rate = record.value("averageHeartRate")
            out.number(Stream.HEART_RATE_MEAN, start, rate, end=end, sentinels=_ZERO, quality=quality)
        _take_distance(out, record, start, end, quality)
    return out.reading()


def _take_distance(out: Collector, record: JsonRecord, start: Moment, end: datetime, quality: tuple[str, ...]) -> None:
    metres = record.value("distance")
    if metres is None:
        return
    factor = _METRES.get(str(record.value("distanceUnit")).lower().removesuffix("s"))
    if factor is None:
        out.counters.count("dropped:unit_distance")
        return
    out.number(Stream.DISTANCE, start, metres, end=end, factor=factor, quality=quality)


def _milliseconds(value: object) -> float | None:
    """Return a duration above 0 and below a day, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _DAY_MS else None


def _timed(file: InputFile, out: Collector, name: str, place: _Place) -> Iterator[tuple[JsonRecord, Moment]]:
    """Yield each record with its time; what stands before the place where a file is cut off counts.

    Raises UnreadableFile where no record stands there.
    """
    objects, fields = JsonObjects(file), FieldNames()
    for key, values in objects:
        if key and key not in OF_INTERFACE:
            continue
        record = JsonRecord(key, values, fields)
        out.counters.rows += 1
        moment = place(record.value(name), out.clock, out.counters)
        log_id = record.value("logId")
        out.begin_record(f"log {log_id}" if isinstance(log_id, int | str) and log_id else "", is_unique=True)
        if moment is not None:
            yield record, moment
        fields.see(values)
    if not out.counters.rows:
        raise UnreadableFile(NO_RECORDS if objects.defect is None else NO_JSON)
    fields.note(out.counters)
    out.cut_off(objects.defect)
