"""Which way a tracked runner faces and moves in the picture, and whether the picture stands on its head.

A knee bends one way only, so knee flexion says which way the runner faces: docs/movement.md §2. Thresholds are ours.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from client.errors import UnreadableFile
from client.ingest.cells.shown_names import shown_names
from client.mechanics.segment_angles import SidePoints, segment_angles
from models.arrays import Floats

LEAST_BENT_DEG = 10.0  # ours: below it a straight knee and a point set down wrongly look alike
LEAST_BENT_FRAMES = 10  # ours
LEAST_PATH = 2.0  # ours: lengths of the thigh; a runner on a treadmill drifts less


@dataclass(frozen=True, slots=True)
class RunDirection:
    """Signs of x: 1 forward, -1 backward, 0 not known.

    faces: the way that most bent knees say. moves: the way of the hip from the first to the last quarter of the bout.
    """

    faces: int
    moves: int


def run_direction(points: SidePoints) -> RunDirection:
    """Return the direction of one bout. points: (frames, 2) each, in the order of time, x forward and y up."""
    flexion = (segment_angles(points).knee_flexion + 180.0) % 360.0 - 180.0
    bent = flexion[np.abs(flexion) > LEAST_BENT_DEG]
    faces = int(np.sign(np.sign(bent).sum())) if bent.size >= LEAST_BENT_FRAMES else 0
    return RunDirection(faces, _moves(points))


def _moves(points: SidePoints) -> int:
    hip = points.hip[~np.isnan(points.hip).any(axis=1), 0]
    thigh = np.hypot(*(points.knee - points.hip).T)
    quarter = hip.size // 4
    if not quarter or np.isnan(thigh).all():
        return 0
    path = np.median(hip[-quarter:]) - np.median(hip[:quarter])
    return int(np.sign(path)) if abs(path) > LEAST_PATH * np.nanmedian(thigh) else 0


def is_upside_down(points: SidePoints) -> bool:
    """Whether the neck is below the hip in most frames; the hip below the ankle, where no neck is known."""
    for above, below in ((points.neck, points.hip), (points.hip, points.ankle)):
        height = _known(above[:, 1] - below[:, 1])
        if height.size:
            return bool((height < 0.0).mean() > 0.5)
    return False


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def check_upright(points: SidePoints, *, y_down: bool) -> None:
    """Raise UnreadableFile where the picture stands on its head. points: turned round already where y_down says so."""
    if not is_upside_down(points):
        return
    what = "the hip is below the ankle" if np.isnan(points.neck).any(axis=1).all() else "the neck is below the hip"
    if y_down:
        raise UnreadableFile(f"with --y-down {what} in most frames; y counts upwards here, leave --y-down out")
    raise UnreadableFile(f"{what} in most frames; are these pixels, whose y counts downwards? try --y-down")


def check_directions(directions: Mapping[str, RunDirection], *, runs_left: bool) -> None:
    """Raise UnreadableFile where bouts of one session run different ways, or all of them backward.

    directions: by bout, of points that are mirrored already where runs_left says so.
    """
    faces = {bout: one.faces or one.moves for bout, one in directions.items()}
    moves = {bout: one.moves for bout, one in directions.items()}
    for ways in (faces, moves):
        if {1, -1} <= set(ways.values()):
            raise UnreadableFile(_mixed([bout for bout, way in ways.items() if way == (1 if runs_left else -1)]))
    if set(faces.values()) - {0} != {-1}:
        return
    is_knee = any(one.faces for one in directions.values())
    seen = "the knee bends the wrong way in most frames" if is_knee else "the hip moves backward"
    if runs_left:
        raise UnreadableFile(f"with --runs-left {seen}; the runner runs to the right already, leave --runs-left out")
    raise UnreadableFile(
        f"{seen}: the runner runs to the left of the picture; try --runs-left, which mirrors all bouts"
    )


def _mixed(left: Collection[str]) -> str:
    return (
        f"some bouts run to the left of the picture and others to the right (to the left: {shown_names(left)}); the "
        "camera sees the other side of the body then, which looks like a change; give the bouts of one direction "
        "alone, those to the left with --runs-left"
    )
