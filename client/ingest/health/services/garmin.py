"""Garmin: summaries of its health interface and the sleep of an account's export, by the published form."""

from collections.abc import Iterable

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord, minutes, read_records, take_night
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader

APP = "garmin"
_START, _OFFSET = "startTimeInSeconds", "startTimeOffsetInSeconds"
# What only summaries of a whole day, of a quarter of an hour, and of an activity have.
_OF_DAYS = ("restingHeartRateInBeatsPerMinute", "bmrKilocalories", "floorsClimbed", "minHeartRateInBeatsPerMinute")
_ASLEEP = ("deepSleepDurationInSeconds", "lightSleepDurationInSeconds", "remSleepInSeconds")
_OTHERWISE_IN_BED = ("awakeDurationInSeconds", "unmeasurableSleepInSeconds")
_OF_EPOCHS = ("intensity", "met", "meanMotionIntensity")
_OF_ACTIVITIES = ("averageHeartRateInBeatsPerMinute", "activityId", "deviceName", "activityName")


def is_garmin(record: JsonRecord) -> bool:
    """True for a summary with its start in seconds, a weight, or a sleep of the account's export."""
    return (
        (record.has(_START) and record.has("summaryId"))
        or record.has("measurementTimeInSeconds", "weightInGrams")
        or record.has("sleepStartTimestampGMT", "sleepEndTimestampGMT")
    )


def read_garmin(file: InputFile, clock: LocalClock) -> Reading:
    """Read the summaries of a file; one that is sent again, as its day goes on, has the same id."""
    return read_records(file, clock, _take, app=APP, id_field="summaryId")


def _take(out: Collector, record: JsonRecord) -> bool:
    if record.has("sleepStartTimestampGMT", "sleepEndTimestampGMT"):
        _take_export_sleep(out, record)
    elif record.has("weightInGrams"):
        moment = record.seconds("measurementTimeInSeconds", "measurementTimeOffsetInSeconds", out)
        if moment is not None:
            out.number(Stream.BODY_WEIGHT, moment, record.number("weightInGrams"), factor=0.001)
    elif record.has("lastNightAvg"):
        _take_variability(out, record)
    elif record.has("deepSleepDurationInSeconds"):
        _take_sleep(out, record)
    elif any(map(record.has, _OF_DAYS)):
        _take_daily(out, record)
    elif _is_activity(record):
        _take_activity(out, record)
    else:
        return False
    return True


def _is_activity(record: JsonRecord) -> bool:
    """True for an activity; a day and a quarter of an hour have a type and a duration too.

    Of an activity in parts, such as a triathlon, the parts are taken, which stand beside it.
    """
    if not record.has("activityType", "durationInSeconds") or any(map(record.has, _OF_EPOCHS)):
        return False
    return any(map(record.has, _OF_ACTIVITIES)) and record.value("isParent") is not True


def _span(out: Collector, record: JsonRecord) -> tuple[Moment | None, Moment | None]:
    start, seconds = record.seconds(_START, _OFFSET, out), record.number("durationInSeconds")
    if start is None or not seconds or not 0 < seconds <= 2 * 86_400:
        return start, None
    return start, start.later(seconds)


def _take_variability(out: Collector, record: JsonRecord) -> None:
    start, end = _span(out, record)
    if start is not None:
        out.number(Stream.RMSSD, start, record.number("lastNightAvg"), end=end.utc if end else None, sentinels=(0.0,))


def _take_sleep(out: Collector, record: JsonRecord) -> None:
    """The duration leaves out the minutes awake in the summaries of some devices; the night lasts as long as both."""
    start, end = _span(out, record)
    asleep = _sum(record, _ASLEEP)
    in_bed = max(record.number("durationInSeconds") or 0.0, asleep + _sum(record, _OTHERWISE_IN_BED))
    if start is not None and end is not None and in_bed <= 2 * 86_400:
        end = start.later(in_bed)
    take_night(
        out,
        start,
        end,
        asleep_min=asleep / 60 or None,
        in_bed_min=in_bed / 60 or None,
        deep_min=minutes(record.number(_ASLEEP[0])),
    )
    score = record.number("overallSleepScore", "value")
    if score is not None and end is not None:
        out.number(Stream.SLEEP_SCORE, end, score, sentinels=(0.0,))


def _sum(record: JsonRecord, names: Iterable[str]) -> float:
    return sum(value for name in names if (value := record.number(name)) is not None)


def _take_export_sleep(out: Collector, record: JsonRecord) -> None:
    """Times of the export are UTC without saying so."""
    start, end = (_utc(out, record.text(name)) for name in ("sleepStartTimestampGMT", "sleepEndTimestampGMT"))
    stages = [record.number(f"{name}SleepSeconds") for name in ("deep", "light", "rem")]
    asleep = sum(one for one in stages if one is not None)
    awake = record.number("awakeSleepSeconds")
    take_night(
        out,
        start,
        end,
        asleep_min=asleep / 60 or None,
        in_bed_min=None if awake is None else (asleep + awake) / 60,
        deep_min=minutes(stages[0]),
    )


def _utc(out: Collector, text: str) -> Moment | None:
    found = out.clock.instant(f"{text.removesuffix('Z')}+00:00" if text else "", out.counters)
    return None if found is None else out.clock.placed(found.utc, out.counters)


def _take_daily(out: Collector, record: JsonRecord) -> None:
    start, end = _span(out, record)
    if start is None:
        return
    out.number(Stream.RESTING_HEART_RATE, start, record.number("restingHeartRateInBeatsPerMinute"), sentinels=(0.0,))
    steps = record.number("steps")
    if steps is not None and end is not None:
        out.number(Stream.STEPS, start, steps, end=end.utc)


def _take_activity(out: Collector, record: JsonRecord) -> None:
    start, end = _span(out, record)
    if start is None or end is None:
        out.counters.count("dropped:activity_without_duration")
        return
    out.number(Stream.ACTIVITY_DURATION_MIN, start, minutes(record.number("durationInSeconds")), end=end.utc)
    for stream, name in (
        (Stream.HEART_RATE_MEAN, "averageHeartRateInBeatsPerMinute"),
        (Stream.HEART_RATE_MAX, "maxHeartRateInBeatsPerMinute"),
        (Stream.DISTANCE, "distanceInMeters"),
    ):
        value = record.number(name)
        if value is not None:
            out.number(stream, start, value, end=end.utc, sentinels=(0.0,))


READER = Reader(
    "garmin-health",
    "Garmin health summaries and sleep of an account's export (JSON)",
    "keys",
    "RMSSD of the night, resting heart rate, steps, minutes asleep, efficiency, deep sleep, score, body mass; minutes, "
    "heart rate and distance of activities",
    "stress, energy, body battery, series of a day, composition, pulse oximetry, cycle",
    read_garmin,
    is_by_schema=True,
)
