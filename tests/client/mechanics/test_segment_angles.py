"""Angles from points: the golden posture, the angle of three points, and what must not change them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from client.mechanics.segment_angles import SegmentAngles, SidePoints, segment_angles

NAMES = ("trunk_lean", "thigh", "shank", "knee_flexion", "hip_flexion")
Array = NDArray[np.float64]


def points_of(*places: tuple[float, float]) -> SidePoints:
    """One frame: hip, knee, ankle, neck."""
    return SidePoints(*(np.array([place]) for place in places))


def moved(points: SidePoints, change: Any) -> SidePoints:
    return SidePoints(*(change(getattr(points, name)) for name in SidePoints.__slots__))


def values(found: SegmentAngles) -> list[float]:
    return [float(getattr(found, name)[0]) for name in NAMES]


@pytest.fixture
def posture(golden: dict[str, Any]) -> SidePoints:
    """The golden posture."""
    return points_of(*(golden["biomech"][name] for name in ("hip", "knee", "ankle", "neck")))


def test_golden_angles(golden: dict[str, Any], posture: SidePoints) -> None:
    numbers = golden["biomech"]
    read = {"hip", "knee", "ankle", "neck", "trunk_lean", "thigh", "shank", "knee_flex", "hip_flex"}

    found = segment_angles(posture)

    assert set(numbers) == read
    expected = [numbers[name] for name in ("trunk_lean", "thigh", "shank", "knee_flex", "hip_flex")]
    assert values(found) == pytest.approx(expected, abs=1e-12)


def between(first: Array, second: Array) -> Array:
    """The angle between two steps by their scalar product, in degrees."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosine: Array = (first * second).sum(axis=1) / lengths
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def test_joint_angles_are_those_between_three_points() -> None:
    """A second computation, which knows no vertical: 180° less the angle at the joint."""
    rng = np.random.default_rng(1)
    hip, neck = rng.normal(0, 0.02, (200, 2)), np.array([0.1, 0.55]) + rng.normal(0, 0.05, (200, 2))
    thigh, bend = rng.uniform(-20, 70, 200), rng.uniform(0, 100, 200)
    knee = hip + 0.43 * np.stack([np.sin(np.radians(thigh)), -np.cos(np.radians(thigh))], axis=1)
    ankle = knee + 0.42 * np.stack([np.sin(np.radians(thigh - bend)), -np.cos(np.radians(thigh - bend))], axis=1)

    found = segment_angles(SidePoints(hip, knee, ankle, neck))

    assert found.thigh == pytest.approx(thigh)
    assert found.knee_flexion == pytest.approx(180.0 - between(hip - knee, ankle - knee), abs=1e-5)
    assert np.abs(found.hip_flexion) == pytest.approx(180.0 - between(neck - hip, knee - hip), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("thigh", points_of((0, 1), (0.3, 0.6), (0.3, 0.2), (0, 1.5))),
        ("shank", points_of((0, 1), (0, 0.6), (0.3, 0.2), (0, 1.5))),
        ("trunk_lean", points_of((0, 1), (0, 0.6), (0, 0.2), (0.2, 1.5))),
        ("knee_flexion", points_of((0, 1), (0.2, 0.6), (0.0, 0.2), (0, 1.5))),
        ("hip_flexion", points_of((0, 1), (0.2, 0.6), (0.2, 0.2), (0, 1.5))),
    ],
)
def test_each_angle_is_above_zero_in_its_documented_direction(name: str, points: SidePoints) -> None:
    mirrored = moved(points, lambda place: place * np.array([-1.0, 1.0]))

    assert getattr(segment_angles(points), name)[0] > 5.0
    assert getattr(segment_angles(mirrored), name)[0] < -5.0
    assert values(segment_angles(points_of((0, 1), (0, 0.6), (0, 0.2), (0, 1.5)))) == pytest.approx([0.0] * 5)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0.01, 1e3), st.floats(-30, 30))
def test_place_and_scale_change_nothing_and_a_tilted_camera_no_joint(
    x: float, y: float, scale: float, tilt: float
) -> None:
    posture = points_of((0, 0.95), (0.22, 0.58), (0.1, 0.2), (0.1, 1.48))
    turn = np.radians(tilt)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    before = segment_angles(posture)

    shifted = segment_angles(moved(posture, lambda place: scale * place + np.array([x, y])))
    tilted = segment_angles(moved(posture, lambda place: place @ rotation))

    assert values(shifted) == pytest.approx(values(before), abs=1e-6)
    assert tilted.knee_flexion == pytest.approx(before.knee_flexion)
    assert tilted.hip_flexion == pytest.approx(before.hip_flexion)


def test_pixels_are_turned_round_only_where_asked(posture: SidePoints) -> None:
    pixels = moved(posture, lambda place: np.array([500.0, 900.0]) + place * np.array([400.0, -400.0]))

    assert values(segment_angles(pixels.flipped())) == pytest.approx(values(segment_angles(posture)))
    assert abs(segment_angles(pixels).trunk_lean[0]) > 90.0, "unturned, the runner stands on the head"


def test_a_point_not_seen_leaves_its_angles_unknown_and_no_others(posture: SidePoints) -> None:
    both = moved(posture, lambda place: np.repeat(place, 2, axis=0))
    hidden = replace(both, ankle=np.array([[np.nan, 0.2], [0.1, 0.2]]))

    found = segment_angles(hidden)

    assert np.isnan(found.shank).tolist() == np.isnan(found.knee_flexion).tolist() == [True, False]
    assert not np.isnan(np.stack([found.thigh, found.trunk_lean, found.hip_flexion])).any()


def test_two_points_at_one_place_have_no_direction(posture: SidePoints) -> None:
    found = segment_angles(replace(posture, knee=posture.hip))

    assert np.isnan(found.thigh[0])
    assert not np.isnan(found.trunk_lean[0])
