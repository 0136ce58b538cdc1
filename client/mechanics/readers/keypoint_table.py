"""Keypoints of one side of the body, frame by frame: a row for each frame, or for each point of a frame.

Columns of the first form: time, bout, hip_x, hip_y, knee_x and so on; of the second: time, bout, point, x, y. Without a
column of bouts the file is one bout. The neck may be absent; then what needs the trunk is not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from client.errors import UnreadableFile
from client.ingest.input_file import InputFile
from client.ingest.known.named_columns import found_columns
from client.ingest.text_table import TextTable, find_fitting
from client.mechanics.readers.number_table import NumberTable
from client.mechanics.segment_angles import SidePoints, segment_angles
from client.mechanics.session_bouts import BoutFigures, known_share, summaries
from models.arrays import Floats

USUAL = ("trunk_lean_mean", "thigh_p95", "thigh_p05", "hip_flexion_p95", "knee_flexion_p95")
POINTS = ("hip", "knee", "ankle", "neck")
_NEEDED = frozenset(POINTS[:3])
_LARGEST = 1e6  # ours: a coordinate, in pixels or any unit of length
_LONG = {"point": ("point", "keypoint", "marker"), "x": ("x",), "y": ("y",)}
_WIDE = {f"{point} {axis}": (f"{point} {axis}",) for point in POINTS for axis in "xy"}
_BOTH = {"time": ("time", "time s", "t"), "bout": ("bout", "bout no", "bout number")}
_Place = tuple[float, float]
_Frames = dict[float, dict[str, _Place]]


@dataclass(frozen=True, slots=True)
class _Keypoint:
    """One point of one frame of one bout."""

    bout: str
    time: float
    point: str
    at: _Place


def table_of_keypoints(file: InputFile) -> TextTable | None:
    """Return the table of a file of keypoints in either form; None for another file."""
    return find_fitting(file, lambda header: _is_long(header) or bool(_points_beside(header)))


def read_keypoints(table: TextTable, name: str, *, y_down: bool) -> list[BoutFigures]:
    """Read the bouts of a file. name: that of the file, which a bout without a name has.

    Raises UnreadableFile for a point that is not there, a frame that stands twice and a cell that is no number.
    """
    bouts: dict[str, _Frames] = {}
    seen: set[str] = set()
    for one in _keypoints(table, PurePath(name).stem):
        frame = bouts.setdefault(one.bout, {}).setdefault(one.time, {})
        if one.point in frame:
            raise UnreadableFile("a point stands twice at one time of one bout; keep one of them")
        frame[one.point] = one.at
        seen.add(one.point)
    if not seen >= _NEEDED:
        raise UnreadableFile(f"expected the points hip, knee and ankle, found {len(seen & _NEEDED)} of them")
    return [_figures(bout, frames, seen, y_down=y_down) for bout, frames in bouts.items()]


def _is_long(header: Sequence[str]) -> bool:
    return found_columns(header, _LONG).keys() == _LONG.keys()


def _points_beside(header: Sequence[str]) -> list[str]:
    """Return the points that have a column for x and one for y."""
    found = found_columns(header, _WIDE)
    return [point for point in POINTS if f"{point} x" in found and f"{point} y" in found]


def _keypoints(table: TextTable, name: str) -> Iterator[_Keypoint]:
    is_long = _is_long(table.header)
    columns = found_columns(table.header, {**_BOTH, **(_LONG if is_long else _WIDE)})
    if "time" not in columns:
        raise UnreadableFile("expected a column time, in seconds, beside the points")
    places = {"": ("x", "y")} if is_long else {one: (f"{one} x", f"{one} y") for one in _points_beside(table.header)}
    numbers = NumberTable(table, [columns["time"], *(columns[one] for pair in places.values() for one in pair)])
    for place, row in numbers.rows():
        time = numbers.number(place, row, columns["time"], least=-_LARGEST, most=_LARGEST, unit="a time in seconds")
        bout = row[columns["bout"]] if "bout" in columns else name
        if np.isnan(time) or not bout:
            raise UnreadableFile(f"row {place}: expected a time and a bout, found an empty cell")
        for point, pair in places.items():
            x, y = (
                numbers.number(place, row, columns[one], least=-_LARGEST, most=_LARGEST, unit="a coordinate")
                for one in pair
            )
            yield _Keypoint(bout, time, point or row[columns["point"]].lower(), (x, y))


def _figures(bout: str, frames: _Frames, seen: set[str], *, y_down: bool) -> BoutFigures:
    points = SidePoints(**{point: _track(frames, point) for point in POINTS})
    found = segment_angles(points.flipped() if y_down else points)
    angles = {"thigh": found.thigh, "shank": found.shank, "knee_flexion": found.knee_flexion}
    if "neck" in seen:
        angles |= {"trunk_lean": found.trunk_lean, "hip_flexion": found.hip_flexion}
    return BoutFigures(bout, summaries(angles), quality=known_share(angles))


def _track(frames: Mapping[float, Mapping[str, _Place]], point: str) -> Floats:
    """Return one point over all frames, (frames, 2)."""
    return np.array([frame.get(point, (np.nan, np.nan)) for frame in frames.values()])
