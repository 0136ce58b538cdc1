"""Mapped tables as spreadsheets and makers write them: durations, thousands, preambles, double headers, capitals."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.errors import BadMapping, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import read_mapping
from client.vault.store import Vault
from policies.vocabulary import AthleteId

TextFile = Callable[..., InputFile]
SESSION = [{"column": "rpe", "stream": "session_rpe"}, {"column": "min", "stream": "session_duration_min"}]


def described(streams: list[dict[str, Any]], time: str = "date", form: str = "date", **changes: Any) -> bytes:
    fields = {"version": 1, "app": "sheet", "time": {"column": time, "format": form}, "streams": streams}
    return json.dumps({**fields, **changes}).encode()


def read(clock: LocalClock, data: str | bytes, mapping: bytes) -> Reading:
    file = InputFile("x.csv", data if isinstance(data, bytes) else data.encode())
    return read_mapped(file, clock, read_mapping(mapping))[NOBODY]


def values(reading: Reading, stream: Stream) -> list[object]:
    return [o.value for o in reading.observations if o.stream is stream]


def test_durations_of_hours_minutes_and_seconds_and_dashes_for_missing(clock: LocalClock) -> None:
    text = (
        '\ufeffDate,Distance,Time,HR\n2026-03-02 17:30:00,"5.48","00:31:24","153"\n'
        "2026-03-03 17:30:00,40.10,01:31:24.5,--\n"
    )
    streams = [
        {"column": "Distance", "stream": "distance", "unit": "km"},
        {"column": "Time", "stream": "activity_duration_min"},
        {"column": "HR", "stream": "heart_rate_mean"},
    ]

    reading = read(clock, text, described(streams, "Date", "iso"))

    assert values(reading, Stream.ACTIVITY_DURATION_MIN) == pytest.approx([31.4, 91.408333])
    assert (reading.report.dropped, reading.report.details["missing:heart_rate_mean"]) == (0, 1)


def test_a_duration_column_of_another_declared_unit_is_not_read_as_one(clock: LocalClock) -> None:
    streams = [{"column": "t", "stream": "activity_duration_min", "unit": "s"}]

    reading = read(clock, "date,t\n2026-03-02,00:31:24\n", described(streams))

    assert reading.report.details == {"dropped:not_a_number_activity_duration_min": 1}


def test_thousands_are_read_where_the_column_proves_them_and_refused_where_it_does_not(clock: LocalClock) -> None:
    streams = [{"column": "m", "stream": "distance"}, {"column": "fast", "stream": "high_speed_distance"}]

    proved = read(clock, 'date,m,fast\n2026-03-02,"6,215.4",412\n', described(streams))
    doubtful = read(clock, 'date,m,fast\n2026-03-02,"6,215",412\n', described(streams))

    assert values(proved, Stream.DISTANCE) == [6215.4]
    assert values(doubtful, Stream.DISTANCE) == []
    assert doubtful.report.details["dropped:sign_distance"] == 1


def test_points_beside_decimal_commas_are_refused_and_not_ten_times_as_long(clock: LocalClock) -> None:
    text = 'date,s,km\n2026-03-02,3189.0,"9,44"\n2026-03-03,2070.5,"5,20"\n'
    streams = [
        {"column": "s", "stream": "activity_duration_min", "unit": "s"},
        {"column": "km", "stream": "distance", "unit": "km"},
    ]

    reading = read(clock, text, described(streams, decimal=","))

    assert values(reading, Stream.DISTANCE) == [9440.0, 5200.0]
    assert reading.report.details["dropped:sign_activity_duration_min"] == 2


@pytest.mark.parametrize(
    "data",
    [
        b"sep=;\r\ndate;rpe;min\r\n2026-03-02;6;60\r\n",
        b'"sep=;"\ndate;rpe;min\n2026-03-02;6;60\n',
        "date\trpe\tmin\r\n2026-03-02\t6\t60\r\n".encode("utf-16"),
        "date,rpe,min\r\n2026-03-02,6,60\r\n".encode("utf-16-le"),
        b"\xfe\xff" + "date,rpe,min\n2026-03-02,6,60\n".encode("utf-16-be"),
        b"# export of a watch;;\n# Athlete: ;;\n\ndate;rpe;min\n2026-03-02;6;60\n",
        b"date;rpe;min\n2026-03-02;6;60\n",
        b"date;rpe;min\n2026-03-02;6;60;\n",
        b"date;rpe;min;;\n2026-03-02;6;60;;\n",
        b"date;rpe;min;\n2026-03-02;6;60\n",
        b"date;rpe;min;\n2026-03-02;6;60;hard\n",
    ],
)
@pytest.mark.parametrize("delimiter", [{}, {"delimiter": ";"}])
def test_the_header_and_its_delimiter_are_found(
    vault: Vault, athlete: AthleteId, clock: LocalClock, data: bytes, delimiter: dict[str, str], tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "unicode.txt"
    path.write_bytes(data)

    (result,) = Importer(vault, clock, Attribution(athlete), read_mapping(described(SESSION, **delimiter))).take(path)

    assert (result.status, result.account.rows) == ("stored", 1)
    assert [o.value for o in vault.read(athlete)] == [60.0, 6.0]


def test_a_column_that_stands_twice_is_named_only_where_it_is_asked_for(clock: LocalClock) -> None:
    text = "Date,Time,Distance,Time,Moving\n2026-03-02,3700,10,3700.0,3600.0\n"
    moving = [{"column": "Moving", "stream": "activity_duration_min", "unit": "s"}]

    assert values(read(clock, text, described(moving, "Date")), Stream.ACTIVITY_DURATION_MIN) == [60.0]
    with pytest.raises(UnreadableFile, match="two columns have the same name: Time"):
        read(clock, text, described([{**moving[0], "column": "Time"}], "Date"))


def test_inches_feet_and_yards(clock: LocalClock) -> None:
    streams = [
        {"column": "jump", "stream": "jump_height_cm", "unit": "[in_i]"},
        {"column": "run", "stream": "distance", "unit": "[yd_i]"},
        {"column": "fast", "stream": "high_speed_distance", "unit": "[ft_i]"},
    ]

    reading = read(clock, "date,jump,run,fast\n2026-02-28,14.53,100,50\n", described(streams))

    assert [o.value for o in reading.observations] == pytest.approx([36.9062, 91.44, 15.24])


def test_capitals_of_a_filter_make_no_difference(clock: LocalClock) -> None:
    only = {"column": "seen", "equals": ["True", "1"]}

    reading = read(
        clock, "date,rpe,min,seen\n2026-03-01,5,60,TRUE\n2026-03-02,6,60,FALSE\n", described(SESSION, only=only)
    )

    assert values(reading, Stream.SESSION_RPE) == [5.0]


def test_rating_0_with_0_minutes_is_a_day_of_rest(clock: LocalClock) -> None:
    text = "date,rpe,min\n2026-03-05,0,0\n2026-03-06,0,30\n2026-03-07,,0\n2026-03-08,0,0:00:00\n"

    reading = read(clock, text, described(SESSION))
    missing = read(clock, text, described([{**SESSION[0], "sentinels": [0]}, SESSION[1]]))

    def days(found: Reading, stream: Stream) -> list[date]:
        return [o.day for o in found.observations if o.stream is stream]

    assert days(reading, Stream.REST_DAY) == [date(2026, 3, 5), date(2026, 3, 8)]
    assert days(reading, Stream.SESSION_RPE) == [date(2026, 3, 6)]
    assert days(missing, Stream.REST_DAY) == []


def test_a_column_of_rest_days_says_it_itself(clock: LocalClock) -> None:
    streams = [*SESSION, {"column": "rest", "stream": "rest_day"}]

    reading = read(clock, "date,rpe,min,rest\n2026-03-05,0,0,1\n2026-03-06,6,60,0\n", described(streams))

    assert values(reading, Stream.REST_DAY) == [1.0, 0.0]
    assert values(reading, Stream.SESSION_RPE) == [6.0]


def test_sleep_without_an_end_has_no_day_and_is_refused(clock: LocalClock) -> None:
    streams = [{"column": "asleep", "stream": "sleep_period_min"}, {"column": "hr", "stream": "resting_heart_rate"}]
    text = "bed,in_bed,asleep,hr\n2026-03-01T23:00:00,long,430,50\n2026-03-02T23:00:00,8:00:00,430,51\n"

    reading = read(clock, text, described(streams, "bed", "iso", duration_min="in_bed"))

    nights: list[Observation] = [o for o in reading.observations if o.stream is Stream.SLEEP_PERIOD_MIN]
    assert [o.day for o in nights] == [date(2026, 3, 3)]
    assert reading.report.details["dropped:end_unknown_sleep_period_min"] == 1
    assert reading.report.details["dropped:duration_unreadable"] == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"form": "%Y-W%W"}, "fix a day"),
        ({"form": "%m/%d/%Y %H:%M %p"}, "needed together"),
        ({"grouping": "."}, "the same"),
        ({"delimiter": '"'}, "delimiter"),
        ({"streams": [{**SESSION[0], "scale": [1, 5]}]}, "scale from 0 to 10"),
    ],
)
def test_what_cannot_be_right_is_refused_when_the_mapping_is_read(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        read_mapping(described(**{"streams": SESSION, **changes}))


def test_exchanged_dates_refuse_the_file(clock: LocalClock) -> None:
    rows = "".join(f"{day:02}/03/2026,6,60\n" for day in (2, 3, 13, 14))

    with pytest.raises(UnreadableFile, match="day and month look exchanged in the column date") as refused:
        read(clock, f"date,rpe,min\n{rows}", described(SESSION, form="%m/%d/%Y"))

    assert refused.value.rows == 4


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_an_end_of_the_calendar_is_dropped(clock: LocalClock, day: str) -> None:
    for form in ("date", "iso"):
        reading = read(clock, f"date,rpe,min\n{day},6,60\n", described(SESSION, form=form))

        assert (reading.observations, reading.report.details) == ((), {"dropped:time_implausible": 1})


def test_dates_that_look_exchanged_and_prove_nothing_are_noted(clock: LocalClock) -> None:
    rows = "".join(f"{day:02}/03/2026,6,60\n" for day in range(1, 8))

    reading = read(clock, f"date,rpe,min\n{rows}", described(SESSION, form="%m/%d/%Y"))

    assert reading.report.details["clock:day_and_month"] == 1
    assert "day and month exchanged" in reading.report.notes[0]
