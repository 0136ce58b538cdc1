"""The files of one session as bouts: one table of bouts, or keypoints, or motions, in the order in which they stand."""

from collections.abc import Collection, Sequence
from pathlib import Path

from client.errors import UnreadableFile
from client.ingest.input_file import check_is_data, load
from client.mechanics.readers import keypoint_table, opensim_motion
from client.mechanics.readers.bout_table import lacks_bouts, read_bouts, table_of_bouts
from client.mechanics.readers.keypoint_table import View
from client.mechanics.run_direction import check_directions
from client.mechanics.session_bouts import BoutSession, check_order

KINDS = (
    "expected a table of bouts (bout and a column for each metric), of keypoints (time, bout, hip_x, hip_y and so on; "
    "or time, bout, point, x, y) or a motion of OpenSim (.mot)"
)

NO_BOUTS = (
    "the column bout is missing: a name or number for each bout, in the order in which they were run (a column Sprint, "
    "Lauf, run, trial or rep does as well); without it nothing says that the rows stand in that order"
)


def read_session(
    paths: Sequence[Path], wanted: Collection[str], *, y_down: bool, runs_left: bool = False
) -> BoutSession:
    """Read the bouts of one session. wanted: metrics; the usual ones if empty.

    y_down: whether keypoints are pixels. runs_left: whether the runner of the keypoints runs to the left. Raises
    UnreadableFile, which names the file, for what cannot be read and for files that do not belong together.
    """
    view = View(y_down=y_down, runs_left=runs_left)
    found = [_named(path, wanted, view) for path in paths]
    session = found[0] if len(found) == 1 else _joined(found)
    check_directions(
        {bout.name: bout.direction for bout in session.bouts if bout.direction is not None}, runs_left=runs_left
    )
    return session


def _joined(found: Sequence[BoutSession]) -> BoutSession:
    if len({one.usual for one in found}) > 1 or any(one.usual not in _JOINED for one in found):
        raise UnreadableFile(
            "expected one table of bouts, or several files of one other kind: keypoints, or motions of OpenSim"
        )
    bouts = tuple(bout for one in found for bout in one.bouts)
    check_order(bouts)
    aside = tuple(dict.fromkeys(name for one in found for name in one.set_aside))
    has_speed = any(one.has_speed for one in found)
    return BoutSession(bouts, found[0].usual, has_speed=has_speed, has_quality=True, set_aside=aside)


_JOINED = (keypoint_table.USUAL, opensim_motion.USUAL)


def _named(path: Path, wanted: Collection[str], view: View) -> BoutSession:
    if not path.is_file():
        raise UnreadableFile(f"expected a file, found none at {path}")
    try:
        found = _session(path, wanted, view)
        check_order(found.bouts)
        return found
    except UnreadableFile as error:
        raise UnreadableFile(f"{path.name}: {error}") from error


def _session(path: Path, wanted: Collection[str], view: View) -> BoutSession:
    file = load(path)
    check_is_data(file)
    if opensim_motion.is_motion(file):
        _refuse(view)
        return BoutSession((opensim_motion.read_motion(file),), opensim_motion.USUAL, has_quality=True)
    if (keypoints := keypoint_table.table_of_keypoints(file)) is not None:
        return keypoint_table.read_keypoints(keypoints, file.name, view)
    if (bouts_table := table_of_bouts(file)) is not None:
        _refuse(view)
        return read_bouts(bouts_table, wanted)
    if lacks_bouts(file):
        raise UnreadableFile(NO_BOUTS)
    raise UnreadableFile(KINDS)


def _refuse(view: View) -> None:
    if view.y_down:
        raise UnreadableFile("it holds angles and no points; --y-down is for keypoints in pixels")
    if view.runs_left:
        raise UnreadableFile("it holds angles and no points; --runs-left is for keypoints")
