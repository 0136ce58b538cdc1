"""Excel and OpenDocument workbooks as tables, and the ones that are refused before they are opened."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.commands.squad import read_squad
from client.errors import BadMapping, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import read_mapping
from client.ingest.preview.file_reading import read_file
from client.ingest.spreadsheets.workbook import read_sheets
from client.ingest.spreadsheets.workbook_gate import is_workbook
from tests.client.workbooks import archive, excel, open_document

SESSION = [{"column": "rpe", "stream": "session_rpe"}, {"column": "min", "stream": "session_duration_min"}]
HEADER = ("date", "rpe", "min")


def mapped(clock: LocalClock, data: bytes, **changes: Any) -> dict[str, Reading]:
    fields: dict[str, Any] = {"version": 1, "app": "sheet", "time": {"column": "date"}, "streams": SESSION, **changes}
    return read_mapped(InputFile("x.xlsx", data), clock, read_mapping(json.dumps(fields).encode()))


def kept(reading: Reading) -> list[tuple[str, object]]:
    return [(one.stream.value, one.value) for one in reading.observations]


@pytest.mark.parametrize("make", [lambda rows: excel({"Sheet1": rows}), open_document])
def test_numbers_days_and_durations_are_taken_as_the_workbook_holds_them(
    clock: LocalClock, make: Callable[[Any], bytes]
) -> None:
    rows = [
        ("The first team",),
        HEADER,
        (date(2026, 3, 2), 6.5, timedelta(minutes=62)),
        (None, None, None),
        ("04.03.2026", "7,5", 45),
    ]

    # The mapping's decimal comma and pattern are for text: a number or a day in a cell needs none.
    reading = mapped(clock, make(rows), decimal=",", time={"column": "date", "format": "%d.%m.%Y"})[NOBODY]

    assert kept(reading) == [
        ("session_rpe", 6.5),
        ("session_duration_min", 62.0),
        ("session_rpe", 7.5),
        ("session_duration_min", 45.0),
    ]
    assert [one.day for one in reading.observations[::2]] == [date(2026, 3, 2), date(2026, 3, 4)]
    assert (reading.report.rows, reading.report.dropped) == (2, 0)


def test_a_number_that_could_be_thousands_in_a_text_is_itself_in_a_cell(clock: LocalClock) -> None:
    streams = [{"column": "m", "stream": "distance"}]

    reading = mapped(
        clock, excel({"A": [("date", "m"), (date(2026, 3, 2), 10.25), (date(2026, 3, 3), 6.125)]}), streams=streams
    )

    assert [one.value for one in reading[NOBODY].observations] == [10.25, 6.125]


def test_a_day_and_a_clock_time_in_two_columns_and_a_zone_in_a_third(clock: LocalClock) -> None:
    times = {"column": "date", "format": "%d/%m/%Y", "time_of_day": "at", "zone_column": "zone"}
    rows = [
        (*HEADER, "at", "zone"),
        (date(2026, 3, 2), 6, 60, time(17, 30), "UTC+01:00"),
        ("03/03/2026", 6, 60, "5:30 PM", "Europe/Oslo"),
        ("04/03/2026", 6, 60, 0.75, "GMT-5"),
        ("05/03/2026", 6, 60, None, None),
        ("06/03/2026", 6, 60, "late", "Z"),
        ("07/03/2026", 6, 60, "10:00", "CET"),
    ]

    reading = mapped(clock, excel({"A": rows}), time=times)[NOBODY]

    starts = [(one.start.isoformat(), one.offset_min) for one in reading.observations[::2]]
    assert starts == [
        ("2026-03-02T16:30:00+00:00", 60),
        ("2026-03-03T16:30:00+00:00", 60),
        ("2026-03-04T23:00:00+00:00", -300),
        ("2026-03-05T00:00:00+00:00", 0),
    ]
    assert reading.report.details["clock:zone_assumed"] == 1
    assert reading.report.details["dropped:time_unreadable"] == 1
    assert reading.report.details["dropped:time_zone_unreadable"] == 1


def test_a_reversed_item_is_turned_around_and_no_answer_stays_none(clock: LocalClock) -> None:
    streams = [{"column": "tired", "stream": "fatigue", "reversed": True, "sentinels": [9]}]
    rows = [("date", "tired"), *((date(2026, 3, day), answer) for day, answer in enumerate((1, 2, 5, 9, 0), 1))]

    reading = mapped(clock, excel({"A": rows}), streams=streams)[NOBODY]

    assert [one.value for one in reading.observations] == [5.0, 4.0, 1.0]
    assert reading.report.details == {"sentinel:fatigue": 1, "dropped:range_fatigue": 1}
    with pytest.raises(BadMapping, match="no rating"):
        mapped(clock, b"", streams=[{"column": "m", "stream": "distance", "reversed": True}])


def test_every_sheet_with_the_columns_is_read_and_the_others_are_counted(clock: LocalClock) -> None:
    book = excel(
        {
            "March": [HEADER, (date(2026, 3, 2), 6, 60)],
            "April": [("x",), HEADER, (date(2026, 4, 2), 7, 50)],
            "Notes": [("lunch", "at noon")],
            "Blank": [],
        }
    )

    both = mapped(clock, book)[NOBODY]
    one = mapped(clock, book, sheets=["April"])[NOBODY]
    by_sheet = mapped(clock, book, athlete_is_sheet=True)

    assert [o.value for o in both.observations] == [6.0, 60.0, 7.0, 50.0]
    assert both.report.details["sheet_left_out"] == 1
    assert [o.value for o in one.observations] == [7.0, 50.0]
    assert one.report.details["sheet_left_out"] == 2
    assert set(by_sheet) == {"March", "April"}
    with pytest.raises(UnreadableFile, match="correct sheets"):
        mapped(clock, book, sheets=["Notes"])


def test_readers_of_tables_take_their_columns_from_a_workbook_too(clock: LocalClock) -> None:
    header = ("timestamp_measurement", "HR", "AVNN", "SDNN", "rMSSD", "pNN50", "LF", "HF", "HRV4T_Recovery_Points")
    values = (datetime(2026, 3, 2, 7, 1), 52.1, 1100, 60, 53.4, 20, 1, 1, 7)  # noqa: DTZ001 - local, as in a cell

    name, readings = read_file(InputFile("hrv.xlsx", excel({"A": [header, values]})), clock)

    assert name == "hrv4training"
    assert [(o.stream, o.value) for o in readings[NOBODY].observations] == [
        (Stream.RMSSD, 53.4),
        (Stream.RESTING_HEART_RATE, 52.1),
    ]


@pytest.mark.parametrize("name", ["squad.xlsx", "squad.ods"])
def test_a_squad_list_in_a_workbook(tmp_path: Path, name: str) -> None:
    rows = [("Name", "Shirt No.", "Is minor"), ("José Peña", 7, "no"), ("A. Berg", 9, "yes")]
    (tmp_path / name).write_bytes(excel({"Squad": rows}) if name.endswith("xlsx") else open_document(rows))

    lines = read_squad(tmp_path / name)

    assert [(line.name, line.shirt_no, line.is_minor) for line in lines] == [
        ("José Peña", 7, False),
        ("A. Berg", 9, True),
    ]


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{}"><v>1</v></c></row>'
OPEN_CELL = '<table:table-cell table:number-columns-repeated="1000" office:value-type="float" office:value="1"/>'
OPEN_ROW = '<table:table-row table:number-rows-repeated="1000000">{}</table:table-row>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (excel(A=FAR.format("XFD1048576")), "1,000,000 cells"),
        (excel(A=FAR.format("xfd1048576")), "1,000,000 cells"),
        (excel(A='<row r="1048576"><c><v>1</v></c></row><row r="1"><c r="XFD1"><v>1</v></c></row>'), "1,000,000 cells"),
        (open_document(raw=OPEN_ROW.format(OPEN_CELL)), "1,000,000 cells"),
        (archive({"xl/workbook.xml": "<a>" + " " * 3_000_000 + "</a>"}), "1,000,000 cells"),
        (archive({"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "that is damaged"),
        (archive({"xl/workbook.xml": "text"}), "that is damaged"),
        (excel({"A": [HEADER]})[:-40], "an office document"),
        (archive({"xl/workbook.bin": "\x00"}), r"\.xlsb"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, r"\(\.xls\)"),
    ],
    ids=range(10),
)
def test_what_must_not_be_opened_is_refused_by_its_kind(clock: LocalClock, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read_file(InputFile("book.xlsx", data), clock)


def test_blank_cells_repeated_to_the_end_of_a_sheet_are_none() -> None:
    filler = '<table:table-cell table:number-columns-repeated="16383"/>'
    first = f'<table:table-row><table:table-cell office:value-type="float" office:value="6"/>{filler}</table:table-row>'

    (sheet,) = read_sheets(open_document(raw=first + OPEN_ROW.format(filler)))

    assert list(sheet.rows) == [("6",)]


def test_a_part_that_was_not_checked_is_not_read() -> None:
    """Two programs may find different parts in one archive: what is opened holds the checked ones alone."""
    hidden = archive({"xl/workbook.xml": "<a/>", "xl/media/image1.png": FAR.format("XFD1048576")})

    assert is_workbook(hidden)
    with pytest.raises(UnreadableFile, match="damaged"):
        read_sheets(hidden)


def test_readings_of_a_workbook_and_of_its_text_are_the_same(clock: LocalClock) -> None:
    days = [datetime(2026, 3, day, 18, 0) for day in range(1, 9)]  # noqa: DTZ001 - local, as in a cell
    text = "date,rpe,min\n" + "".join(f"{day.isoformat()},6.5,60\n" for day in days)

    from_text = mapped(clock, text.encode())[NOBODY]
    from_book = mapped(clock, excel({"A": [HEADER, *((day, 6.5, 60) for day in days)]}))[NOBODY]

    def told(found: Reading) -> list[tuple[object, ...]]:
        return [(o.stream, o.start, o.value) for o in found.observations if isinstance(o, Observation)]

    assert told(from_text) == told(from_book)


def test_a_known_table_of_many_players_may_hold_days_and_times(clock: LocalClock) -> None:
    days = (date(2026, 3, 2), datetime(2026, 3, 3, 7, 30), "2026-03-04")  # noqa: DTZ001 - a sheet's are local
    book = excel({"A": [("player", "date", "readiness", "observed"), *((3, day, 7, True) for day in days)]})

    reader, found = read_file(InputFile("x.xlsx", book), clock)

    assert (reader, [one.day.day for one in found["3"].observations]) == ("soccermon-readiness", [2, 3, 4])
