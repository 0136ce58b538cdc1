"""Columns and fields that nothing is read from are named, by their names alone."""

import json

import pytest

from client.biometrics.quality import QualityCounters
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.mapping import read_mapping
from client.ingest.markup.field_names import MOST_FIELDS, FieldNames
from client.ingest.preview.file_reading import read_file
from tests.client.test_export_dates import EXPORTS

CANARY = "59.9127"
MORE = {
    "pmsys-wellness": (
        "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"
        "2026-03-02 07:00:00,3,3,6,7,3,3,[],3\n"
    ),
    "force-plate": "Time (s),Force (N)\n"
    + "".join(
        f"{n / 1000},{700 if n < 1800 or n > 2400 else 5 if n > 2000 else 1600 if n > 1850 else 500}\n"
        for n in range(3000)
    ),
}
ROUTE = {"route": [{"lat": CANARY}]}
JSON: dict[str, object] = {
    "whoop": {
        "records": [
            {"user_id": 9, "created_at": "2026-03-02T06:10:00Z", "score_state": "SCORED", "extra": CANARY}
            | {"score": {"hrv_rmssd_milli": 71.5, "resting_heart_rate": 48, "extra": CANARY}}
        ]
    },
    "oura": {
        "data": [
            {"bedtime_start": "2026-03-01T23:00:00+01:00", "bedtime_end": "2026-03-02T07:00:00+01:00"}
            | {"total_sleep_duration": 25_200, "extra": CANARY}
        ]
    },
    "garmin-health": [
        {"summaryId": "x", "startTimeInSeconds": 1772436600, "restingHeartRateInBeatsPerMinute": 50} | {"extra": CANARY}
    ],
    "polar-night": {
        "recharges": [
            {"date": "2026-03-02", "heart_rate_variability_avg": 55} | {"beat_to_beat_avg": 1080, "extra": CANARY}
        ]
    },
    "polar-session": {"exportVersion": "1.6", "startTime": "2026-03-02T17:30:00", "duration": "PT45M", "extra": CANARY}
    | {"exercises": [ROUTE]},
    "suunto-json": {
        "DeviceLog": {
            "Header": {"DateTime": "2026-03-02T17:30:00+01:00", "Duration": 1800}
            | {"extra": CANARY, "HR": {"Avg": 2.5, "extra": 1}},
            "Samples": [ROUTE],
        }
    },
    "health-connect": [
        {"recordType": "Weight", "time": "2026-03-02T07:00:00Z", "weight": {"inKilograms": 70}} | {"extra": CANARY}
    ],
    "goldencheetah-measures": {"measures": [{"when": 1772436600, "rmssd": 53.4, "extra": CANARY}], "version": 1},
    "fitbit-sleep": [
        {"dateOfSleep": "2026-03-02", "startTime": "2026-03-01T23:00:00", "minutesAsleep": 400}
        | {"endTime": "2026-03-02T07:00:00", "extra": CANARY}
    ],
    "fitbit-exercise": [
        {"activityName": "Run", "startTime": "03/02/26 17:00:00", "duration": 3_600_000, "extra": CANARY}
    ],
    "fitbit-resting-heart-rate": [
        {"dateTime": "03/02/26 00:00:00", "value": {"value": 54.3, "error": 6, "extra": CANARY}}
    ],
}


def notes(data: str, clock: LocalClock) -> tuple[str, str]:
    name, readings = read_file(InputFile("2026-03-02.csv", data.encode()), clock)
    (reading,) = readings.values()
    assert reading.observations
    return name, "; ".join(reading.report.notes)


@pytest.mark.parametrize("name", [*EXPORTS, *MORE])
def test_every_table_names_the_columns_that_are_not_read(clock: LocalClock, name: str) -> None:
    head, _, rows = (EXPORTS | MORE)[name].partition("\n")
    wide = f"{head},Extra,menstrualPhase\n" + "".join(f"{row},{CANARY},luteal\n" for row in rows.splitlines())

    reader, said = notes(wide, clock)

    assert reader == name
    assert "columns that are not read: " in said
    assert "Extra" in said
    assert not any(word in said for word in (CANARY, "menstrual", "luteal"))


def test_a_mapped_table_names_them_too(clock: LocalClock) -> None:
    mapping = read_mapping(
        b'{"version": 1, "app": "sheet", "time": {"column": "when"}, "streams": [{"column": "mood", "stream": "mood"}]}'
    )
    table = InputFile("sheet.csv", f"when,mood,Note,Zyklusphase\n2026-03-02,3,{CANARY},luteal\n".encode())

    (reading,) = read_file(table, clock, mapping=mapping)[1].values()

    assert reading.report.notes == ("columns that are not read: Note",)


@pytest.mark.parametrize("name", JSON)
def test_every_record_names_the_fields_that_are_not_read(clock: LocalClock, name: str) -> None:
    reader, said = notes(json.dumps(JSON[name]), clock)

    assert reader == name
    assert "fields that are not read: " in said
    assert "extra" in said
    assert CANARY not in said


@pytest.mark.parametrize("name", JSON)
def test_a_field_that_is_read_is_not_named(clock: LocalClock, name: str) -> None:
    said = notes(json.dumps(JSON[name]).replace('"extra"', '"pregnancyWeek"'), clock)[1]

    named = said.partition("fields that are not read: ")[2].partition(";")[0].split(", ")
    taken = {"score.hrv_rmssd_milli", "total_sleep_duration", "duration", "HR.Avg", "weight", "rmssd", "minutesAsleep"}
    assert not taken & set(named)
    assert "pregnancy" not in said


def test_an_object_names_what_is_left_of_it_and_data_is_no_name() -> None:
    fields, counters = FieldNames(), QualityCounters()
    fields.read("score", "sleep", "deep")
    fields.see(
        {"score": {"sleep": {"deep": 1, "rem": 2}, "2026-03-02": 5}, "10.75": 1, "cycle": {"day": 3}, "\u202ea": 1}
    )
    fields.see({f"key{number}": 0 for number in range(MOST_FIELDS + 5)})

    fields.note(counters)

    (said,) = counters.report().notes
    assert said.startswith("fields that are not read: score.sleep.rem, cycle, key0, ")
    assert said.endswith(f" and {MOST_FIELDS - 10} more")


def test_a_text_of_beats_names_the_columns_beside_the_intervals(clock: LocalClock) -> None:
    rows = "".join(f"2026-03-02T07:00:{n:02},{n // 7},{800 + n % 5},{60 + n % 3}\n" for n in range(40))

    assert notes(f"Timestamp,Lap,RR,Quality\n{rows}", clock) == ("rr-text", "columns that are not read: Quality")
