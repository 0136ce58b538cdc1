"""Measures of GoldenCheetah (`hrvmeasures.json`, `bodymeasures.json`): RMSSD with its heart rate, body mass.

Schema: `src/Core/Measures.cpp` of GoldenCheetah, version 1; times are seconds since 1970, and 0 is no value.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading

APP = "goldencheetah"
_FIELDS = (
    ("rmssd", Stream.RMSSD),
    ("sdnn", Stream.SDNN),
    ("hr", Stream.RESTING_HEART_RATE),
    ("weightkg", Stream.BODY_WEIGHT),
)
_ZERO = (0.0,)
_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*(?:"version"\s*:\s*\d+\s*,\s*)?"measures"\s*:')


def read_measures(file: InputFile, clock: LocalClock) -> Reading:
    """Read one file of measures. The day is that of the athlete's zone, as the file holds instants alone."""
    out = Collector(file, clock, app=APP)
    for measure in _measures(file):
        out.counters.rows += 1
        moment = _moment(measure.get("when"), out)
        if moment is None:
            continue
        known = [(name, stream) for name, stream in _FIELDS if name in measure]
        if not known:
            out.counters.count("left_out:metric_not_read")
        for name, stream in known:
            out.number(stream, moment, measure[name], sentinels=_ZERO)
    return out.reading()


def holds_measures(file: InputFile) -> bool:
    """True for a JSON object that begins as GoldenCheetah writes its measures: keys stand in alphabetical order."""
    return _BEGINNING.match(file.head) is not None


def _measures(file: InputFile) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.data)
        measures = found["measures"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableFile("measures of GoldenCheetah that are cut off or damaged; export them again") from error
    if not isinstance(measures, list) or not all(isinstance(measure, dict) for measure in measures):
        raise UnreadableFile("measures of GoldenCheetah that are no list; export them again")
    return measures


def _moment(when: object, out: Collector) -> Moment | None:
    if isinstance(when, int | float) and not isinstance(when, bool):
        try:
            return out.clock.placed(datetime.fromtimestamp(when, UTC), out.counters)
        except (ValueError, OverflowError, OSError):
            pass
    out.counters.count("dropped:time_unreadable")
    return None
