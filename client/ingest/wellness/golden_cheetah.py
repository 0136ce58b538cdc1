"""Measures of GoldenCheetah (`hrvmeasures.json`, `bodymeasures.json`): RMSSD with its heart rate, body mass.

Schema: `src/Core/Measures.cpp` of GoldenCheetah, version 1; times are seconds since 1970, and 0 is no value.
"""

import re
from datetime import UTC, datetime

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.field_names import FieldNames
from client.ingest.markup.json_stream import JsonObjects

APP = "goldencheetah"
_FIELDS = (
    ("rmssd", Stream.RMSSD),
    ("sdnn", Stream.SDNN),
    ("hr", Stream.RESTING_HEART_RATE),
    ("weightkg", Stream.BODY_WEIGHT),
)
_ZERO = (0.0,)
_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"version"\s*:\s*\d+\s*,\s*)?"measures"\s*:')
_EMPTY = re.compile(_BEGINNING.pattern + rb"\s*\[\s*\]")


def read_measures(file: InputFile, clock: LocalClock) -> Reading:
    """Read one file of measures. The day is that of the athlete's zone, as the file holds instants alone."""
    out = Collector(file, clock, app=APP)
    objects, fields = JsonObjects(file), FieldNames()
    for key, values in objects:
        if key == "measures":
            out.counters.rows += 1
            _take(out, JsonRecord(key, values, fields))
            fields.see(values)
    if not out.counters.rows and not _EMPTY.match(file.head):
        raise UnreadableFile("measures of GoldenCheetah that are no list, cut off or damaged; export them again")
    fields.note(out.counters)
    out.cut_off(objects.defect)
    return out.reading()


def _take(out: Collector, measure: JsonRecord) -> None:
    moment = _moment(measure.value("when"), out)
    if moment is None:
        return
    known = [(name, stream) for name, stream in _FIELDS if measure.has(name)]
    if not known:
        out.counters.count("left_out:metric_not_read")
    for name, stream in known:
        out.number(stream, moment, measure.value(name), sentinels=_ZERO)


def holds_measures(file: InputFile) -> bool:
    """True for a JSON object that begins as GoldenCheetah writes its measures: keys stand in alphabetical order."""
    return _BEGINNING.match(file.head) is not None


def _moment(when: object, out: Collector) -> Moment | None:
    if isinstance(when, int | float) and not isinstance(when, bool):
        try:
            return out.clock.placed(datetime.fromtimestamp(when, UTC), out.counters)
        except (ValueError, OverflowError, OSError):
            pass
    out.counters.count("dropped:time_unreadable")
    return None
