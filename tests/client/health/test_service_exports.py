"""Exports of health services by their published forms: what is taken, and what is missing. All figures are invented."""

import json

import pytest

from client.biometrics.observations import NAP
from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile
from tests.client.health.export_values import Read, of, times


def whoop_recovery(state: str = "SCORED", **score: object) -> dict[str, object]:
    told = {"user_calibrating": False, "resting_heart_rate": 48, "hrv_rmssd_milli": 71.5, **score}
    return {"cycle_id": 1, "user_id": 9, "created_at": "2026-03-02T06:10:00.000Z", "score_state": state, "score": told}


WHOOP_STAGES = {
    "total_in_bed_time_milli": 28_800_000,
    "total_light_sleep_time_milli": 14_400_000,
    "total_slow_wave_sleep_time_milli": 5_400_000,
    "total_rem_sleep_time_milli": 5_400_000,
}


def whoop_sleep(*, nap: bool, state: str = "SCORED") -> dict[str, object]:
    return {
        "id": "a" if nap else "b",
        "user_id": 9,
        "start": "2026-03-01T21:30:00.000Z",
        "end": "2026-03-02T05:30:00.000Z",
        "timezone_offset": "-05:00",
        "nap": nap,
        "score_state": state,
        "score": {"stage_summary": WHOOP_STAGES},
    }


def test_recoveries_of_whoop_that_are_pending_or_unscorable_are_missing(read: Read) -> None:
    records = [whoop_recovery(), *map(whoop_recovery, ("PENDING_SCORE", "UNSCORABLE"))]

    name, reading = read({"records": records, "next_token": None})

    assert name == "whoop"
    assert (of(reading, Stream.RMSSD), of(reading, Stream.RESTING_HEART_RATE)) == ([71.5], [48.0])
    assert reading.ledger.account(reading.rows_of, ()).dropped == {"missing": 2}


def test_sleep_and_workouts_of_whoop(read: Read) -> None:
    workout = {
        "id": "w",
        "user_id": 9,
        "start": "2026-03-02T16:00:00.000Z",
        "end": "2026-03-02T17:00:00.000Z",
        "timezone_offset": "+01:00",
        "sport_name": "running",
        "score_state": "SCORED",
        "score": {"average_heart_rate": 150, "max_heart_rate": 180, "distance_meter": 10_000.0},
    }

    _, reading = read({"records": [whoop_sleep(nap=False), whoop_sleep(nap=True, state="PENDING_SCORE"), workout]})

    assert of(reading, Stream.SLEEP_PERIOD_MIN) == [420.0]
    assert of(reading, Stream.SLEEP_EFFICIENCY) == [87.5]
    assert times(reading, Stream.SLEEP_PERIOD_MIN) == [("2026-03-01T21:30", "2026-03-02T05:30", -300)]
    assert (of(reading, Stream.ACTIVITY_DURATION_MIN), of(reading, Stream.DISTANCE)) == ([60.0], [10_000.0])


def test_naps_of_whoop_are_marked_and_have_no_efficiency(read: Read) -> None:
    _, reading = read([whoop_sleep(nap=True)])

    assert [one.quality for one in reading.observations] == [(NAP,)]


def oura_sleep(kind: str = "long_sleep") -> dict[str, object]:
    return {
        "id": kind,
        "type": kind,
        "day": "2026-03-02",
        "bedtime_start": "2026-03-01T23:00:00+01:00",
        "bedtime_end": "2026-03-02T07:00:00+01:00",
        "total_sleep_duration": 25_200,
        "time_in_bed": 28_800,
        "deep_sleep_duration": 5400,
        "average_hrv": 62,
        "lowest_heart_rate": 47,
    }


def test_nights_of_oura(read: Read) -> None:
    day = {"id": "d", "day": "2026-03-02", "score": 81, "contributors": {"deep_sleep": 90}, "timestamp": "x"}

    name, reading = read({"data": [oura_sleep(), oura_sleep("late_nap"), oura_sleep("deleted"), day]})

    assert name == "oura"
    assert of(reading, Stream.SLEEP_PERIOD_MIN) == [420.0, 420.0]
    assert (of(reading, Stream.RMSSD), of(reading, Stream.RESTING_HEART_RATE)) == ([62.0], [47.0])
    assert (of(reading, Stream.SLEEP_SCORE), of(reading, Stream.DEEP_SLEEP_MIN)) == ([81.0], [90.0])
    assert reading.ledger.account(reading.rows_of, ()).dropped == {"kind_not_taken": 1}


def test_a_night_of_oura_at_greenwich_keeps_its_offset(read: Read) -> None:
    night = oura_sleep() | {"bedtime_start": "2026-03-01T23:30:00+00:00", "bedtime_end": "2026-03-02T07:30:00+00:00"}

    _, reading = read({"data": [night]})

    assert times(reading, Stream.SLEEP_PERIOD_MIN) == [("2026-03-01T23:30", "2026-03-02T07:30", 0)]


def test_trends_of_oura_without_times_give_no_sleep(read: Read) -> None:
    head = "date,Sleep Score,Total Sleep Duration,Lowest Resting Heart Rate,Average HRV"

    name, reading = read(f"{head}\n2026-03-02,81,26100,49,62\n")

    assert name == "oura-trends"
    assert (of(reading, Stream.RMSSD), of(reading, Stream.SLEEP_SCORE)) == ([62.0], [81.0])
    assert of(reading, Stream.SLEEP_PERIOD_MIN) == []
    assert {one.day.isoformat() for one in reading.observations} == {"2026-03-02"}


