"""Keypoints of one side of the body, frame by frame: a row for each frame, or for each point of a frame.

Columns of the first form: time, bout, hip_x, hip_y, knee_x and so on; of the second: time, bout, point, x, y. Without a
column of bouts the file is one bout. The neck may be absent; then what needs the trunk is not known. A point below the
least confidence was not seen, nor was one at (0, 0) that is elsewhere in other frames: so trackers write it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from client.errors import UnreadableFile
from client.ingest.cells.shown_names import shown_names
from client.ingest.input_file import InputFile
from client.ingest.known.named_columns import found_columns
from client.ingest.text_table import TextTable, find_fitting
from client.mechanics.readers.bout_names import BOUT
from client.mechanics.readers.number_table import NumberTable
from client.mechanics.readers.speed_column import speed_column
from client.mechanics.run_direction import check_upright, run_direction
from client.mechanics.segment_angles import SidePoints, segment_angles
from client.mechanics.session_bouts import BoutFigures, BoutSession, known_share, summaries
from models.arrays import Floats

USUAL = ("trunk_lean_mean", "thigh_p95", "thigh_p05", "hip_flexion_p95", "knee_flexion_p95")
POINTS = ("hip", "knee", "ankle", "neck")
LEAST_CONFIDENCE = 0.3  # ours
_NEEDED = ("hip", "knee", "ankle")
_LARGEST = 1e6  # ours: a coordinate, in pixels or any unit of length
_CONFIDENCE = ("confidence", "conf", "score", "likelihood", "visibility")
_LONG = {"point": ("point", "keypoint", "marker"), "x": ("x",), "y": ("y",)}
_WIDE = {f"{point} {axis}": (f"{point} {axis}",) for point in POINTS for axis in "xy"}
_SURE = {f"{point} sure": tuple(f"{point} {word}" for word in _CONFIDENCE) for point in POINTS}
_BOTH = {"time": ("time", "time s", "t"), "bout": BOUT}
_LIKE_A_POINT = re.compile(r".*(?:hip|knee|ankle)[ _.]?x", re.ASCII | re.IGNORECASE)
_UNSEEN = (float("nan"), float("nan"))
_Place = tuple[float, float]
_Frames = dict[float, dict[str, _Place]]


@dataclass(frozen=True, slots=True)
class View:
    """How the picture has to be turned: whether y counts downwards, and whether the runner runs to the left."""

    y_down: bool
    runs_left: bool


@dataclass(frozen=True, slots=True)
class _Keypoint:
    """One point of one frame of one bout, and the speed that stands beside it."""

    bout: str
    time: float
    point: str
    at: _Place
    speed_m_s: float


def table_of_keypoints(file: InputFile) -> TextTable | None:
    """Return the table of a file of keypoints in either form, whatever its points are called; None for another file."""
    return find_fitting(
        file,
        lambda header: _is_long(header) or bool(_points_beside(header)) or any(map(_LIKE_A_POINT.fullmatch, header)),
    )


def read_keypoints(table: TextTable, name: str, view: View) -> BoutSession:
    """Read the bouts of a file. name: that of the file, which a bout without a name has.

    Raises UnreadableFile for a point that is not there, a frame that stands twice, a cell that is no number and points
    that stand on their heads.
    """
    bouts: dict[str, _Frames] = {}
    speeds: dict[str, list[float]] = {}
    seen: set[str] = set()
    for one in _keypoints(table, PurePath(name).stem):
        frame = bouts.setdefault(one.bout, {}).setdefault(one.time, {})
        if one.point in frame:
            raise UnreadableFile("a point stands twice at one time of one bout; keep one of them")
        frame[one.point] = one.at
        speeds.setdefault(one.bout, []).append(one.speed_m_s)
        seen.add(one.point)
    _check_points(seen, table.header)
    _forget_corners(bouts)
    figures = [_figures(bout, frames, seen, view, _mean(speeds[bout])) for bout, frames in bouts.items()]
    has_speed = speed_column(table.header) is not None
    used = _columns(table.header).values()
    aside = [one for one in table.single_names if one and one not in used]
    return BoutSession(tuple(figures), USUAL, has_speed=has_speed, has_quality=True, set_aside=tuple(aside))


def _check_points(seen: set[str], header: Sequence[str]) -> None:
    if missing := [point for point in _NEEDED if point not in seen]:
        called = "rows whose point is" if _is_long(header) else "columns named"
        names = missing if _is_long(header) else [f"{point}_{axis}" for point in missing for axis in "xy"]
        raise UnreadableFile(
            f"expected the points hip, knee and ankle, found no {shown_names(missing)}; there have to be {called} "
            f"{shown_names(names)}, of the one leg that is followed"
        )


def _forget_corners(bouts: Mapping[str, _Frames]) -> None:
    """Take points at (0, 0) for not seen, each unless it stands there in all frames, as the origin of its own."""
    frames = [frame for one in bouts.values() for frame in one.values()]
    for point in POINTS:
        if any(frame.get(point, _UNSEEN) != (0.0, 0.0) and not _is_unseen(frame.get(point)) for frame in frames):
            for frame in frames:
                if frame.get(point) == (0.0, 0.0):
                    frame[point] = _UNSEEN


def _is_unseen(place: _Place | None) -> bool:
    return place is None or any(map(np.isnan, place))


def _mean(speeds: Sequence[float]) -> float:
    known = [speed for speed in speeds if not np.isnan(speed)]
    return float(np.mean(known)) if known else float("nan")


def _columns(header: Sequence[str]) -> dict[str, str]:
    """Return the columns that are read, by what they hold."""
    form = {**_LONG, "sure": _CONFIDENCE} if _is_long(header) else {**_WIDE, **_SURE}
    speed = speed_column(header)
    return found_columns(header, {**_BOTH, **form}) | ({} if speed is None else {"speed": speed.name})


def _is_long(header: Sequence[str]) -> bool:
    return found_columns(header, _LONG).keys() == _LONG.keys()


def _points_beside(header: Sequence[str]) -> list[str]:
    """Return the points that have a column for x and one for y."""
    found = found_columns(header, _WIDE)
    return [point for point in POINTS if f"{point} x" in found and f"{point} y" in found]


def _keypoints(table: TextTable, name: str) -> Iterator[_Keypoint]:
    is_long = _is_long(table.header)
    columns, speed = _columns(table.header), speed_column(table.header)
    points = [""] if is_long else _points_beside(table.header)
    if not points:
        _check_points(set(), table.header)
    if "time" not in columns:
        raise UnreadableFile("expected a column time, in seconds, beside the points")
    numbers = NumberTable(table, [one for what, one in columns.items() if what not in ("bout", "point")])
    for place, row in numbers.rows():
        time = numbers.number(place, row, columns["time"], least=-_LARGEST, most=_LARGEST, unit="a time in seconds")
        bout = row[columns["bout"]] if "bout" in columns else name
        if np.isnan(time) or not bout:
            raise UnreadableFile(f"row {place}: expected a time and a bout, found an empty cell")
        at_speed = float("nan") if speed is None else speed.read(numbers, place, row)
        for point in points:
            at = _place(numbers, place, row, columns, f"{point} " if point else "")
            yield _Keypoint(bout, time, point or row[columns["point"]].lower(), at, at_speed)


def _place(numbers: NumberTable, place: int, row: Mapping[str, str], columns: Mapping[str, str], before: str) -> _Place:
    """Return where a point is in a row, NaN where it was not seen. before: what its columns begin with."""
    x, y = (
        numbers.number(place, row, columns[before + axis], least=-_LARGEST, most=_LARGEST, unit="a coordinate")
        for axis in "xy"
    )
    if (sure := columns.get(f"{before}sure")) is None:
        return x, y
    confidence = numbers.number(place, row, sure, least=0.0, most=1.0, unit="a confidence")
    return _UNSEEN if confidence < LEAST_CONFIDENCE else (x, y)


def _figures(bout: str, frames: _Frames, seen: set[str], view: View, speed_m_s: float) -> BoutFigures:
    points = _turned(SidePoints(**{point: _track(frames, point) for point in POINTS}), view)
    check_upright(points, y_down=view.y_down)
    found = segment_angles(points)
    angles = {"thigh": found.thigh, "shank": found.shank, "knee_flexion": found.knee_flexion}
    if "neck" in seen:
        angles |= {"trunk_lean": found.trunk_lean, "hip_flexion": found.hip_flexion}
    return BoutFigures(bout, summaries(angles), speed_m_s, known_share(angles), run_direction(points))


def _turned(points: SidePoints, view: View) -> SidePoints:
    upright = points.flipped() if view.y_down else points
    return upright.mirrored() if view.runs_left else upright


def _track(frames: Mapping[float, Mapping[str, _Place]], point: str) -> Floats:
    """Return one point over all frames by time, (frames, 2)."""
    return np.array([frame.get(point, _UNSEEN) for _, frame in sorted(frames.items())])
