"""The files of one session as bouts: one table of bouts, or keypoints, or motions, in the order in which they stand."""

from collections.abc import Collection, Sequence
from pathlib import Path

from client.errors import UnreadableFile
from client.ingest.input_file import check_is_data, load
from client.mechanics.readers import keypoint_table, opensim_motion
from client.mechanics.readers.bout_table import read_bouts, table_of_bouts
from client.mechanics.session_bouts import BoutFigures, BoutSession, check_order

KINDS = (
    "expected a table of bouts (bout and a column for each metric), of keypoints (time, bout, hip_x, hip_y and so on; "
    "or time, bout, point, x, y) or a motion of OpenSim (.mot)"
)


def read_session(paths: Sequence[Path], wanted: Collection[str], *, y_down: bool) -> BoutSession:
    """Read the bouts of one session. wanted: metrics; the usual ones if empty. y_down: whether keypoints are pixels.

    Raises UnreadableFile, which names the file, for what cannot be read and for files that do not belong together.
    """
    found = [_named(path, wanted, y_down=y_down) for path in paths]
    if len(found) == 1:
        return found[0]
    kinds = {one.usual for one in found}
    if len(kinds) > 1 or any(one.has_speed or one.usual not in _JOINED for one in found):
        raise UnreadableFile(
            "expected one table of bouts, or several files of one other kind: keypoints, or motions of OpenSim"
        )
    bouts = tuple(bout for one in found for bout in one.bouts)
    check_order(bouts)
    return BoutSession(bouts, found[0].usual, has_quality=True)


_JOINED = (keypoint_table.USUAL, opensim_motion.USUAL)


def _named(path: Path, wanted: Collection[str], *, y_down: bool) -> BoutSession:
    if not path.is_file():
        raise UnreadableFile(f"expected a file, found none at {path}")
    try:
        found = _session(path, wanted, y_down=y_down)
        check_order(found.bouts)
        return found
    except UnreadableFile as error:
        raise UnreadableFile(f"{path.name}: {error}") from error


def _session(path: Path, wanted: Collection[str], *, y_down: bool) -> BoutSession:
    file = load(path)
    check_is_data(file)
    if opensim_motion.is_motion(file):
        _refuse(y_down)
        return _tracked([opensim_motion.read_motion(file)], opensim_motion.USUAL)
    if (keypoints := keypoint_table.table_of_keypoints(file)) is not None:
        bouts = keypoint_table.read_keypoints(keypoints, file.name, y_down=y_down)
        return _tracked(bouts, keypoint_table.USUAL)
    if (bouts_table := table_of_bouts(file)) is not None:
        _refuse(y_down)
        return read_bouts(bouts_table, wanted)
    raise UnreadableFile(KINDS)


def _tracked(bouts: Sequence[BoutFigures], usual: tuple[str, ...]) -> BoutSession:
    return BoutSession(tuple(bouts), usual, has_quality=True)


def _refuse(y_down: bool) -> None:
    if y_down:
        raise UnreadableFile("it holds angles and no points; --y-down is for keypoints in pixels")
