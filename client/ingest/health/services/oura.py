"""Oura: sleep and daily sleep of its interface (version 2), by the published form."""

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord, minutes, read_records, take_night
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader

APP = "oura"
_MAIN, _NAPS = "long_sleep", ("sleep", "late_nap")


def is_oura(record: JsonRecord) -> bool:
    """True for a sleep, and for a day with the contributors of its score."""
    return record.has("bedtime_start", "bedtime_end") or record.has("contributors", "day")


def read_oura(file: InputFile, clock: LocalClock) -> Reading:
    """Read the records of a file; a sleep that was deleted, or is only rest, is no sleep."""
    return read_records(file, clock, _take, app=APP)


def _take(out: Collector, record: JsonRecord) -> bool:
    if record.has("bedtime_start", "bedtime_end"):
        return _take_sleep(out, record)
    if record.has("contributors", "day", "score") and record.number("contributors", "deep_sleep") is not None:
        moment = record.day("day", out)
        if moment is not None:
            out.number(Stream.SLEEP_SCORE, moment, record.number("score"), sentinels=(0.0,))
        return True
    return False


def _take_sleep(out: Collector, record: JsonRecord) -> bool:
    kind = record.text("type") or _MAIN
    if kind != _MAIN and kind not in _NAPS:
        return False
    start, end = record.instant("bedtime_start", out, is_local=True), record.instant("bedtime_end", out, is_local=True)
    take_night(
        out,
        start,
        end,
        asleep_min=minutes(record.number("total_sleep_duration")),
        in_bed_min=minutes(record.number("time_in_bed")),
        deep_min=minutes(record.number("deep_sleep_duration")),
        nap=kind != _MAIN,
    )
    if kind == _MAIN and start is not None and end is not None and end.utc > start.utc:
        for stream, name in ((Stream.RMSSD, "average_hrv"), (Stream.RESTING_HEART_RATE, "lowest_heart_rate")):
            out.number(stream, start, record.number(name), end=end.utc, sentinels=(0.0,))
    return True


READER = Reader(
    "oura",
    "Oura sleep and daily sleep (JSON)",
    "keys",
    "RMSSD, lowest heart rate of the night as resting, minutes asleep, efficiency, deep sleep, score, naps",
    "readiness of the maker, activity, temperature, series of a night, cycle",
    read_oura,
    is_by_schema=True,
)
