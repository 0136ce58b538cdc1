"""Exports of Garmin and Health Connect by their published forms: days are no sessions, a night is told once."""

import pytest

from client.biometrics.streams import Stream
from tests.client.health.export_values import Read, of, times


def test_summaries_of_garmin(read: Read) -> None:
    start = {"startTimeInSeconds": 1_772_402_400, "startTimeOffsetInSeconds": 3600, "calendarDate": "2026-03-02"}
    records = [
        {"summaryId": "h", **start, "durationInSeconds": 28_800, "lastNightAvg": 58, "hrvValues": {"0": 50}},
        {"summaryId": "d", **start, "durationInSeconds": 86_400, "restingHeartRateInBeatsPerMinute": 46, "steps": 9000},
        {
            "summaryId": "s",
            **start,
            "durationInSeconds": 28_800,
            "deepSleepDurationInSeconds": 5400,
            "lightSleepDurationInSeconds": 14_400,
            "remSleepInSeconds": 5400,
            "overallSleepScore": {"value": 82, "qualifierKey": "GOOD"},
        },
        {"summaryId": "m", **start, "dayInCycle": 4, "periodType": 1},
        {"summaryId": "b", "measurementTimeInSeconds": 1_772_402_400, "weightInGrams": 70_500},
        {
            "summaryId": "a",
            **start,
            "activityType": "RUNNING",
            "durationInSeconds": 1800,
            "averageHeartRateInBeatsPerMinute": 150,
            "maxHeartRateInBeatsPerMinute": 178,
            "distanceInMeters": 5000.0,
        },
    ]

    name, reading = read(records)

    assert name == "garmin-health"
    assert (of(reading, Stream.RMSSD), of(reading, Stream.RESTING_HEART_RATE)) == ([58.0], [46.0])
    assert (of(reading, Stream.SLEEP_PERIOD_MIN), of(reading, Stream.SLEEP_SCORE)) == ([420.0], [82.0])
    assert (of(reading, Stream.STEPS), of(reading, Stream.BODY_WEIGHT)) == ([9000.0], [70.5])
    assert (of(reading, Stream.ACTIVITY_DURATION_MIN), of(reading, Stream.DISTANCE)) == ([30.0], [5000.0])
    assert times(reading, Stream.RMSSD) == [("2026-03-01T22:00", "2026-03-02T06:00", 60)]
    assert reading.ledger.account(reading.rows_of, ()).dropped == {"kind_not_taken": 1}, "the cycle is not looked at"


GARMIN_DAY = {
    "summaryId": "d",
    "startTimeInSeconds": 1_772_406_000,
    "startTimeOffsetInSeconds": 3600,
    "activityType": "WELLNESS",
    "durationInSeconds": 86_400,
    "steps": 8456,
    "distanceInMeters": 6782,
    "floorsClimbed": 12,
    "averageHeartRateInBeatsPerMinute": 64,
    "restingHeartRateInBeatsPerMinute": 52,
}


def garmin_activity(number: int, start: int, seconds: int, **more: object) -> dict[str, object]:
    return {
        "summaryId": str(number),
        "activityId": number,
        "startTimeInSeconds": 1_772_460_000 + start,
        "startTimeOffsetInSeconds": 3600,
        "durationInSeconds": seconds,
        "activityType": "LAP_SWIMMING",
        **more,
    }


def test_a_day_and_a_quarter_of_an_hour_of_garmin_are_no_sessions(read: Read) -> None:
    epoch = garmin_activity(1, 0, 900, intensity="ACTIVE", met=3.3, steps=93)

    _, reading = read([GARMIN_DAY, epoch])

    assert of(reading, Stream.ACTIVITY_DURATION_MIN) == of(reading, Stream.DISTANCE) == []
    assert (of(reading, Stream.RESTING_HEART_RATE), of(reading, Stream.STEPS)) == ([52.0], [8456.0])


def test_parts_of_a_garmin_activity_count_once_and_without_a_heart_rate(read: Read) -> None:
    whole = garmin_activity(1, 0, 5400, isParent=True)
    parts = [garmin_activity(n, 2700 * (n - 2), 2700, parentSummaryId="1") for n in (2, 3)]

    _, reading = read([whole, *parts])

    assert of(reading, Stream.ACTIVITY_DURATION_MIN) == [45.0, 45.0]


def test_a_night_of_garmin_whose_duration_leaves_out_the_minutes_awake(read: Read) -> None:
    night = {
        "summaryId": "s",
        "startTimeInSeconds": 1_772_400_660,
        "startTimeOffsetInSeconds": 3600,
        "durationInSeconds": 27_720,
        "deepSleepDurationInSeconds": 5400,
        "lightSleepDurationInSeconds": 15_600,
        "remSleepInSeconds": 6720,
        "awakeDurationInSeconds": 3960,
    }

    _, reading = read([night])

    assert times(reading, Stream.SLEEP_PERIOD_MIN) == [("2026-03-01T21:31", "2026-03-02T06:19", 60)]
    assert of(reading, Stream.SLEEP_EFFICIENCY) == [87.5]


def test_sleep_of_a_garmin_account(read: Read) -> None:
    night = {
        "calendarDate": "2026-03-02",
        "sleepStartTimestampGMT": "2026-03-01T22:00:00.0",
        "sleepEndTimestampGMT": "2026-03-02T06:00:00.0",
        "deepSleepSeconds": 5400,
        "lightSleepSeconds": 14_400,
        "remSleepSeconds": 5400,
        "awakeSleepSeconds": 3600,
    }

    _, reading = read([night])

    assert times(reading, Stream.SLEEP_PERIOD_MIN) == [("2026-03-01T22:00", "2026-03-02T06:00", 60)]
    assert of(reading, Stream.SLEEP_EFFICIENCY) == [87.5]
    assert reading.report.clock == 2, "UTC without a local time, at both ends"


