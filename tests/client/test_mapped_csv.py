"""A CSV that no reader knows, described by a mapping file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client.biometrics.streams import Stream
from client.errors import BadMapping, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import CONVERSIONS, Mapping, read_mapping

TextFile = Callable[..., InputFile]

LEAGUE: dict[str, Any] = {
    "version": 1,
    "app": "league-export",
    "athlete": "athlete",
    "time": {"column": "date", "format": "date"},
    "streams": [
        {"column": "rpe", "stream": "session_rpe", "sentinels": [-1, -0.01]},
        {"column": "hours", "stream": "session_duration_min", "unit": "h"},
        {"column": "rest", "stream": "rest_day"},
    ],
}


def mapping(**changes: Any) -> Mapping:
    return read_mapping(json.dumps({**LEAGUE, **changes}).encode())


def test_many_athletes_units_and_sentinels(text_file: TextFile, clock: LocalClock) -> None:
    text = "athlete,date,rpe,hours,rest\na,2026-01-01,7,1.5,0\na,2026-01-02,-1,,1\nb,2026-01-01,-0.01,2,\n"

    found = read_mapped(text_file(text), clock, mapping())

    assert set(found) == {"a", "b"}
    minutes = [o.value for o in found["a"].observations if o.stream is Stream.SESSION_DURATION_MIN]
    assert minutes == [90.0]
    assert found["a"].report.unit == 1
    assert found["a"].report.details["sentinel:session_rpe"] == 1
    assert found["b"].report.details["sentinel:session_rpe"] == 1


@pytest.mark.parametrize("heading", ["Ermu\u0308dung (1-5)", '"Ermüdung\n(1-5)"', "Ermüdung\u00a0 (1-5)"])
def test_one_heading_may_be_written_in_several_ways(text_file: TextFile, clock: LocalClock, heading: str) -> None:
    described = mapping(athlete=None, streams=[{"column": "Ermüdung (1-5)", "stream": "fatigue"}])

    found = read_mapped(text_file(f"date,{heading}\n2026-01-01,4\n2026-01-02,3\n"), clock, described)[NOBODY]

    assert ([one.value for one in found.observations], found.report.rows) == ([4.0, 3.0], 2)


def test_decimal_commas_other_dates_and_a_row_filter(text_file: TextFile, clock: LocalClock) -> None:
    described = mapping(
        athlete=None,
        delimiter=";",
        decimal=",",
        time={"column": "date", "format": "%d.%m.%Y %H:%M"},
        only={"column": "ok", "equals": ["yes"]},
        streams=[{"column": "km", "stream": "distance", "unit": "km"}],
    )
    text = "date;km;ok\n05.11.2019 18:30;1.012,5;no\n06.11.2019 18:30;12,5;yes\n"

    reading = read_mapped(text_file(text), clock, described)[NOBODY]

    assert [(o.value, o.start) for o in reading.observations] == [(12500.0, datetime(2019, 11, 6, 18, 30, tzinfo=UTC))]
    assert reading.report.sentinel == 1


def test_sleep_gets_its_end_from_a_column_of_minutes(text_file: TextFile, clock: LocalClock) -> None:
    described = mapping(
        athlete=None,
        time={"column": "bed", "format": "iso"},
        duration_min="in_bed",
        streams=[{"column": "asleep", "stream": "sleep_period_min"}],
    )
    text = "bed,in_bed,asleep\n2026-01-01T23:00:00,480,430\n"

    (sleep,) = read_mapped(text_file(text), clock, described)[NOBODY].observations

    assert sleep.end - sleep.start == timedelta(hours=8)
    assert sleep.day.isoformat() == "2026-01-02"


@pytest.mark.parametrize(
    ("time", "cell", "changes", "counted"),
    [
        ({"format": "unix_s"}, "1767310200", {}, 1),
        ({"format": "iso"}, "2026-01-01T23:30:00Z", {}, 1),
        ({"format": "%Y-%m-%d %H:%M", "zone": "utc"}, "2026-01-01 23:30", {}, 1),
        ({"format": "unix_s"}, "1767310200", {"timezone": "Europe/Oslo"}, 0),
        ({"format": "iso"}, "2026-01-02T00:30:00+01:00", {}, 0),
        ({"format": "iso"}, "2026-01-01T23:30:00", {}, 0),
    ],
)
def test_a_time_in_utc_whose_zone_nobody_said_is_placed_and_counted(
    text_file: TextFile, clock: LocalClock, time: dict[str, str], cell: str, changes: dict[str, str], counted: int
) -> None:
    described = mapping(athlete=None, time={"column": "date", **time}, **changes)

    found = read_mapped(text_file(f"date,rpe,hours,rest\n{cell},5,,\n"), clock, described)[NOBODY]

    assert found.report.details.get("clock:zone_assumed", 0) == counted
    assert [one.start for one in found.observations] == [datetime(2026, 1, 1, 23, 30, tzinfo=UTC)]


def test_columns_that_are_missing_are_named(text_file: TextFile, clock: LocalClock) -> None:
    with pytest.raises(UnreadableFile, match="hours, rest"):
        read_mapped(text_file("athlete,date,rpe\na,2026-01-01,7\n"), clock, mapping())


def test_ragged_rows_are_left_out_and_counted(text_file: TextFile, clock: LocalClock) -> None:
    text = "athlete,date,rpe,hours,rest\na,2026-01-01,7,1,0\na,2026-01-02,7\na,2026-01-03,7,1,0,9\n"

    report = read_mapped(text_file(text), clock, mapping())["a"].report

    assert (report.details["dropped:row_ragged"], report.rows) == (2, 3)
    with pytest.raises(UnreadableFile):
        read_mapped(text_file("athlete,date,rpe,hours,rest\na,2026-01-02,7\n"), clock, mapping())


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"version": 2}, "version"),
        ({"secret": 1}, "secret"),
        ({"streams": []}, "streams"),
        ({"streams": [{"column": "a", "stream": "aura"}]}, "stream"),
        ({"streams": [{"column": "a", "stream": "distance", "unit": "furlong"}]}, "furlong"),
        ({"streams": [{"column": "a", "stream": "rr_intervals"}]}, "numbers"),
        ({"streams": [{"column": "a", "stream": "mood"}, {"column": "b", "stream": "mood"}]}, "twice"),
        ({"timezone": "Mars/Olympus"}, "Mars"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(BadMapping, match=place):
        mapping(**changes)


def test_a_mapping_that_is_no_json_is_refused() -> None:
    with pytest.raises(BadMapping):
        read_mapping(b"athlete: x")


def test_conversions_agree_with_their_inverses() -> None:
    for (source, target), factor in CONVERSIONS.items():
        inverse = CONVERSIONS.get((target, source))
        assert inverse is None or factor * inverse == pytest.approx(1.0)


def test_a_row_with_a_label_too_long_is_left_out_and_counted(text_file: TextFile, clock: LocalClock) -> None:
    text = f"athlete,date,rpe,hours,rest\na,2026-01-01,7,1.5,0\n{'b' * 201},2026-01-01,7,2,0\n"

    found = read_mapped(text_file(text), clock, mapping())

    assert set(found) == {"a"}
    assert found["a"].report.details["dropped:label_too_long"] == 1
    with pytest.raises(UnreadableFile, match="200 characters"):
        read_mapped(text_file(text.replace("a,2026", "c" * 201 + ",2026")), clock, mapping())