def test_a_training_session_of_polar(read: Read) -> None:
    session = {
        "exportVersion": "1.6",
        "name": "With Mara",
        "startTime": "2026-03-02T17:30:00.000",
        "timezoneOffset": -480,
        "distance": 8000.5,
        "duration": "PT45M0.5S",
        "averageHeartRate": 150,
        "maximumHeartRate": 181,
        "physicalInformationSnapshot": {"weight, kg": 66.0},
        "exercises": [{"sport": "RUNNING", "samples": {"recordedRoute": [{"latitude": 59.91, "longitude": 10.75}]}}],
    }

    name, reading = read(session)

    assert name == "polar-session"
    assert of(reading, Stream.ACTIVITY_DURATION_MIN) == [pytest.approx(45.00833, abs=1e-4)]
    assert times(reading, Stream.DISTANCE) == [("2026-03-03T01:30", "2026-03-03T02:15", -480)]
    assert of(reading, Stream.BODY_WEIGHT) == [], "a figure of the settings"
    assert not {"59.91", "Mara"} & set(repr(reading))


def test_nights_of_polar(read: Read) -> None:
    recharge = {"date": "2026-03-02", "beat_to_beat_avg": 1080, "heart_rate_variability_avg": 55, "heart_rate_avg": 52}
    night = {
        "date": "2026-03-02",
        "sleep_start_time": "2026-03-01T23:00:00+01:00",
        "sleep_end_time": "2026-03-02T07:00:00+01:00",
        "light_sleep": 14_400,
        "deep_sleep": 5400,
        "rem_sleep": 5400,
        "total_interruption_duration": 3600,
    }

    assert of(read({"recharges": [recharge]})[1], Stream.RMSSD) == [55.0]
    name, reading = read({"nights": [night]})
    assert (name, of(reading, Stream.SLEEP_PERIOD_MIN), of(reading, Stream.SLEEP_EFFICIENCY)) == (
        "polar-night",
        [420.0],
        [87.5],
    )


def test_a_move_of_suunto_as_json(read: Read) -> None:
    header = {
        "DateTime": "2026-03-02T17:30:00+01:00",
        "Duration": 1800.0,
        "Distance": 5000,
        "HR": {"Avg": 2.5, "Max": 3},
    }

    name, reading = read({"DeviceLog": {"Header": header, "Samples": [{"Latitude": 0.88, "exercises": 1}]}})

    assert name == "suunto-json"
    assert (of(reading, Stream.HEART_RATE_MEAN), of(reading, Stream.HEART_RATE_MAX)) == ([150.0], [180.0])
    assert times(reading, Stream.DISTANCE) == [("2026-03-02T16:30", "2026-03-02T17:00", 60)]


def test_a_document_that_is_cut_off_keeps_what_stands_before(clock: LocalClock) -> None:
    text = json.dumps({"records": [whoop_recovery() for _ in range(3)]})
    file = InputFile("a.json", text[:-40].encode())

    reading = reader_for(file).readings(file, clock, label=None, nobody="")[""]

    assert (reading.report.details["partial_file"], reading.report.rows) == (1, 2)


def test_nights_and_workouts_of_whoop_as_tables(read: Read) -> None:
    cycles = (
        "Cycle start time,Cycle end time,Cycle timezone,Recovery score %,Resting heart rate (bpm),"
        "Heart rate variability (ms),Sleep onset,Wake onset,Asleep duration (min),In bed duration (min),"
        "Deep (SWS) duration (min)\n"
        "2026-03-01 23:00:00,2026-03-02 22:30:00,UTC-05:00,60,48,71,2026-03-01 23:00:00,2026-03-02 07:00:00,420,"
        "480,90\n"
        "2026-03-02 22:30:00,,UTC-05:00,,,,,,,,\n"
    )
    workouts = (
        "Cycle start time,Cycle timezone,Workout start time,Workout end time,Average HR (bpm),Max HR (bpm)\n"
        "2026-03-01 23:00:00,UTC-05:00,2026-03-02 17:00:00,2026-03-02 18:00:00,150,180\n"
    )

    name, night = read(cycles)
    assert (name, of(night, Stream.RMSSD), of(night, Stream.SLEEP_EFFICIENCY)) == ("whoop-cycles", [71.0], [87.5])
    assert times(night, Stream.SLEEP_PERIOD_MIN) == [("2026-03-02T04:00", "2026-03-02T12:00", -300)]
    assert night.ledger.account(night.rows_of, ()).dropped == {"missing": 1}
    name, training = read(workouts)
    assert (name, of(training, Stream.ACTIVITY_DURATION_MIN)) == ("whoop-workouts", [60.0])


def test_naps_of_whoop_stand_in_a_table_of_their_own(read: Read) -> None:
    name, reading = read(
        "Cycle start time,Cycle timezone,Sleep onset,Wake onset,Asleep duration (min),In bed duration (min),Nap\n"
        "2026-03-01 23:00:00,UTCZ,2026-03-01 23:00:00,2026-03-02 07:00:00,420,480,false\n"
        "2026-03-01 23:00:00,UTCZ,2026-03-02 14:00:00,2026-03-02 14:30:00,25,30,true\n"
    )

    assert (name, of(reading, Stream.SLEEP_PERIOD_MIN)) == ("whoop-sleeps", [420.0, 25.0])
    assert [one.quality for one in reading.observations] == [(), (), (NAP,)]


def test_variability_of_a_fitbit_download(read: Read) -> None:
    name, reading = read("timestamp,rmssd,nremhr,entropy\n2026-03-02T00:00:00,41.5,52.1,2.5\n")

    assert (name, of(reading, Stream.RMSSD)) == ("fitbit-variability", [41.5])
