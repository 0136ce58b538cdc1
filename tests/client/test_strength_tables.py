"""Jumps, sprints and strength: methods apart, other tests left out, trials of a day with mean and best."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.features.daily import build
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.mapping import StreamColumn
from client.ingest.preview.file_reading import read_file
from client.ingest.strength import makers
from client.ingest.strength.jump_force import GRAVITY, jump_of
from client.ingest.strength.trial_table import TrialTable
from client.vault.store import Vault
from models.arrays import Floats
from policies.vocabulary import AthleteId

TextFile = Callable[..., InputFile]
RATE, MASS, TAKE_OFF_M_S, DOWN_S, UP_S = 1000.0, 75.0, 2.60, 0.4, 0.4
DECKS = (
    "Name,ExternalId,Test Type,Date,Time,BW [KG],Additional Load [lb],"
    '"Jump Height (Flight Time) in Inches [in] ","Jump Height (Imp-Mom) [cm] ","RSI-modified [m/s] "\n'
)
RIG = "Name,ExternalId,Device,Date UTC,Time UTC,{}Test,L Max Force (N),R Max Force (N)\n"


def read(file: InputFile, clock: LocalClock, reader: str) -> dict[str, Reading]:
    name, readings = read_file(file, clock)
    assert name == reader
    return readings


def values(reading: Reading, stream: Stream) -> list[object]:
    return [one.value for one in reading.observations if one.stream is stream]


def jump_force(noise_n: float = 0.0) -> Floats:
    """Force of a jump whose velocity at take-off is known: down and up again as sine arches, then a flight."""
    arch_down = np.sin(np.pi * np.arange(round(DOWN_S * RATE)) / (DOWN_S * RATE))
    arch_up = np.sin(np.pi * np.arange(round(UP_S * RATE)) / (UP_S * RATE))
    down = 1.0 * np.pi / (2 * DOWN_S)  # 1 m/s downwards
    up = (TAKE_OFF_M_S + 1.0) * np.pi / (2 * UP_S)
    acceleration = np.concatenate([np.zeros(1500), -down * arch_down, up * arch_up])
    flight = np.full(round(2 * TAKE_OFF_M_S / GRAVITY * RATE), -GRAVITY)
    whole = np.concatenate([acceleration, flight, np.zeros(1000)])
    force: Floats = MASS * (GRAVITY + whole)
    return force + noise_n * np.sin(np.arange(force.size) * 1.7) * (force > 0)


def force_text(force: Floats, columns: int = 1) -> str:
    header = "Time (s),Force (N)" if columns == 1 else "Time (s),Left Force (N),Right Force (N)"
    shares = [f"{n / RATE:.3f}," + ",".join([f"{value / columns:.4f}"] * columns) for n, value in enumerate(force)]
    return "\n".join([header, *shares]) + "\n"


@pytest.mark.parametrize("names", ["Force Left (N),Force Right (N)", "Left Fz [N],Right Fz [N]", "z_left,z_right"])
def test_the_feet_may_be_named_in_many_ways(text_file: TextFile, clock: LocalClock, names: str) -> None:
    text = force_text(jump_force(0.0), columns=2).replace("Left Force (N),Right Force (N)", names)

    assert len(read(text_file(text, "2026-03-02.csv"), clock, "force-plate")[NOBODY].observations) == 5


@pytest.mark.parametrize("above", ["Athlete: A\nTest;CMJ\n\n", "Rate,1000\nMass (kg),80\n" + "# note\n" * 20])
def test_raw_force_below_lines_of_description_is_read(text_file: TextFile, clock: LocalClock, above: str) -> None:
    text = above + force_text(jump_force(0.0))

    assert len(read(text_file(text, "2026-03-02.csv"), clock, "force-plate")[NOBODY].observations) == 5


def test_raw_force_under_other_names_says_which_are_known(text_file: TextFile, clock: LocalClock) -> None:
    with pytest.raises(UnreadableFile, match=r"name them Time \(s\) and Force \(N\)"):
        read_file(text_file("Time (s),Fz1 (N),Fz2 (N)\n0,350,350\n0.001,350,350\n"), clock)


@pytest.mark.parametrize("noise_n", [0.0, 2.0])
def test_a_jump_of_known_take_off_velocity(noise_n: float) -> None:
    jump = jump_of(jump_force(noise_n), RATE)

    height = TAKE_OFF_M_S**2 / (2 * GRAVITY)
    assert jump.height_impulse_m == pytest.approx(height, abs=0.004)
    assert jump.height_flight_m == pytest.approx(height, abs=0.002)
    assert jump.time_to_takeoff_s == pytest.approx(DOWN_S + UP_S, abs=0.04)
    assert jump.rsi_modified == pytest.approx(height / (DOWN_S + UP_S), rel=0.06)
    assert (jump.flights, 30 < jump.peak_power_w_kg < 80) == (1, True)


@pytest.mark.parametrize(
    "force",
    [
        np.full(4000, 735.0),
        np.zeros(4000),
        jump_force()[1200:],
        jump_force()[:2300],
        np.where(np.arange(4000) > 2000, np.nan, 735.0),
        np.array([]),
    ],
    ids=["no jump", "nobody", "no quiet second", "no landing", "not a number", "empty"],
)
def test_what_is_no_jump_is_refused(force: Floats) -> None:
    with pytest.raises(UnreadableFile, match="one countermovement jump"):
        jump_of(force, RATE)


def test_raw_force_of_one_plate_and_of_two_is_one_jump(text_file: TextFile, clock: LocalClock) -> None:
    found = [
        read(text_file(force_text(jump_force(), feet), "2026-03-02_0710 jump.csv"), clock, "force-plate")[NOBODY]
        for feet in (1, 2)
    ]

    for reading in found:
        assert values(reading, Stream.JUMP_HEIGHT_IMPULSE_CM) == [pytest.approx(34.47, abs=0.4)]
        account = reading.ledger.account(reading.rows_of, ())
        assert (account.kept, account.rows) == (jump_force().size,) * 2
    assert {one.start.isoformat() for one in found[0].observations} == {"2026-03-02T07:10:00+00:00"}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("jump.csv", force_text(jump_force()), "put it into the file's name"),
        ("2026-03-02.csv", force_text(jump_force()).replace("0.100,", "0.900,"), "not evenly spaced"),
        ("2026-03-02.csv", force_text(jump_force()).replace("0.100,", "0.100,NaN"), "is no number"),
        ("2026-03-02.csv", "Time (s),Force (N)\n0,1,2\n", "cannot be told apart"),
    ],
    ids=["no day", "a gap", "no number", "shifted"],
)
def test_raw_force_that_cannot_be_right_is_refused(
    text_file: TextFile, clock: LocalClock, name: str, text: str, says: str
) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(text_file(text, name), clock, "force-plate")


def test_three_recordings_of_a_day_are_three_trials_with_a_mean_and_a_best(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    for number, noise in enumerate((0.0, 1.0, 2.0)):
        path = tmp_path / f"2026-03-02 {number}.csv"
        path.write_text(force_text(jump_force(noise)))
        for _ in range(2):
            Importer(vault, clock, Attribution(athlete)).take(path)

    readings = vault.read(athlete, [Stream.JUMP_HEIGHT_IMPULSE_CM])
    table = build(readings)
    heights = [float(str(one.value)) for one in readings]

    assert len(set(heights)) == 3
    assert table.column("jump_height_impulse_cm").tolist() == [pytest.approx(sum(heights) / 3)]
    assert table.column("jump_height_impulse_cm_best").tolist() == [max(heights)]


def test_forcedecks_keeps_both_methods_apart_and_leaves_other_tests_out(text_file: TextFile, clock: LocalClock) -> None:
    rows = (
        "Player 9,,Countermovement Jump,02/28/2026,9:15 AM,81.2,0,14.53,36.9,0.51\n"
        "Player 9,,Countermovement Jump,02/28/2026,9:16 AM,81.2,44,12.1,30.1,0.41\n"
        "Player 9,,Squat Jump,02/28/2026,9:25 AM,81.2,0,13.2,33.5,0.0\n"
        "Player 8,,Countermovement Jump,02/28/2026,9:30 AM,70,,--,38.2,0.55\n"
    )

    found = read(text_file(DECKS + rows), clock, "vald-forcedecks")

    assert values(found["Player 9"], Stream.JUMP_HEIGHT_FLIGHT_CM) == [pytest.approx(36.9062)]
    assert values(found["Player 9"], Stream.JUMP_HEIGHT_IMPULSE_CM) == [36.9]
    assert values(found["Player 9"], Stream.RSI_MODIFIED) == [0.51]
    account = found["Player 9"].ledger.account(found["Player 9"].rows_of, ())
    assert (account.kept, account.dropped) == (1, {"loaded_jump": 1, "other_test": 1})
    assert values(found["Player 8"], Stream.JUMP_HEIGHT_FLIGHT_CM) == []


def test_a_summary_whose_dates_fit_two_orders_is_refused(text_file: TextFile, clock: LocalClock) -> None:
    row = "Player 9,,Countermovement Jump,02/03/2026,9:15 AM,81.2,0,14.53,36.9,0.51\n"

    with pytest.raises(UnreadableFile, match="day/month and as month/day"):
        read(text_file(DECKS + row), clock, "vald-forcedecks")


def test_hawkin_gives_heights_in_metres_by_impulse(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "Name,Type,Date,Time,Jump Height(m),mRSI,Time To Takeoff(s),Peak Relative Propulsive Power(W/kg)\n"
        "A,Countermovement Jump,2026-03-02,07:10:00,0.369,0.51,0.72,56\nA,Drop Jump,2026-03-02,07:12:00,0.3,1,0.3,1\n"
    )

    reading = read(text_file(text), clock, "hawkin")["A"]

    assert {one.stream.value: one.value for one in reading.observations} == {
        "jump_height_impulse_cm": 36.9,
        "rsi_modified": 0.51,
        "time_to_takeoff": 0.72,
        "jump_peak_power": 56.0,
    }


def test_nordic_and_groin_forces_of_either_side(text_file: TextFile, clock: LocalClock) -> None:
    nordic = (
        RIG.format("")
        + "A,,NordBord,2026-03-02,07:10:00,Nordic,342,300\nA,,NordBord,2026-03-02,07:20:00,ISO 30,400,1\n"
    )
    groin = RIG.format("Direction,") + (
        "A,,ForceFrame,2026-03-02,07:10:00,Squeeze,Hip AD/AB,410,362\n"
        "A,,ForceFrame,2026-03-02,07:10:00,Pull,Hip AD/AB,300,310\n"
        "A,,ForceFrame,2026-03-02,07:12:00,Pull,Shoulder ER/IR,99,98\n"
        "A,,ForceFrame,2026-03-02,07:14:00,Squeeze,Hip IR/ER,210,200\n"
    )

    of_nordic = read(text_file(nordic), clock, "vald-nordbord")["A"]
    of_groin = read(text_file(groin), clock, "vald-forceframe")["A"]

    assert {one.stream.value: one.value for one in of_nordic.observations} == {
        "nordic_left": 342.0,
        "nordic_right": 300.0,
    }
    assert {one.stream.value: one.value for one in of_groin.observations} == {
        "adduction_left": 410.0,
        "adduction_right": 362.0,
        "abduction_left": 300.0,
        "abduction_right": 310.0,
    }
    assert of_groin.report.details["left_out:other_test"] == 2


@pytest.mark.parametrize(
    "kind",
    [makers.FORCE_DECKS, makers.HAWKIN, makers.NORD_BORD, makers.FORCE_FRAME, makers.GATES],
    ids=lambda one: one.app,
)
def test_each_unit_that_a_maker_writes_is_one_that_is_converted(kind: TrialTable) -> None:
    assert all(StreamColumn(column=name, stream=stream, unit=unit).factor > 0 for name, stream, unit in kind.values)


def test_a_time_to_take_off_may_be_in_milliseconds(text_file: TextFile, clock: LocalClock) -> None:
    head = "Name,ExternalId,Test Type,Date,Time,Additional Load [lb],Contraction Time [ms]\n"

    (jump,) = read(text_file(f"{head}A,,CMJ,3/13/2026,9:05 AM,0,720\n"), clock, "vald-forcedecks")["A"].observations

    assert (jump.stream, jump.value) == (Stream.TIME_TO_TAKEOFF, pytest.approx(0.72))
    assert jump.day.isoformat() == "2026-03-13"


def test_the_best_sprint_of_a_day_is_the_shortest(text_file: TextFile, clock: LocalClock) -> None:
    text = "Athlete;Date;10 m (s);30m (s)\nA;02.03.2026;1,74;4,11\nA;02.03.2026;1,70;\nA;03.03.2026;1,72;4,20\n"

    reading = read(text_file(text), clock, "timing-gates")["A"]
    table = build(reading.observations)

    assert table.dates == (date(2026, 3, 2), date(2026, 3, 3))
    assert table.column("sprint_10m").tolist() == [pytest.approx(1.72), 1.72]
    assert table.column("sprint_10m_best").tolist() == [1.70, 1.72]
    assert "sprint_30m_best" not in table.columns
