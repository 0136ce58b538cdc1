"""Columns of a table of bouts: which are metrics, which are set aside, and what the speed is in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client.errors import UnreadableFile
from client.mechanics.readers.metric_names import is_angle
from client.mechanics.readers.movement_files import read_session
from client.mechanics.session_bouts import BoutSession

Run = Callable[..., tuple[int, str, str]]


def read(tmp_path: Path, text: str, *wanted: str) -> BoutSession:
    path = tmp_path / "bouts.csv"
    path.write_text(text, encoding="utf-8")
    return read_session([path], wanted, y_down=False)


@pytest.mark.parametrize(
    "name",
    [
        *("knee_flexion_deg", "knee_flexion_peak", "Trunk lean", "Kniebeugung max (°)", "Rumpfneigung", "pelvis_tilt"),
        *("hip_flexion_l_p95", "knee (deg)", "x °", "foot strike [degrees]", "Hüfte", "knee angle at touchdown"),
    ],
)
def test_names_of_angles_are_metrics(name: str) -> None:
    assert is_angle(name)


@pytest.mark.parametrize(
    "name",
    [
        *("rest_s", "contact_time_ms", "rpe", "set", "date", "knee_pain", "hip_power_w", "knee moment (Nm)", "peak"),
        *("speed_kmh", "hip_velocity_deg_s", "session", "(°/s)", "knee angle (rad)", "", "notes", "degree of effort"),
    ],
)
def test_names_of_other_things_are_none(name: str) -> None:
    assert not is_angle(name)


def test_numbers_that_are_no_angles_and_texts_are_set_aside_by_name(run: Run, tmp_path: Path) -> None:
    header = "bout,knee_deg,rest_s,contact_time_ms,notes,hip"
    rows = [f"{at},{100 + at % 3},{60 + at},{120 + at},{'tired' if at > 9 else ''},left" for at in range(1, 13)]
    found = read(tmp_path, "\n".join([header, *rows]))

    _, printed, _ = run("movement", tmp_path / "bouts.csv")
    _, answer, _ = run("movement", tmp_path / "bouts.csv", "--json")

    assert (found.metrics, found.set_aside) == (("knee_deg",), ("rest_s", "contact_time_ms", "notes", "hip"))
    assert "Not used: rest_s, contact_time_ms, notes, hip." in printed
    assert json.loads(answer)["set_aside"] == ["rest_s", "contact_time_ms", "notes", "hip"]
    named = read(tmp_path, "\n".join([header, *rows]), "rest_s")
    assert (named.metrics, named.set_aside) == (("rest_s",), ())


def test_speed_in_km_h_is_converted_and_one_without_a_unit_is_refused(tmp_path: Path) -> None:
    for name in ("speed_kmh", "Speed (km/h)", "Geschwindigkeit (km/h)"):
        found = read(tmp_path, f"bout,knee,{name}\n1,41,28.8\n2,42,\n")
        assert found.speed_m_s == pytest.approx([8.0, float("nan")], nan_ok=True)
        assert (found.metrics, found.set_aside) == (("knee",), ())
    with pytest.raises(UnreadableFile, match="the column speed does not say its unit; call it speed_m_s or speed_kmh"):
        read(tmp_path, "bout,knee,speed\n1,41,8.0\n")
    with pytest.raises(UnreadableFile, match="expected a speed in km/h between 0 and 54"):
        read(tmp_path, "bout,knee,speed_kmh\n1,41,60\n")
    assert read(tmp_path, "bout,knee,speed_m_s,speed\n1,41,8.0,1\n").set_aside == ("speed",)


@pytest.mark.parametrize("name", ["mean", "Average", "Mittelwert", "SD", "mean knee", "Durchschnitt"])
def test_rows_that_sum_up_are_no_bouts(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, f"bout,knee\n1,41\n2,42\n{name},41.5\n")

    assert [bout.name for bout in found.bouts] == ["1", "2"]
    assert found.set_aside == (f"row {name}",)


@pytest.mark.parametrize("name", ["Sprint", "Lauf", "trial", "rep", "run"])
def test_bouts_have_other_names_too(tmp_path: Path, name: str) -> None:
    assert [bout.name for bout in read(tmp_path, f"{name},knee\n1,41\n2,42\n").bouts] == ["1", "2"]


def test_times_of_the_day_have_to_rise_like_numbers(tmp_path: Path) -> None:
    assert len(read(tmp_path, "bout,knee\n9:58,41\n10:02,42\n10:02:30,42\n").bouts) == 3
    with pytest.raises(UnreadableFile, match="times that do not rise"):
        read(tmp_path, "bout,knee\n10:02,41\n9:58,42\n")
