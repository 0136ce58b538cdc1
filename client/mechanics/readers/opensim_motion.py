"""A motion of OpenSim (.mot) as one bout: sagittal joint angles over time, below a header that ends with `endheader`.

Signs are those of the model that wrote it. Where the bent knee counts below 0, the 5th percentile is the most bent.
"""

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import PurePath

import numpy as np

from client.errors import UnreadableFile
from client.ingest.cells.number_form import plain_number
from client.ingest.input_file import InputFile
from client.ingest.tables.text_lines import TextLines
from client.mechanics.session_bouts import BoutFigures, known_share, summaries
from models.arrays import Floats

COORDINATES = (
    *("pelvis_tilt", "lumbar_extension", "hip_flexion_r", "hip_flexion_l"),
    *("knee_angle_r", "knee_angle_l", "ankle_angle_r", "ankle_angle_l"),
)
USUAL = (
    *("pelvis_tilt_mean", "lumbar_extension_mean", "hip_flexion_r_p95", "hip_flexion_l_p95"),
    *("knee_angle_r_p95", "knee_angle_l_p95"),
)
LARGEST_DEG = 360.0
MOST_HEADER = 100  # ours: lines
_END = "endheader"
_SAID = re.compile(r"\s*(nRows|inDegrees)\s*=\s*(\w+)\s*", re.ASCII)
_NAN = frozenset({"nan", "-nan", "+nan"})


def is_motion(file: InputFile) -> bool:
    """True for a file with a header as OpenSim writes it."""
    return f"\n{_END}".encode() in file.head.replace(b"\r", b"\n")


def read_motion(file: InputFile) -> BoutFigures:
    """Read one bout, named as the file; raises UnreadableFile for a file cut off, or without sagittal angles."""
    lines = TextLines(file)
    header = list(islice(lines, MOST_HEADER))
    end = next((at for at, line in enumerate(header) if line.strip() == _END), None)
    if end is None:
        raise UnreadableFile(f"expected a header that ends with {_END} within {MOST_HEADER} lines")
    said = {found[1]: found[2] for line in header[:end] if (found := _SAID.fullmatch(line)) is not None}
    factor = _factor(said)
    rows = [line.split() for line in lines.below(end + 1) if line.strip()]
    if len(rows) < 2 or said.get("nRows", str(len(rows) - 1)) != str(len(rows) - 1):
        raise UnreadableFile("expected as many rows as its header says, found another number; export it again")
    angles = {name: factor * track for name, track in _tracks(rows, first=end + 3).items()}
    if any((np.abs(track) > LARGEST_DEG).any() for track in angles.values()):
        raise UnreadableFile(
            f"expected angles up to {LARGEST_DEG:g}°, found a larger one; does inDegrees say the truth?"
        )
    return BoutFigures(PurePath(file.name).stem, summaries(angles), quality=known_share(angles))


def _factor(said: dict[str, str]) -> float:
    match said.get("inDegrees"):
        case "yes":
            return 1.0
        case "no":
            return float(np.degrees(1.0))
    raise UnreadableFile("expected a line inDegrees=yes or inDegrees=no in its header; it may hold forces, not angles")


def _tracks(rows: Sequence[Sequence[str]], *, first: int) -> dict[str, Floats]:
    """Return the angles that are read, (rows,) each. first: the line of the first row, from 1."""
    names, *values = rows
    wanted = [name for name in ("time", *COORDINATES) if name in names]
    if "time" not in wanted or len(wanted) < 2:
        raise UnreadableFile("expected a column time and joint angles such as hip_flexion_r; it has none that is read")
    places = [names.index(name) for name in wanted]
    found = np.array([_numbers(row, len(names), places, first + at) for at, row in enumerate(values)])
    time = found.reshape(-1, len(wanted))[:, 0]
    if not (np.diff(time) > 0.0).all():
        raise UnreadableFile("expected times that rise from row to row; export it again")
    return dict(zip(wanted[1:], found.reshape(-1, len(wanted)).T[1:], strict=True))


def _numbers(row: Sequence[str], width: int, places: Sequence[int], line: int) -> list[float]:
    if len(row) != width:
        raise UnreadableFile(f"line {line}: expected as many numbers as names above; export it again")
    found = [float("nan") if row[at].lower() in _NAN else plain_number(row[at]) for at in places]
    known = [number for number in found if number is not None]
    if len(known) != len(found):
        raise UnreadableFile(f"line {line}: expected numbers alone; export it again")
    return known
