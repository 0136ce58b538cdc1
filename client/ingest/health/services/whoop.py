"""WHOOP: recovery, sleep, workouts and body of its interface (version 1 and 2), by the published form."""

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord, read_records, take_night
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader

APP = "whoop"
_MS = 60_000.0
_SCORED = ("SCORED", "")  # any other state, such as PENDING_SCORE and UNSCORABLE, has no score yet or never


def is_whoop(record: JsonRecord) -> bool:
    """True for a record with the state of its score, and for one of the body."""
    return record.has("score_state", "user_id") or record.has("weight_kilogram", "height_meter")


def read_whoop(file: InputFile, clock: LocalClock) -> Reading:
    """Read the records of a file; what is pending or cannot be scored is missing."""
    return read_records(file, clock, _take, app=APP)


def _take(out: Collector, record: JsonRecord) -> bool:
    if record.text("score_state") not in _SCORED:
        out.counters.count("missing:score")
        return True
    if record.number("score", "hrv_rmssd_milli") is not None:
        _take_recovery(out, record)
    elif record.has("nap", "start", "end"):
        _take_sleep(out, record)
    elif record.has("start", "end") and (record.has("sport_name") or record.has("sport_id")):
        _take_workout(out, record)
    else:
        return False
    return True


def _take_recovery(out: Collector, record: JsonRecord) -> None:
    """A recovery is made when its sleep has ended; its record has no other time."""
    moment = record.instant("created_at", out)
    if moment is not None:
        out.number(Stream.RMSSD, moment, record.number("score", "hrv_rmssd_milli"), sentinels=(0.0,))
        out.number(Stream.RESTING_HEART_RATE, moment, record.number("score", "resting_heart_rate"), sentinels=(0.0,))


def _take_sleep(out: Collector, record: JsonRecord) -> None:
    start = record.instant("start", out, offset="timezone_offset")
    end = record.instant("end", out, offset="timezone_offset")
    stages = ("total_light_sleep_time_milli", "total_slow_wave_sleep_time_milli", "total_rem_sleep_time_milli")
    known = [record.number("score", "stage_summary", stage) for stage in stages]
    asleep = sum(one for one in known if one is not None) / _MS if None not in known else None
    in_bed = record.number("score", "stage_summary", "total_in_bed_time_milli")
    take_night(
        out,
        start,
        end,
        asleep_min=asleep,
        in_bed_min=None if in_bed is None else in_bed / _MS,
        deep_min=None if known[1] is None else known[1] / _MS,
        nap=record.value("nap") is True,
    )


def _take_workout(out: Collector, record: JsonRecord) -> None:
    start = record.instant("start", out, offset="timezone_offset")
    end = record.instant("end", out, offset="timezone_offset")
    if start is None or end is None or end.utc <= start.utc:
        out.counters.count("dropped:activity_without_duration")
        return
    out.number(Stream.ACTIVITY_DURATION_MIN, start, (end.utc - start.utc).total_seconds() / 60, end=end.utc)
    for stream, name in (
        (Stream.HEART_RATE_MEAN, "average_heart_rate"),
        (Stream.HEART_RATE_MAX, "max_heart_rate"),
        (Stream.DISTANCE, "distance_meter"),
    ):
        value = record.number("score", name)
        if value is not None:
            out.number(stream, start, value, end=end.utc, sentinels=(0.0,))


READER = Reader(
    "whoop",
    "WHOOP recovery, sleep and workouts (JSON)",
    "keys",
    "RMSSD, resting heart rate, minutes asleep, efficiency, deep sleep, naps; minutes, heart rate and distance",
    "scores of the maker, strain, energy, temperature, oxygen, ids of people; what is pending or unscorable",
    read_whoop,
    is_by_schema=True,
)
