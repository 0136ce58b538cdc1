"""Polar: training sessions of an account's export, and nights of its interface, by the published form."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord, minutes, read_records, take_night
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.field_names import FieldNames
from client.ingest.markup.json_stream import outline_of
from client.ingest.reader import Reader

APP = "polar"
_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6}(?:\.\d{1,9})?)S)?", re.ASCII)


def is_polar_session(document: Mapping[str, Any]) -> bool:
    """True for the document of one training session."""
    return {"startTime", "exercises"} <= set(document) and ("exportVersion" in document or "duration" in document)


def is_polar(record: JsonRecord) -> bool:
    """True for a night's recharge or sleep of the interface."""
    return record.has("beat_to_beat_avg", "heart_rate_variability_avg") or record.has(
        "sleep_start_time", "sleep_end_time"
    )


def read_session(file: InputFile, clock: LocalClock) -> Reading:
    """Read one training session; its times are local, with the offset in minutes beside them."""
    values, fields = outline_of(file), FieldNames()
    if values is None:
        raise UnreadableFile("a Polar training session that is cut off or no JSON; export it again")
    document = JsonRecord("", values, fields)
    out = Collector(file, clock, app=APP)
    out.counters.rows = 1
    _take_session(document, out)
    fields.see(values)
    fields.note(out.counters)
    return out.reading()


def _take_session(document: JsonRecord, out: Collector) -> None:
    start, seconds = _start(document, out), _seconds(document.text("duration"))
    if start is None:
        return
    if not seconds:
        out.counters.count("dropped:activity_without_duration")
        return
    out.begin_record(f"start {start.utc.isoformat()}")
    end = start.later(seconds)
    out.number(Stream.ACTIVITY_DURATION_MIN, start, seconds / 60, end=end.utc)
    for stream, name in (
        (Stream.HEART_RATE_MEAN, "averageHeartRate"),
        (Stream.HEART_RATE_MAX, "maximumHeartRate"),
        (Stream.DISTANCE, "distance"),
    ):
        value = document.number(name)
        if value is not None:
            out.number(stream, start, value, end=end.utc, sentinels=(0.0,))


def _start(document: JsonRecord, out: Collector) -> Moment | None:
    text, shift = document.text("startTime"), document.number("timezoneOffset")
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        out.counters.count("dropped:time_unreadable")
        return None
    if local.tzinfo is not None or shift is None or abs(shift) > 14 * 60:
        return out.clock.of(local, out.counters)
    placed = out.clock.local(local, out.counters)
    return None if placed is None else placed.shifted(round(shift))


def _seconds(text: str) -> float | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    found = int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0)
    return found if 0 < found <= 86_400 else None


def read_nights(file: InputFile, clock: LocalClock) -> Reading:
    """Read the nights of a file."""
    return read_records(file, clock, _take, app=APP)


def _take(out: Collector, record: JsonRecord) -> bool:
    if record.has("sleep_start_time", "sleep_end_time"):
        stages = [record.number(name) for name in ("light_sleep", "deep_sleep", "rem_sleep")]
        asleep = sum(one for one in stages if one is not None)
        awake = record.number("total_interruption_duration")
        take_night(
            out,
            record.instant("sleep_start_time", out, is_local=True),
            record.instant("sleep_end_time", out, is_local=True),
            asleep_min=asleep / 60 or None,
            in_bed_min=None if awake is None else (asleep + awake) / 60,
            deep_min=minutes(stages[1]),
        )
        return True
    if record.has("heart_rate_variability_avg"):
        moment = record.day("date", out)
        if moment is not None:
            out.number(Stream.RMSSD, moment, record.number("heart_rate_variability_avg"), sentinels=(0.0,))
        return True
    return False


SESSION_READER = Reader(
    "polar-session",
    "Polar training session (JSON)",
    "keys",
    "minutes, heart rate, distance",
    "positions and all other samples, energy, name of the session, physical information",
    read_session,
    is_by_schema=True,
)
NIGHT_READER = Reader(
    "polar-night",
    "Polar nightly recharge and sleep (JSON)",
    "keys",
    "RMSSD of the night, minutes asleep, efficiency, deep sleep",
    "scores of the maker, series of a night, breathing",
    read_nights,
    is_by_schema=True,
)
