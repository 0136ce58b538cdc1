"""Tables of tracking systems: positions are summarised and dropped, drills add up to sessions; figures are invented."""

import math
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import BY_SCHEMA

Read = Callable[..., dict[str, Reading]]
START = datetime(2026, 3, 14, 17, 30)  # noqa: DTZ001 - local


@pytest.fixture
def read(clock: LocalClock) -> Read:
    """Read a text in Oslo with the reader that its content asks for."""
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)

    def read_(text: str | InputFile, name: str = "a.csv", label: str | None = None) -> dict[str, Reading]:
        file = text if isinstance(text, InputFile) else InputFile(name, text.encode())
        return reader_for(file).readings(file, oslo, label=label, nobody="")

    return read_


def values(reading: Reading) -> dict[Stream, Any]:
    return {one.stream: one.value for one in reading.observations}


def speeds() -> list[float]:
    """A minute at 3 m/s, ten seconds at 6.5, five at 9, and back, ten times a second."""
    return [3.0] * 600 + [6.5] * 100 + [9.0] * 50 + [3.0] * 300


def stats_sports(players: int = 2) -> str:
    rows = [
        f"Player {player},{(START + timedelta(seconds=n / 10)).isoformat(' ', 'milliseconds')},50.1234567,8.7654321,"
        f"{speed},{150 + player}"
        for player in range(players)
        for n, speed in enumerate(speeds())
    ]
    return "\n".join(["Player Display Name,Time,Lat,Lon,Speed (m/s),Heart Rate (bpm)", *rows])


def test_positions_of_a_squad_are_summarised_for_each_athlete(read: Read) -> None:
    found = read(stats_sports())

    assert set(found) == {"Player 0", "Player 1"}
    one = values(found["Player 1"])
    assert one[Stream.ACTIVITY_DURATION_MIN] == pytest.approx(104.9 / 60)
    assert one[Stream.DISTANCE] == pytest.approx(59.9 * 3 + 65 + 45 + 90)
    assert one[Stream.HIGH_SPEED_DISTANCE] == pytest.approx(110.0)
    assert one[Stream.SPRINT_DISTANCE] == pytest.approx(45.0)
    assert (one[Stream.ACCELERATIONS], one[Stream.DECELERATIONS]) == (2, 1)
    assert one[Stream.HEART_RATE_MEAN] == 151.0
    assert {(o.start.isoformat(), o.offset_min) for o in found["Player 1"].observations} == {
        ("2026-03-14T16:30:00+00:00", 60)
    }
    assert BY_SCHEMA in found["Player 1"].report.notes
    assert "50.12" not in repr(found)
    assert found["Player 0"].report.rows == len(speeds())


def test_the_athlete_who_is_asked_for_is_read_alone(read: Read) -> None:
    assert set(read(stats_sports(), label="Player 1")) == {"Player 1"}


def test_an_export_with_lines_above_it_says_whose_it_is_its_day_and_its_unit(read: Read) -> None:
    """Speeds in km/h with a decimal comma; the time is that of day."""
    said = (
        "# OpenField Export : 14.03.2026 18:43:09",
        "# Speed Units : Kilometers Per Hour",
        '"# Athlete: ""Player 9"""',
    )
    head = "".join(f"{line};;\n" for line in said)
    rows = [
        f"{(START + timedelta(seconds=n / 10)):%H:%M:%S.%f};{n / 10};{str(speed * 3.6).replace('.', ',')};0"
        for n, speed in enumerate(speeds())
    ]
    text = head + "\n".join(["Timestamp;Seconds;Velocity;Odometer", *rows])

    found = read(text)

    assert set(found) == {"Player 9"}
    assert values(found["Player 9"])[Stream.SPRINT_DISTANCE] == pytest.approx(45.0)
    assert found["Player 9"].observations[0].start.isoformat() == "2026-03-14T16:30:00+00:00"


