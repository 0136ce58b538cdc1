"""Bouts run the other way, and pictures that stand on their heads: refused, never measured with the wrong sign."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from client.errors import UnreadableFile
from client.mechanics.readers.movement_files import read_session
from client.mechanics.run_direction import RunDirection, check_directions, is_upside_down, run_direction
from client.mechanics.segment_angles import SidePoints

Run = Callable[..., tuple[int, str, str]]
NAMES = ("neck", "hip", "knee", "ankle")


def stride(*, frames: int = 90, path: float = 400.0, bend: float = 60.0) -> SidePoints:
    """A runner to the right in pixels counted upwards: thigh 130 long, knee bent by `bend` and 45° about it."""
    phase = np.linspace(0.0, 6.0 * np.pi, frames)
    thigh, flexion = np.radians(15 + 35 * np.sin(phase)), np.radians(bend - 0.75 * bend * np.cos(phase - 0.6))
    hip = np.stack([500.0 + np.linspace(0.0, path, frames), 600.0 + 5.0 * np.sin(phase)], axis=1)
    knee = hip + 130.0 * np.stack([np.sin(thigh), -np.cos(thigh)], axis=1)
    ankle = knee + 125.0 * np.stack([np.sin(thigh - flexion), -np.cos(thigh - flexion)], axis=1)
    return SidePoints(hip, knee, ankle, hip + np.array([20.0, 160.0]))


def test_knees_say_the_way_a_runner_faces_and_hips_the_way_of_the_run() -> None:
    assert run_direction(stride()) == RunDirection(1, 1)
    assert run_direction(stride().mirrored()) == RunDirection(-1, -1)
    assert run_direction(stride(path=0.0)) == RunDirection(1, 0), "on a treadmill, or with a camera that follows"
    assert run_direction(stride(bend=1.0)) == RunDirection(0, 1), "straight knees say nothing"
    assert run_direction(stride(frames=3)) == RunDirection(0, 0)


def test_a_shank_that_passes_straight_up_leaves_the_knee_bent_forward() -> None:
    """A thigh at -10° and a shank at 175°, which is -185°: bent by 175° forward, not by 185° the wrong way."""
    hip = np.zeros((40, 2))
    knee, ankle = ((np.sin(np.radians(angle)), -np.cos(np.radians(angle))) for angle in (-10.0, 175.0))

    assert run_direction(SidePoints(hip, hip + np.array(knee), hip + np.array(knee) + np.array(ankle), hip)).faces == 1


def test_a_picture_on_its_head_is_told_by_the_neck_or_without_one_by_the_ankle() -> None:
    upright = stride()
    headless = SidePoints(upright.hip, upright.knee, upright.ankle, np.full_like(upright.hip, np.nan))

    assert not is_upside_down(upright)
    assert is_upside_down(upright.flipped())
    assert (is_upside_down(headless), is_upside_down(headless.flipped())) == (False, True)


def test_bouts_of_one_direction_pass_and_others_are_named() -> None:
    right, left, unknown = RunDirection(1, 1), RunDirection(-1, -1), RunDirection(0, 0)

    check_directions({"a": right, "b": unknown}, runs_left=False)
    check_directions({"a": unknown}, runs_left=False)
    check_directions({"a": RunDirection(1, -1)}, runs_left=False)
    with pytest.raises(UnreadableFile, match=r"to the left: b, d\)"):
        check_directions({"a": right, "b": left, "c": unknown, "d": left}, runs_left=False)
    with pytest.raises(UnreadableFile, match=r"to the left: a, c\)"):
        check_directions({"a": right, "b": left, "c": right}, runs_left=True)
    with pytest.raises(UnreadableFile, match=r"to the left: b\)"):
        check_directions({"a": right, "b": RunDirection(1, -1)}, runs_left=False)
    with pytest.raises(UnreadableFile, match="try --runs-left"):
        check_directions({"a": RunDirection(0, -1)}, runs_left=False)


def written(path: Path, ways: dict[str, bool], *, pixels: bool = True) -> Path:
    """Write a stride for each bout, mirrored where its way is the left, in pixels that count downwards."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "bout", *(f"{name}_{axis}" for name in NAMES for axis in "xy")])
        for bout, is_left in ways.items():
            points = stride().mirrored() if is_left else stride()
            points = points.flipped() if pixels else points
            for at, places in enumerate(zip(*(getattr(points, name) for name in NAMES), strict=True)):
                out.writerow([at / 60, bout, *np.round(np.concatenate(places), 3)])
    return path


def test_a_camera_that_changed_sides_between_bouts_is_no_change_of_technique(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", {str(at): at > 6 for at in range(1, 13)})

    code, printed, wrong = run("movement", path, "--y-down")

    assert (code, printed) == (1, "")
    assert "(to the left: 7, 8, 9, 10, 11, 12)" in wrong
    assert "give the bouts of one direction alone" in wrong


def test_files_of_one_bout_each_are_held_to_one_direction_together(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{name}.csv", {name: name == "b"}) for name in "abc"]

    with pytest.raises(UnreadableFile, match=r"\(to the left: b\)"):
        read_session(paths, (), y_down=True)


def test_bouts_to_the_left_are_mirrored_when_asked_and_never_measured_unasked(tmp_path: Path) -> None:
    left, right = (written(tmp_path / f"{name}.csv", {"1": name == "left"}) for name in ("left", "right"))

    with pytest.raises(UnreadableFile, match=r"the knee bends the wrong way in most frames: .* try --runs-left"):
        read_session([left], (), y_down=True)
    with pytest.raises(UnreadableFile, match="leave --runs-left out"):
        read_session([right], (), y_down=True, runs_left=True)
    (mirrored,) = read_session([left], (), y_down=True, runs_left=True).bouts
    (plain,) = read_session([right], (), y_down=True).bouts
    assert mirrored.values == pytest.approx(plain.values)
    assert plain.values["knee_flexion_mean"] > 40.0


@pytest.mark.parametrize(("pixels", "y_down", "said"), [(True, False, "try --y-down"), (False, True, "leave --y-down")])
def test_y_that_counts_the_other_way_is_said(tmp_path: Path, *, pixels: bool, y_down: bool, said: str) -> None:
    path = written(tmp_path / "a.csv", {"1": False}, pixels=pixels)

    with pytest.raises(UnreadableFile, match=f"the neck is below the hip in most frames.*{said}"):
        read_session([path], (), y_down=y_down)


def test_a_table_of_angles_has_nothing_to_mirror(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("bout,knee\n1,41\n")

    with pytest.raises(UnreadableFile, match="--runs-left is for keypoints"):
        read_session([path], (), y_down=False, runs_left=True)
