"""Angles of a runner's segments and joints in the sagittal plane, from points seen from the side.

Definitions and signs: docs/movement.md §2. x points forward (the way the runner runs), y up, in any one unit of length.
"""

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats


@dataclass(frozen=True, slots=True)
class SidePoints:
    """Points of one side of the body, each (frames, 2) with x forward and y up; NaN where a point was not seen."""

    hip: Floats
    knee: Floats
    ankle: Floats
    neck: Floats

    def flipped(self) -> "SidePoints":
        """Return the points with y turned round: pixels of an image count downwards."""
        return self._times(1.0, -1.0)

    def mirrored(self) -> "SidePoints":
        """Return the points with x turned round: a runner to the left of the picture runs to the right then."""
        return self._times(-1.0, 1.0)

    def _times(self, x: float, y: float) -> "SidePoints":
        turn = np.array([x, y])
        return SidePoints(self.hip * turn, self.knee * turn, self.ankle * turn, self.neck * turn)


@dataclass(frozen=True, slots=True)
class SegmentAngles:
    """Angles in degrees, each (frames,); NaN where a point of it was not seen, or two points are one.

    trunk_lean: of the trunk from the vertical, above 0 where the neck is before the hip.
    thigh, shank: from the vertical, above 0 where the lower end is before the upper one.
    knee_flexion: 0 straight, above 0 bent. hip_flexion: 0 with thigh and trunk in line, above 0 with the thigh forward.
    """

    trunk_lean: Floats
    thigh: Floats
    shank: Floats

    @property
    def knee_flexion(self) -> Floats:
        """Thigh less shank."""
        return self.thigh - self.shank

    @property
    def hip_flexion(self) -> Floats:
        """Thigh plus trunk lean."""
        return self.thigh + self.trunk_lean


def segment_angles(points: SidePoints) -> SegmentAngles:
    """Return the angles of every frame; two points at one place have no direction and give NaN."""
    return SegmentAngles(
        trunk_lean=_from_vertical(points.neck - points.hip),
        thigh=_from_vertical((points.knee - points.hip) * _DOWN),
        shank=_from_vertical((points.ankle - points.knee) * _DOWN),
    )


_DOWN = np.array([1.0, -1.0])


def _from_vertical(step: Floats) -> Floats:
    """Angle of a step (frames, 2) from the vertical in degrees, above 0 forward."""
    forward, along = step[..., 0], step[..., 1]
    angle: Floats = np.degrees(np.arctan2(forward, along))
    return np.where((forward == 0.0) & (along == 0.0), np.nan, angle)