@pytest.mark.parametrize("columns", ["Latitude,Longitude", "X,Y", "x_m,y_m", "Lat (deg),Lon (deg)"])
def test_positions_without_a_speed_give_one(read: Read, columns: str) -> None:
    metres = np.concatenate([[0.0], np.cumsum(speeds()[1:]) / 10])
    scale = 180 / np.pi / 6_371_000 if columns.startswith("L") else 1.0
    rows = [f"{n / 10},{one * scale:.9f},0" for n, one in enumerate(metres)]

    found = read("\n".join([f"Elapsed time,{columns}", *rows]), "2026-03-14 training.csv")

    one = values(found[""])
    assert one[Stream.DISTANCE] == pytest.approx(metres[-1], rel=0.01)
    assert one[Stream.HIGH_SPEED_DISTANCE] == pytest.approx(110, rel=0.05)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Seconds,X,Y\n0,0,0\n0.1,1,1\n", "does not say its day"),
        ("Time,X,Y\n03/04/2026 10:00:00.0,0,0\n03/04/2026 10:00:00.1,1,1\n", "day from month"),
        ("Time,X,Y\nmonday,0,0\ntuesday,1,1\n", "times are in a form"),
        ("Time,X,Y\n2026-03-02 10:00:00,0,0\n2026-03-02 10:01:00,1,1\n", "once a second"),
    ],
)
def test_a_table_of_positions_that_cannot_be_placed_says_why(read: Read, text: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(text)


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f"])
def test_a_column_that_proves_its_order_of_day_and_month_is_read(read: Read, form: str) -> None:
    rows = [f"{(START + timedelta(seconds=n / 10)).strftime(form)},{n},0" for n in range(20)]

    found = read("\n".join(["Time,X,Y", *rows]))

    assert found[""].observations[0].start.isoformat() == "2026-03-14T16:30:00+00:00"


def test_a_clock_goes_on_over_midnight(read: Read) -> None:
    first = START.replace(hour=23, minute=59)
    rows = [f"{(first + timedelta(seconds=n / 10)):%H:%M:%S.%f},{n},0" for n in range(1200)]

    (reading,) = read("\n".join(["Time,X,Y", *rows]), "2026-03-14 training.csv").values()

    assert values(reading)[Stream.ACTIVITY_DURATION_MIN] == pytest.approx(119.9 / 60)
    assert reading.observations[0].start.isoformat() == "2026-03-14T22:59:00+00:00"


@pytest.mark.parametrize("form", [1.0, 1000.0])
def test_times_since_1970_are_utc_and_counted(read: Read, form: float) -> None:
    rows = [f"{(1_773_505_800 + n / 10) * form:.1f},{n},0" for n in range(20)]

    found = read("\n".join(["Timestamp,X,Y", *rows]))

    assert found[""].observations[0].start.isoformat() == "2026-03-14T16:30:00+00:00"
    assert found[""].report.details["clock:zone_assumed"] == 1


def test_a_long_session_of_a_squad_takes_little_time(read: Read) -> None:
    """A tenth of two hours of 25 players, in a tenth of the time that a whole one may take."""
    rng = np.random.default_rng(1)
    values_ = rng.uniform(0, 8, 7200)
    times = [(START + timedelta(seconds=n / 10)).isoformat(" ", "milliseconds") for n in range(7200)]
    body = "\n".join(f"{{}},{at},50.1,8.1,{value:.2f},150" for at, value in zip(times, values_, strict=True))
    text = "Player,Time,Lat,Lon,Speed (m/s),HR\n" + "\n".join(body.replace("{}", f"P{n}") for n in range(25))

    began = time.process_time()
    found = read(text)
    took = time.process_time() - began

    assert len(found) == 25
    assert took < 2.0


DRILLS = (
    "Player Name,Activity Name,Period Name,Date,Start Time,Total Duration,Total Distance (m),Avg HR,Max HR,"
    "Distance in Speed zone 4 [m] (14.40 - 19.79 km/h),Distance in Speed zone 5 [m] (19.80 - 25.19 km/h),"
    "Distance in Speed zone 6 [m] (25.20- km/h),Number of accelerations (3.00 - 50.00 m/s2),"
    "Number of decelerations (-50.00 - -3.00 m/s2)\n"
    "P 1,Training,Session,14/03/2026,17:30,01:30:00,8000,140,190,900,400,100,30,25\n"
    "P 1,Training,Warm-up,14/03/2026,17:30,00:20:00,2000,120,150,100,0,0,2,1\n"
    "P 1,Training,Game,14/03/2026,17:30,00:40:00,5000,150,190,800,400,100,28,24\n"
    "P 2,Training,Warm-up,14/03/2026,17:30,00:20:00,1800,130,160,100,0,0,2,1\n"
    "P 2,Training,Game,14/03/2026,17:30,00:40:00,4000,160,195,800,300,50,20,20\n"
)


def test_drills_add_up_to_a_session_and_are_its_laps(read: Read) -> None:
    found = read(DRILLS)

    told, summed = values(found["P 1"]), values(found["P 2"])
    assert (told[Stream.ACTIVITY_DURATION_MIN], told[Stream.DISTANCE]) == (90.0, 8000.0)
    assert (summed[Stream.ACTIVITY_DURATION_MIN], summed[Stream.DISTANCE]) == (60.0, 5800.0)
    assert summed[Stream.HEART_RATE_MEAN] == pytest.approx((130 * 20 + 160 * 40) / 60)
    assert summed[Stream.HEART_RATE_MAX] == 195
    assert (told[Stream.HIGH_SPEED_DISTANCE], summed[Stream.HIGH_SPEED_DISTANCE]) == (500.0, 350.0)
    assert (told[Stream.SPRINT_DISTANCE], summed[Stream.SPRINT_DISTANCE]) == (100.0, 50.0)
    assert (summed[Stream.ACCELERATIONS], summed[Stream.DECELERATIONS]) == (22, 21)
    assert summed[Stream.LAP_DISTANCES] == (1800.0, 4000.0)
    assert (found["P 1"].report.rows, found["P 2"].report.rows) == (3, 2)


def test_two_sessions_of_a_day_stay_two(read: Read) -> None:
    second = "P 2,Gym,Row,14/03/2026,10:00,00:30:00,500,,,0,0,0,0,0\n"

    minutes = [o.value for o in read(DRILLS + second)["P 2"].observations if o.stream is Stream.ACTIVITY_DURATION_MIN]

    assert sorted(minutes) == [30.0, 60.0]  # type: ignore[type-var]  # numbers


def test_a_zone_counts_only_where_one_begins_at_the_threshold(read: Read) -> None:
    other = DRILLS.replace("19.80 - 25.19", "20.50 - 24.99").replace("25.20-", "25.00-")

    one = values(read(other)["P 2"])

    assert not {Stream.HIGH_SPEED_DISTANCE, Stream.SPRINT_DISTANCE} & set(one)


HSR = (
    "Player;Drill;Date;Start;Duration (min);Total distance (m);HSR >19,8 km/h (m);Sprint >25,2 km/h (m);"
    "Sprints >25,2 km/h;Distance <19,8 km/h (m);Player Load;Cycle day\n"
    "P 1;Game;14.03.2026;17:30;60;5000;400;100;9;4600;300;3\n"
    "P 1;Run;14.03.2026;18:40;30;;200;;3;1800;100;3\n"
)


def test_short_names_of_zones_and_start_are_read_and_a_zone_without_an_end_counts_once(read: Read) -> None:
    (reading,) = read(HSR).values()

    found = values(reading)
    assert found[Stream.HIGH_SPEED_DISTANCE] == 600.0
    assert not {Stream.SPRINT_DISTANCE, Stream.DISTANCE} & set(found)
    assert {one.start.astimezone(ZoneInfo("Europe/Oslo")).hour for one in reading.observations} == {17}


def test_columns_that_are_not_read_and_what_a_drill_lacks_are_said(read: Read) -> None:
    report = read(HSR)["P 1"].report

    assert "columns that are not read: Sprints >25,2 km/h, Distance <19,8 km/h (m), Player Load" in report.notes
    assert {note for note in report.notes if "drills" in note} == {
        f"a session has no {what}, for one of its drills has none" for what in ("distance", "sprint distance")
    }
    assert (report.details["missing:distance"], report.details["missing:sprint_distance"]) == (1, 1)


def test_dates_that_do_not_tell_day_from_month_are_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="day from month"):
        read(DRILLS.replace("14/03/2026", "04/03/2026"))


