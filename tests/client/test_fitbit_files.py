"""Fitbit exports: which times are UTC and which local, the download's dates, naps, pauses and units."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import NAP
from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.ingest import fitbit
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading, load
from client.ingest.times.fitbit_time import local_time

OSLO = LocalClock(ZoneInfo("Europe/Oslo"), datetime(2026, 11, 23, 12, tzinfo=UTC))
RUN = {
    "logId": 7,
    "activityName": "Run",
    "averageHeartRate": 148,
    "duration": 3_480_000,
    "distance": 10.1,
    "distanceUnit": "Kilometer",
    "startTime": "2026-03-02 16:01:00",
}
NIGHT = {
    "logId": 1,
    "dateOfSleep": "2026-03-02",
    "startTime": "2026-03-01T23:10:00.000",
    "endTime": "2026-03-02T06:40:00.000",
    "minutesAsleep": 412,
    "timeInBed": 450,
}


def exported(*records: Mapping[str, Any], name: str = "export.json") -> Reading:
    file = InputFile(name, json.dumps(records).encode())
    read = reader_for(file).read
    assert read is not None
    return read(file, OSLO)


def values(reading: Reading, stream: Stream) -> list[object]:
    return [one.value for one in reading.observations if one.stream is stream]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-02 16:01:00", "2026-03-02T16:01:00+00:00"),
        ("03/02/26 16:01:00", "2026-03-02T16:01:00+00:00"),
        ("2026-07-02T16:01:00.000", "2026-07-02T16:01:00+00:00"),
        ("2026-03-02T17:01:00.000+01:00", "2026-03-02T16:01:00+00:00"),
        ("2026-03-02 23:30:00", "2026-03-02T23:30:00+00:00"),
    ],
)
def test_an_exercise_is_in_utc_and_its_day_is_local(written: str, utc: str) -> None:
    reading = exported({**RUN, "startTime": written})

    minutes = next(one for one in reading.observations if one.stream is Stream.ACTIVITY_DURATION_MIN)
    assert (minutes.start.isoformat(), minutes.value) == (utc, 58.0)
    assert minutes.day == (datetime.fromisoformat(utc).astimezone(OSLO.zone)).date()
    assert reading.report.details.get("clock:zone_assumed", 0) == int("+" not in written), "the zone was a guess"


def test_no_real_exercise_lies_in_the_main_sleep_of_its_owner(real_data: Path) -> None:
    """1,455 exercises of the whole set read as UTC overlap no sleep; read as local time 91 did."""
    exercises = overlaps = 0
    for folder in sorted((real_data / "pmdata").iterdir()):
        sleep = fitbit.read_sleep(load(folder / "fitbit" / "sleep.json"), OSLO)
        exercise = fitbit.read_exercise(load(folder / "fitbit" / "exercise.json"), OSLO)
        nights = [o for o in sleep.observations if o.stream is Stream.SLEEP_PERIOD_MIN and NAP not in o.quality]
        for run in exercise.observations:
            if run.stream is Stream.ACTIVITY_DURATION_MIN:
                exercises += 1
                overlaps += any(night.start < run.end and run.start < night.end for night in nights)

    assert exercises > 500
    assert overlaps == 0


@pytest.mark.parametrize(
    ("unit", "metres"),
    [("Mile", 5025.981), ("Miles", 5025.981), ("KILOMETER", 3123.0), ("Meter", 3.123), ("Yard", 2.8557)],
)
def test_a_distance_is_read_in_its_own_unit(unit: str, metres: float) -> None:
    reading = exported({**RUN, "distance": 3.123, "distanceUnit": unit})

    assert values(reading, Stream.DISTANCE) == [pytest.approx(metres, abs=1e-3)]


@pytest.mark.parametrize("unit", ["Furlong", None, "", 3])
def test_a_distance_in_an_unknown_unit_is_left_out_and_counted(unit: object) -> None:
    reading = exported({**RUN, "distanceUnit": unit})

    assert values(reading, Stream.DISTANCE) == []
    assert reading.report.details["dropped:unit_distance"] == 1


def test_pauses_are_not_counted_as_minutes() -> None:
    paused = exported({**RUN, "duration": 3_600_000, "activeDuration": 1_800_000})
    without = exported({**RUN, "duration": 3_600_000, "activeDuration": 0})

    assert values(paused, Stream.ACTIVITY_DURATION_MIN) == [30.0]
    assert paused.observations[0].end - paused.observations[0].start == timedelta(hours=1)
    assert values(without, Stream.ACTIVITY_DURATION_MIN) == [60.0]


@pytest.mark.parametrize("field", ["mainSleep", "isMainSleep"])
def test_a_nap_is_marked_and_has_no_efficiency(field: str) -> None:
    nap = {**NIGHT, "startTime": "2026-03-02T14:00:00.000", "endTime": "2026-03-02T15:00:00.000", "minutesAsleep": 52}
    reading = exported({**NIGHT, field: True}, {**nap, "timeInBed": 60, field: False})

    sleeps = [one for one in reading.observations if one.stream is Stream.SLEEP_PERIOD_MIN]
    assert [one.quality for one in sleeps] == [(), (NAP,)]
    assert values(reading, Stream.SLEEP_EFFICIENCY) == [pytest.approx(100 * 412 / 450)]


@pytest.mark.parametrize(("day", "lasted"), [("2026-03-29", 390), ("2026-10-25", 510), ("2026-10-26", 450)])
def test_a_night_of_a_clock_change_ends_when_the_clock_showed_it(day: str, lasted: int) -> None:
    """`duration` is the difference of the two times, as in the real export, which fills the hour as unknown."""
    before = date.fromisoformat(day) - timedelta(days=1)
    night = {**NIGHT, "startTime": f"{before}T23:10:00.000", "endTime": f"{day}T06:40:00.000", "duration": 450 * 60_000}

    (sleep, _) = exported(night).observations

    assert sleep.end - sleep.start == timedelta(minutes=lasted)


@pytest.mark.parametrize(
    ("key", "record", "stream"),
    [("sleep", NIGHT, Stream.SLEEP_PERIOD_MIN), ("activities", RUN, Stream.ACTIVITY_DURATION_MIN)],
)
def test_an_answer_of_the_web_interface_holds_the_records_of_the_download(
    key: str, record: dict[str, object], stream: Stream
) -> None:
    file = InputFile("answer.json", json.dumps({key: [record], "pagination": {"next": ""}}).encode())

    reading = reader_for(file).readings(file, OSLO, label=None, nobody="")[""]

    assert values(reading, stream) == values(exported(record), stream) != []


def test_dates_of_the_download_are_month_day_year() -> None:
    rows = [
        {"dateTime": f"01/{n:02}/26 00:00:00", "value": {"date": f"01/{n:02}/26", "value": 54.0 + n, "error": 6.7}}
        for n in range(1, 13)
    ]
    reading = exported(*rows, name="resting_heart_rate-2026-01-01.json")

    assert [one.day.isoformat() for one in reading.observations] == [f"2026-01-{n:02}" for n in range(1, 13)]
    assert values(reading, Stream.RESTING_HEART_RATE) == [54.0 + n for n in range(1, 13)]


@given(st.datetimes(datetime(2002, 1, 1), datetime(2026, 11, 1)))  # noqa: DTZ001 - written without zone
def test_every_written_form_of_one_time_is_one_moment(when: datetime) -> None:
    when = when.replace(microsecond=0)
    forms = ["%m/%d/%y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.000", "%m/%d/%Y %I:%M:%S %p"]

    moments = {local_time(when.strftime(form), OSLO, QualityCounters()) for form in forms}

    assert len(moments) == 1
    assert None not in moments


@pytest.mark.parametrize(
    "field", [None, 7, "", "13/40/26", "31/12/26 00:00:00", "01/02/26 25:00:00", "01/02/26 13:00 PM"]
)
def test_what_is_no_time_is_counted(field: object) -> None:
    counters = QualityCounters()

    assert local_time(field, OSLO, counters) is None
    assert counters.report().dropped == 1
