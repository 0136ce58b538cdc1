"""The tables of VALD (ForceDecks, NordBord, ForceFrame) and Hawkin Dynamics, and of timing gates.

Heights from flight time and from impulse are two streams. Only countermovement jumps without load are taken, as other
jumps are not compared with them.
"""

import re

from client.biometrics.streams import Stream
from client.ingest.cells.number_form import is_missing, plain_number
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapping import StreamColumn
from client.ingest.strength.trial_table import TrialRow, TrialTable, Values, read_trials

_CMJ = frozenset({"countermovement jump", "counter movement jump", "cmj"})
_GROIN = re.compile(r"\bad\s*/\s*ab\b|\bad(?:duction)?\b|\bab(?:duction)?\b|groin")
_TYPE = ("test type", "type", "test type name", "testtype name")


def _jump_left_out(row: TrialRow, _: StreamColumn) -> str:
    if row.get("type", "").strip().lower() not in _CMJ:
        return "other_test"
    loads = [row[name] for name in ("load_lb", "load_kg") if name in row and not is_missing(row[name])]
    return "loaded_jump" if any(plain_number(load) != 0.0 for load in loads) else ""


def _nordic_left_out(row: TrialRow, _: StreamColumn) -> str:
    return "" if "nordic" in row.get("test", "").lower() else "other_test"


def _groin_left_out(row: TrialRow, entry: StreamColumn) -> str:
    """ForceFrame names the direction of a hip test: a squeeze is adduction, a pull abduction.

    The directions of its tests of rotation and flexion (Hip IR/ER) have the same names.
    """
    if _GROIN.search(row.get("test", "").lower()) is None:
        return "other_test"
    direction = row.get("direction", "").strip().lower()
    wanted = "squeeze" if entry.stream in (Stream.ADDUCTION_LEFT, Stream.ADDUCTION_RIGHT) else "pull"
    return "" if direction == wanted else "other_test"


FORCE_DECKS = TrialTable(
    "vald-forcedecks",
    (
        ("jump height flight time cm", Stream.JUMP_HEIGHT_FLIGHT_CM, None),
        ("jump height flight time in inches in", Stream.JUMP_HEIGHT_FLIGHT_CM, "[in_i]"),
        ("jump height imp mom cm", Stream.JUMP_HEIGHT_IMPULSE_CM, None),
        ("jump height imp mom in inches in", Stream.JUMP_HEIGHT_IMPULSE_CM, "[in_i]"),
        ("rsi modified m/s", Stream.RSI_MODIFIED, None),
        ("rsi modified imp mom m/s", Stream.RSI_MODIFIED, None),
        ("contraction time ms", Stream.TIME_TO_TAKEOFF, "ms"),
        ("contraction time s", Stream.TIME_TO_TAKEOFF, None),
        ("peak power / bm w/kg", Stream.JUMP_PEAK_POWER, None),
    ),
    {"externalid": ("externalid", "external id"), "type": ("test type",)},
    {"type": ("test type",), "load_lb": ("additional load lb",), "load_kg": ("additional load kg",)},
    _jump_left_out,
)
HAWKIN = TrialTable(
    "hawkin",
    (
        ("jump height m", Stream.JUMP_HEIGHT_IMPULSE_CM, "m"),
        ("mrsi", Stream.RSI_MODIFIED, None),
        ("time to takeoff s", Stream.TIME_TO_TAKEOFF, None),
        ("peak relative propulsive power w/kg", Stream.JUMP_PEAK_POWER, None),
    ),
    {"height": ("jump height m",), "mrsi": ("mrsi",), "type": _TYPE},
    {"type": _TYPE},
    _jump_left_out,
)
_LEFT_AND_RIGHT = {"left": ("l max force n",), "right": ("r max force n",), "test": ("test",)}
NORD_BORD = TrialTable(
    "vald-nordbord",
    (("l max force n", Stream.NORDIC_LEFT, None), ("r max force n", Stream.NORDIC_RIGHT, None)),
    _LEFT_AND_RIGHT,
    {"test": ("test",)},
    _nordic_left_out,
)
FORCE_FRAME = TrialTable(
    "vald-forceframe",
    (
        ("l max force n", Stream.ADDUCTION_LEFT, None),
        ("r max force n", Stream.ADDUCTION_RIGHT, None),
        ("l max force n", Stream.ABDUCTION_LEFT, None),
        ("r max force n", Stream.ABDUCTION_RIGHT, None),
    ),
    {**_LEFT_AND_RIGHT, "direction": ("direction",)},
    {"test": ("test",), "direction": ("direction",)},
    _groin_left_out,
)
_SPRINTS: Values = tuple(
    (name.format(metres=metres), Stream(f"sprint_{metres}m"), None)
    for metres in (5, 10, 20, 30, 40)
    for name in ("{metres} m s", "{metres}m s", "{metres} m sprint", "{metres}m sprint", "sprint {metres}m")
)
GATES = TrialTable("timing-gates", _SPRINTS, {}, {})


def read_force_decks(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a summary of ForceDecks."""
    return read_trials(file, clock, FORCE_DECKS)


def read_hawkin(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a summary of Hawkin Dynamics."""
    return read_trials(file, clock, HAWKIN)


def read_nord_bord(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a summary of NordBord."""
    return read_trials(file, clock, NORD_BORD)


def read_force_frame(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a summary of ForceFrame."""
    return read_trials(file, clock, FORCE_FRAME)


def read_gates(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read times from the start to gates at 5, 10, 20, 30 and 40 m."""
    return read_trials(file, clock, GATES)