def test_only_a_table_of_positions_loads_the_library_of_frames() -> None:
    """It takes a third of the time and of the memory that an import begins with."""
    code = "import sys, client.ingest.importer; sys.exit('polars' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "name", ["Player Name", "Period Name", "Date", "Total Duration", "zone 5 [m] (19.80 - 25.19 km/h)"]
)
def test_drills_with_a_column_that_stands_twice_are_refused(read: Read, name: str) -> None:
    head, _, rows = DRILLS.partition("\n")
    column = next(one for one in head.split(",") if one.endswith(name))
    doubled = "\n".join(f"{row},{row.split(',')[head.split(',').index(column)]}" for row in rows.splitlines())

    with pytest.raises(UnreadableFile, match="two columns have the same name"):
        read(f"{head},{column}\n{doubled}\n")


def test_positions_with_a_column_that_stands_twice_are_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="two columns have the same name: Time"):
        read("Time,X,Y,Time\n2026-03-02 10:00:00.0,0,0,5\n2026-03-02 10:00:00.1,1,1,6\n")


def test_zones_of_a_report_in_the_western_code_page_are_read(read: Read) -> None:
    text = DRILLS.replace("Distance in Speed zone 5 [m] (19.80 - 25.19", "Distance – vitesse zone 5 [m] (19.80 - 25.19")

    found = read(InputFile("a.csv", text.encode("cp1252")))

    assert values(found["P 1"])[Stream.HIGH_SPEED_DISTANCE] == 500.0


