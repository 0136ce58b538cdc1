"""Fitbit exports as in PMData: resting heart rate, sleep, sleep scores and exercises; times are local."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from client.biometrics.observations import AUTO_DETECTED
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.text_table import read_table

APP = "fitbit"
SLEEP_SCORE_HEADER = ("timestamp", "overall_score", "deep_sleep_in_minutes")
_ZERO = (0.0,)


def records(file: InputFile) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; raises UnreadableFile for anything else."""
    try:
        found = json.loads(file.data)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile("expected JSON, found something else or only its beginning") from error
    if not isinstance(found, list) or not found or not all(isinstance(record, dict) for record in found):
        raise UnreadableFile("expected a JSON list of records")
    return found


def read_resting_heart_rate(file: InputFile, clock: LocalClock) -> Reading:
    """Read `resting_heart_rate.json`: one value a day; 0 stands for a day without one."""
    out = Collector(file, clock, app=APP)
    for record, moment in _timed(file, out, "dateTime"):
        value = record.get("value")
        out.number(
            Stream.RESTING_HEART_RATE, moment, value.get("value") if isinstance(value, dict) else None, sentinels=_ZERO
        )
    return out.reading()


def read_sleep(file: InputFile, clock: LocalClock) -> Reading:
    """Read `sleep.json`: minutes asleep between start and end, and our own efficiency.

    The maker's "efficiency" leaves out some waking time; ours is minutes asleep per minutes in bed.
    """
    out = Collector(file, clock, app=APP)
    for record, start in _timed(file, out, "startTime"):
        end = clock.instant(str(record.get("endTime")), out.counters)
        if end is None or end.utc <= start.utc:
            out.counters.count("dropped:sleep_without_end")
            continue
        quality = () if record.get("mainSleep") is not False else ("nap",)
        asleep, in_bed = record.get("minutesAsleep"), record.get("timeInBed")
        taken = out.number(Stream.SLEEP_PERIOD_MIN, start, asleep, end=end.utc, sentinels=_ZERO, quality=quality)
        if taken and not quality and isinstance(in_bed, int) and isinstance(asleep, int) and in_bed > 0:
            out.number(Stream.SLEEP_EFFICIENCY, start, 100.0 * asleep / in_bed, end=end.utc)
    return out.reading()


def read_sleep_score(file: InputFile, clock: LocalClock) -> Reading:
    """Read `sleep_score.csv`. Its times end in Z but are local (they equal the local ends in `sleep.json`)."""
    out = Collector(file, clock, app=APP)
    for row in read_table(file).rows(out.counters):
        moment = clock.instant(row["timestamp"].removesuffix("Z"), out.counters)
        if moment is None:
            continue
        if row["timestamp"].endswith("Z"):
            out.counters.count("clock:local_marked_utc")
        out.number(Stream.SLEEP_SCORE, moment, row["overall_score"], sentinels=_ZERO)
        out.number(Stream.DEEP_SLEEP_MIN, moment, row["deep_sleep_in_minutes"])
    return out.reading()


def read_exercise(file: InputFile, clock: LocalClock) -> Reading:
    """Read `exercise.json`: duration, mean heart rate and distance of each activity; no positions."""
    out = Collector(file, clock, app=APP)
    for record, start in _timed(file, out, "startTime"):
        duration_ms = record.get("duration")
        if not isinstance(duration_ms, int) or not 0 < duration_ms < 86_400_000:
            out.counters.count("dropped:activity_without_duration")
            continue
        end = start.utc + timedelta(milliseconds=duration_ms)
        quality = (AUTO_DETECTED,) if record.get("logType") == "auto_detected" else ()
        out.number(Stream.ACTIVITY_DURATION_MIN, start, duration_ms / 60_000, end=end, quality=quality)
        if "averageHeartRate" in record:
            out.number(
                Stream.HEART_RATE_MEAN, start, record["averageHeartRate"], end=end, sentinels=_ZERO, quality=quality
            )
        if record.get("distanceUnit") == "Kilometer":
            out.number(Stream.DISTANCE, start, record.get("distance"), end=end, factor=1000.0, quality=quality)
    return out.reading()


def _timed(file: InputFile, out: Collector, field: str) -> Iterator[tuple[dict[str, Any], Moment]]:
    for record in records(file):
        out.counters.rows += 1
        moment = out.clock.instant(str(record.get(field)), out.counters)
        if moment is not None:
            yield record, moment