def test_records_of_health_connect(read: Read) -> None:
    at = {"time": "2026-03-02T06:00:00Z", "zoneOffset": "+01:00"}
    span = {"startTime": "2026-03-01T22:00:00Z", "endTime": "2026-03-02T06:00:00Z", "startZoneOffset": "+01:00"}
    stages = [
        {"startTime": "2026-03-01T22:00:00Z", "endTime": "2026-03-02T02:00:00Z", "stage": 4},
        {"startTime": "2026-03-02T02:00:00Z", "endTime": "2026-03-02T03:00:00Z", "stage": 5},
        {"startTime": "2026-03-02T03:00:00Z", "endTime": "2026-03-02T04:00:00Z", "stage": 1},
        {"startTime": "2026-03-02T04:00:00Z", "endTime": "2026-03-02T06:00:00Z", "stage": 6},
    ]
    document = {
        "RestingHeartRateRecord": [{**at, "beatsPerMinute": 49}],
        "HeartRateVariabilityRmssdRecord": [{**at, "heartRateVariabilityMillis": 61.0}],
        "WeightRecord": [{**at, "weight": {"inKilograms": 70.1, "inGrams": 70_100}}],
        "NutritionRecord": [{**span, "energy": {"inKilocalories": 700}}, {**span, "energy": {"inKilojoules": 418.4}}],
        "HydrationRecord": [{**span, "volume": {"inLiters": 0.4}}],
        "SleepSessionRecord": [{**span, "endZoneOffset": "+01:00", "stages": stages}],
        "ExerciseSessionRecord": [{**span, "exerciseType": 56, "exerciseRoute": [{"latitude": 59.91}]}],
        "MenstruationPeriodRecord": [span],
        "StepsRecord": [{**span, "count": 3}],
    }

    name, reading = read(document)

    assert name == "health-connect"
    assert (of(reading, Stream.RESTING_HEART_RATE), of(reading, Stream.RMSSD)) == ([49.0], [61.0])
    assert (of(reading, Stream.ENERGY_INTAKE), of(reading, Stream.FLUID)) == ([pytest.approx(800.0)], [400.0])
    assert (of(reading, Stream.SLEEP_PERIOD_MIN), of(reading, Stream.DEEP_SLEEP_MIN)) == ([420.0], [60.0])
    assert of(reading, Stream.SLEEP_EFFICIENCY) == [87.5]
    assert (of(reading, Stream.ACTIVITY_DURATION_MIN), of(reading, Stream.BODY_WEIGHT)) == ([480.0], [70.1])
    assert {one.offset_min for one in reading.observations} == {60}
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.dropped) == (10, {"kind_not_taken": 2})


def slept(end: str, app: str = "a", start: str = "2026-03-01T22:00:00Z") -> dict[str, object]:
    origin = {"dataOrigin": {"packageName": app}}
    return {"startTime": start, "endTime": end, "startZoneOffset": "+01:00", "metadata": origin}


@pytest.mark.parametrize(
    ("records", "minutes"),
    [
        ([slept(f"2026-03-02T0{hour}:05:00Z") for hour in (0, 2, 5)], [425.0]),
        ([slept("2026-03-02T05:05:00Z"), slept("2026-03-02T05:30:00Z", "b", "2026-03-01T22:20:00Z")], [430.0]),
        ([slept("2026-03-02T01:00:00Z"), slept("2026-03-02T05:00:00Z", start="2026-03-02T00:30:00Z")], [420.0]),
        ([slept("2026-03-02T05:05:00Z"), slept("2026-03-02T13:00:00Z", "b", "2026-03-02T12:30:00Z")], [425.0, 30.0]),
    ],
    ids=["as it grew", "two apps", "overlapping", "a nap of another app"],
)
def test_a_night_that_health_connect_holds_twice_is_one(
    read: Read, records: list[dict[str, object]], minutes: list[float]
) -> None:
    _, reading = read({"SleepSessionRecord": records})

    assert of(reading, Stream.SLEEP_PERIOD_MIN) == minutes
    account = reading.ledger.account(reading.rows_of, ())
    assert account.rows == len(records)


def test_apps_of_health_connect_are_sources_of_their_own(read: Read) -> None:
    runs = [slept("2026-03-02T17:00:00Z", app, f"2026-03-02T16:0{n}:00Z") for n, app in enumerate("ab")]
    meals = [one | {"energy": {"inKilocalories": 700}} for one in runs]

    _, reading = read({"ExerciseSessionRecord": runs, "NutritionRecord": meals})

    assert of(reading, Stream.ENERGY_INTAKE) == [700.0, 700.0], "a meal that is passed on is no second one"
    for stream in (Stream.ACTIVITY_DURATION_MIN, Stream.ENERGY_INTAKE):
        assert len({one.source.device for one in reading.observations if one.stream is stream}) == 2


def test_records_that_say_their_type_themselves_are_read_too(read: Read) -> None:
    record = {"recordType": "RestingHeartRate", "time": "2026-03-02T06:00:00Z", "beatsPerMinute": 49}

    assert read([record])[0] == read({"records": [record]})[0] == "health-connect"