def test_no_line_of_a_squads_table_vanishes(read: Read) -> None:
    long = "x" * 201
    drills = DRILLS + f"{long},Training,Game,14/03/2026,17:30,00:40:00,4000,160,195,800,300,50,20,20\nP 2,too,short\n"
    positions = stats_sports(1) + f"\n{long},2026-03-14 17:30:00.0,50,8,3,150"

    counted = {name: one.report for name, one in read(drills).items()}
    (player,) = (one.report for one in read(positions).values())

    assert set(counted) == {"P 1", "P 2"}
    assert sum(one.rows for one in counted.values()) == drills.count("\n") - 1
    assert (counted["P 1"].details["dropped:label_too_long"], counted["P 1"].details["dropped:row_ragged"]) == (1, 1)
    assert (player.rows, player.details["dropped:label_too_long"]) == (positions.count("\n"), 1)
    with pytest.raises(UnreadableFile, match="in at most 200 characters"):
        read(positions.replace("Player 0", long))


@pytest.mark.parametrize("odd", ["inf", "-inf", "nan", "1e400", "1e308"])
@pytest.mark.parametrize("columns", ["Latitude,Longitude", "X,Y", "Velocity,Odometer"])
def test_numbers_that_no_device_writes_are_none(read: Read, odd: str, columns: str) -> None:
    text = f"Elapsed time,{columns}\n" + "".join(f"{tick / 10},{odd if tick == 7 else 5.0},8.0\n" for tick in range(60))

    found = [one.value for one in read(text, "2026-03-14 a.csv")[""].observations]

    assert found
    assert all(math.isfinite(value) for value in found if isinstance(value, float))


POLAR_TEAM = (
    "\ufeffPlayer number,Player name,Session name,Type,Phase name,Duration,Start time,End time,HR avg [bpm],"
    "HR max [bpm],HR avg [%],Total distance [m],Distance in Speed zone 5 [m] (25.00- km/h),"
    "Number of accelerations (-50.00 - -3.00 m/s²),Number of accelerations (3.00 - 50.00 m/s²)\n"
    "7,P 1,Field,Training,Whole session,01:10:00,{day} 10:00:00,{day} 11:10:00,140,190,70,6100,80,25,31\n"
    "7,P 1,Field,Training,Warm-up,00:20:00,{day} 10:00:00,{day} 10:20:00,120,150,60,1500,0,3,4\n"
)


@pytest.mark.parametrize(
    ("day", "name", "local"),
    [
        ("14-03-2026", "a.csv", "2026-03-14T10:00"),
        ("03/14/2026", "a.csv", "2026-03-14T10:00"),
        ("2026-03-02", "a.csv", "2026-03-02T10:00"),
        ("02-03-2026", "20260302_100000.csv", "2026-03-02T10:00"),
        ("02-03-2026", "20260203_100000.csv", "2026-02-03T10:00"),
    ],
)
def test_a_report_whose_day_stands_in_its_start_is_read(read: Read, day: str, name: str, local: str) -> None:
    (reading,) = read(POLAR_TEAM.format(day=day), name).values()

    one = values(reading)
    assert (one[Stream.ACTIVITY_DURATION_MIN], one[Stream.DISTANCE]) == (70.0, 6100.0)
    assert (one[Stream.ACCELERATIONS], one[Stream.DECELERATIONS]) == (31, 25), "braking is written as below zero"
    assert {f"{o.local(o.start):%Y-%m-%dT%H:%M}" for o in reading.observations} == {local}
    assert any("Player number, Type, End time, HR avg [%]" in note for note in reading.report.notes)


@pytest.mark.parametrize("name", ["a.csv", "20260305.csv", "20260302-20260203.csv"])
def test_a_name_that_says_no_day_of_the_report_or_two_tells_no_order(read: Read, name: str) -> None:
    with pytest.raises(UnreadableFile, match="day from month"):
        read(POLAR_TEAM.format(day="02-03-2026"), name)


def test_days_that_prove_both_orders_are_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="day from month"):
        read(POLAR_TEAM.format(day="14-03-2026") + POLAR_TEAM.format(day="03-14-2026").partition("\n")[2])


def test_a_start_that_is_a_time_of_day_alone_places_no_report(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="no reader knows these columns"):
        read(POLAR_TEAM.format(day="").replace(" 10:00", "10:00").replace(" 11:", "11:").replace(" 10:20", "10:20"))
