"""Polar Flow's CSV of one session; the figures in these files are invented."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import BY_SCHEMA
from tests.client.workbooks import excel

Read = Callable[..., Reading]
SUMMARY = (
    "Name,Sport,Date,Start time,Duration,Total distance (km),Average heart rate (bpm),Average speed (km/h),"
    "Max speed (km/h),Calories,Average power (W),Max power (W),Notes,Height (cm),Weight (kg),HR max,HR sit,VO2max,"
)
SAMPLES = "Sample rate,Time,HR (bpm),Speed (km/h),Pace (min/km),Cadence,Altitude (m),Distances (m),Power (W),"
SECONDS = 61


def flow(
    *, sport: str = "RUNNING", day: str = "02-03-2026", samples: int = SECONDS, km: str = "0.24", gap: str = ""
) -> str:
    """One minute: 20 seconds at 21.6 km/h, then 10.8."""
    told = f"Mara Lind,{sport},{day},17:30:00,00:01:00,{km},151,14.4,21.6,12,,,,180.5,70.5,195,48,55,"
    rows = [
        f"{'' if n else 1},00:{n // 60:02}:{n % 60:02},{150 + n % 2},{10.8 if n >= 20 else 21.6},,,101,{n * 4}.5,,"
        for n in range(samples)
    ]
    return "\n".join([SUMMARY, told, *([gap] if gap else []), SAMPLES, *rows]) + "\n"


def resaved(text: str) -> str:
    """The file as a spreadsheet of a country with a decimal comma saves it."""
    lines = [[cell.replace(".", ",") for cell in line.split(",")] for line in text.splitlines()]
    return "\n".join(";".join(line + [""] * (19 - len(line))) for line in lines) + "\n"


def quoted(text: str) -> str:
    """The file with decimal commas in quotation marks."""
    quote = '"{}"'.format
    lines = [[quote(c.replace(".", ",")) if "." in c else c for c in line.split(",")] for line in text.splitlines()]
    return "\n".join(map(",".join, lines)) + "\n"


@pytest.fixture
def read(clock: LocalClock) -> Read:
    """Read a file in Oslo with the reader that its content asks for."""
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)

    def read_(data: str | bytes) -> Reading:
        file = InputFile("a.csv", data.encode() if isinstance(data, str) else data)
        reader = reader_for(file)
        assert reader.name == "polar-flow"
        return reader.readings(file, oslo, label=None, nobody="")[""]

    return read_


def values(reading: Reading) -> dict[Stream, Any]:
    return {one.stream: one.value for one in reading.observations}


@pytest.mark.parametrize("form", [str, resaved, quoted])
def test_a_session_with_points_or_commas(read: Read, form: Callable[[str], str]) -> None:
    reading = read(form(flow()))

    found = values(reading)
    assert (found[Stream.ACTIVITY_DURATION_MIN], found[Stream.DISTANCE]) == (1.0, pytest.approx(240.0))
    assert (found[Stream.HEART_RATE_MEAN], found[Stream.HEART_RATE_MAX]) == (151, 151)
    assert sum(found[Stream.TIME_AT_HEART_RATE]) == sum(found[Stream.TIME_AT_SPEED]) == 60
    assert found[Stream.HIGH_SPEED_DISTANCE] == pytest.approx(19 * 6.0)
    assert {(one.start.isoformat(), one.offset_min) for one in reading.observations} == {
        ("2026-03-02T16:30:00+00:00", 60)
    }
    account = reading.ledger.account(reading.rows_of, ())
    assert (reading.report.rows, account.kept, account.dropped) == (1 + SECONDS, 1 + SECONDS, {})
    assert BY_SCHEMA in reading.report.notes


def test_a_session_from_a_workbook_is_that_of_the_text(read: Read) -> None:
    cells = [
        [float(c) if c.replace(".", "", 1).isdigit() else c or None for c in x.split(",")] for x in flow().split("\n")
    ]

    assert values(read(excel({"S": cells}))) == values(read(flow()))


def test_neither_names_nor_notes_nor_settings_are_kept(read: Read) -> None:
    text = flow().replace("21.6,12,,,,", '21.6,12,,,"hurt knee, doctor",')

    told = repr(read(text))

    assert not any(word in told for word in ("Mara", "Lind", "doctor", "70.5", "180.5"))


def test_a_blank_line_may_stand_above_the_samples(read: Read) -> None:
    assert values(read(flow(gap=" "))) == values(read(flow()))


@pytest.mark.parametrize("sport", ["CYCLING", "Radfahren", "Other indoor"])
def test_speeds_are_those_of_running_only_where_the_sport_says_so(read: Read, sport: str) -> None:
    found = values(read(flow(sport=sport)))

    assert not found.keys() & {Stream.TIME_AT_SPEED, Stream.HIGH_SPEED_DISTANCE, Stream.ACCELERATIONS}
    assert found.keys() >= {Stream.TIME_AT_HEART_RATE, Stream.DISTANCE}


def test_a_thousand_is_no_decimal_comma(read: Read) -> None:
    reading = read(flow(km='"1,050"'))

    assert values(reading)[Stream.DISTANCE] == 240.5, "the samples', as the summary's cannot be read"
    assert reading.report.details["dropped:sign_distance"] == 1


def test_a_file_that_was_cut_off_keeps_its_summary(read: Read) -> None:
    reading = read(flow(samples=30)[:-9])

    assert values(reading)[Stream.ACTIVITY_DURATION_MIN] == 1.0
    assert Stream.TIME_AT_HEART_RATE not in values(reading), "half of it would look like the whole"
    assert all(PARTIAL_FILE in one.quality for one in reading.observations)
    assert reading.report.details["dropped:row_ragged"] == 1


@pytest.mark.parametrize(("day", "found"), [("2026-03-02", "2026-03-02"), ("31/03/2026", "2026-03-31")])
def test_days_that_a_spreadsheet_wrote(read: Read, day: str, found: str) -> None:
    assert {f"{one.start:%Y-%m-%d}" for one in read(flow(day=day)).observations} == {found}


def test_a_day_in_two_orders_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="day/month and as month/day"):
        read(flow(day="03/02/2026"))


@pytest.mark.parametrize("day", ["", "yesterday"])
def test_a_session_without_a_day_gives_nothing(read: Read, day: str) -> None:
    reading = read(flow(day=day))

    assert not reading.observations
    assert reading.report.details["dropped:time_unreadable"] == 1
