"""Suunto: the header of a move as JSON, by the published form (the same fields as SML)."""

from collections.abc import Mapping
from typing import Any

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.field_names import FieldNames
from client.ingest.markup.json_stream import outline_of
from client.ingest.reader import Reader
from client.ingest.times.recorded_time import started

APP = "suunto"
_PER_MINUTE = 60.0


def is_suunto(document: Mapping[str, Any]) -> bool:
    """True for a document with the header of a device log."""
    log = document.get("DeviceLog")
    return isinstance(log, Mapping) and isinstance(log.get("Header"), Mapping)


def read_suunto(file: InputFile, clock: LocalClock) -> Reading:
    """Read the header of one move; heart rates are in Hz."""
    document, fields = outline_of(file), FieldNames()
    if document is None or not is_suunto(document):
        raise UnreadableFile("a Suunto move that is cut off or no JSON; export it again")
    values = document["DeviceLog"]["Header"]
    out = Collector(file, clock, app=APP)
    out.counters.rows = 1
    _take(JsonRecord("", values, fields), out)
    fields.see(values)
    fields.note(out.counters)
    return out.reading()


def _take(header: JsonRecord, out: Collector) -> None:
    start, seconds = started(header.text("DateTime"), out.clock, out.counters), header.number("Duration")
    if start is None:
        return
    if not seconds or not 0 < seconds <= 86_400:
        out.counters.count("dropped:activity_without_duration")
        return
    out.begin_record(f"start {start.utc.isoformat()}")
    end = start.later(seconds)
    out.number(Stream.ACTIVITY_DURATION_MIN, start, seconds / 60, end=end.utc)
    for stream, path, factor in (
        (Stream.DISTANCE, ("Distance",), 1.0),
        (Stream.HEART_RATE_MEAN, ("HR", "Avg"), _PER_MINUTE),
        (Stream.HEART_RATE_MAX, ("HR", "Max"), _PER_MINUTE),
    ):
        value = header.number(*path)
        if value is not None:
            out.number(stream, start, value * factor, end=end.utc, sentinels=(0.0,))


READER = Reader(
    "suunto-json",
    "Suunto move (JSON)",
    "keys",
    "minutes, distance, heart rate",
    "positions and all other samples, altitude, energy",
    read_suunto,
    is_by_schema=True,
)
