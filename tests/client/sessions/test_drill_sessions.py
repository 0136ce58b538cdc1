"""Reports of drills: which rows are one session, and what their cells say; figures are invented."""

from zoneinfo import ZoneInfo

import pytest

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.sessions.squad.drills import read_drills

HEAD = "Player Name,Date,Start Time,Session Name,Drill Title,Total Time,Distance Total"


def read(clock: LocalClock, *rows: str) -> Reading:
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)
    lines = (HEAD, *(f"Mara Lind,{row}" for row in rows))
    return read_drills(InputFile("drills.csv", "\n".join(lines).encode()), oslo)["Mara Lind"]


def sessions(reading: Reading) -> list[tuple[str, object]]:
    found = [one for one in reading.observations if one.stream is Stream.ACTIVITY_DURATION_MIN]
    return [(one.local(one.start).isoformat()[5:16], one.value) for one in found]


def metres(reading: Reading) -> list[object]:
    return [one.value for one in reading.observations if one.stream is Stream.DISTANCE]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [f"2026-03-02,,T,{whole},01:10:00,5000" for whole in ("Session Overall", "Warm Up", "Game")],
            [("03-02T00:00", 70.0)],
        ),
        (
            ["2026-03-02,,,Entire Session,01:10:00,5000", "2026-03-02,,,Entire Session,00:50:00,4000"],
            [("03-02T00:00", 70.0), ("03-02T00:00", 50.0)],
        ),
        (["2026-03-02,,,TOTAL,01:10:00,5000", "2026-03-02,,,TOTAL,01:10:00,5000"], [("03-02T00:00", 70.0)]),
        (
            ["2026-03-02,9:30 AM,,All,01:10:00,5000", "2026-03-02,5:30 PM,,All,00:50:00,4000"],
            [("03-02T09:30", 70.0), ("03-02T17:30", 50.0)],
        ),
        (
            [
                "2026-03-02,17:30,,SESSION OVERALL1,01:10:00,5000",
                "2026-03-02,17:30,,Warm Up,00:20:00,1500",
                "2026-03-02,17:55,,Game,00:45:00,3500",
                "2026-03-02,09:00,,Gym,00:30:00,200",
            ],
            [("03-02T17:30", 70.0), ("03-02T09:00", 30.0)],
        ),
        (
            [
                "2026-03-02,09:00,,Warm Up,00:20:00,1",
                "2026-03-02,09:30,,Game,00:45:00,2",
                "2026-03-02,15:00,,Gym,01:00:00,3",
            ],
            [("03-02T09:00", 65.0), ("03-02T15:00", 60.0)],
        ),
        (["2026-03-02,,,Session 1,01:10:00,5000", "2026-03-02,,,Session 2,00:50:00,4000"], [("03-02T00:00", 120.0)]),
        (["2026-03-02T23:30:00Z,,,All,01:10:00,5000"], [("03-03T00:30", 70.0)]),
        (["13/03/2026 17:30,,,All,01:10:00,5000"], [("03-13T17:30", 70.0)]),
    ],
)
def test_each_session_of_a_day_counts_once(
    clock: LocalClock, rows: list[str], expected: list[tuple[str, float]]
) -> None:
    assert sessions(read(clock, *rows)) == expected


@pytest.mark.parametrize(
    ("cells", "expected", "refused"),
    [
        (['"5,123"', '"4,801.5"'], [5123.0, 4801.5], 0),
        (['"5,123"', "4801"], [4801.0], 1),
        (['"5123,4"', '"4801,25"'], [5123.4, 4801.25], 0),
        (['"5,12,3"', "4801"], [4801.0], 1),
        (["--", "4801"], [4801.0], 0),
        (["350.125", "412.333"], [350.125, 412.333], 0),
        (['"512,345"', "801"], [801.0], 1),
    ],
)
def test_a_distance_is_read_in_the_form_that_its_column_shows(
    clock: LocalClock, cells: list[str], expected: list[float], refused: int
) -> None:
    reading = read(clock, *(f"2026-03-{day:02},,,All,01:10:00,{cell}" for day, cell in enumerate(cells, 2)))

    assert metres(reading) == expected
    assert sum(number for code, number in reading.report.details.items() if code.startswith("dropped:")) == refused


def test_a_heading_with_another_space_is_read_and_one_with_an_unknown_unit_is_told(clock: LocalClock) -> None:
    head = "Player  Name,Date,Drill Title,Total  Time,Total Distance (furlong)"
    file = InputFile("drills.csv", f"{head}\nMara Lind,2026-03-02,All,01:10:00,25\n".encode())

    reading = read_drills(file, LocalClock(ZoneInfo("Europe/Oslo"), clock.now))["Mara Lind"]

    assert ([value for _, value in sessions(reading)], metres(reading)) == ([70.0], [])
    assert "the column Total Distance (furlong) is not read: its unit is not known" in reading.report.notes
