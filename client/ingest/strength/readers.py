"""Declarations of the readers of jumps, sprints and strength (docs/ingest.md §1)."""

from client.ingest.input_file import InputFile
from client.ingest.reader import Reader
from client.ingest.strength import force_file, makers
from client.ingest.text_table import TextTable

_FORCE_DECKS = Reader(
    "vald-forcedecks",
    "VALD ForceDecks summary CSV",
    "columns",
    "height by flight time and by impulse, RSImod, time to take-off, peak power of countermovement jumps",
    "other tests and jumps with a load, body mass, tags, all other columns",
    read_many=makers.read_force_decks,
    is_by_schema=True,
)
_HAWKIN = Reader(
    "hawkin",
    "Hawkin Dynamics summary CSV",
    "columns",
    "height by impulse, RSImod, time to take-off, peak power of countermovement jumps",
    "other tests, tags, all other columns",
    read_many=makers.read_hawkin,
    is_by_schema=True,
)
_FORCE_FRAME = Reader(
    "vald-forceframe",
    "VALD ForceFrame summary CSV",
    "columns",
    "peak force of hip adduction and abduction, left and right",
    "other tests, imbalance, impulse, all other columns",
    read_many=makers.read_force_frame,
    is_by_schema=True,
)
_NORD_BORD = Reader(
    "vald-nordbord",
    "VALD NordBord summary CSV",
    "columns",
    "peak force of Nordic curls, left and right",
    "other tests, imbalance, torque, all other columns",
    read_many=makers.read_nord_bord,
    is_by_schema=True,
)
_GATES = Reader(
    "timing-gates",
    "timing gates, CSV or workbook",
    "columns such as `10 m (s)`",
    "times over 5, 10, 20, 30 and 40 m",
    "all other columns",
    read_many=makers.read_gates,
    is_by_schema=True,
)
_FORCE = Reader(
    "force-plate",
    "raw force of one jump as text",
    "columns of time and force",
    "height by impulse and by flight time, RSImod, time to take-off, peak power",
    "single samples",
    force_file.read_force,
    is_by_schema=True,
)
READERS = (_FORCE_DECKS, _HAWKIN, _FORCE_FRAME, _NORD_BORD, _GATES, _FORCE)


def reader_of_table(table: TextTable) -> Reader | None:
    """Return the reader of a table, the most telling header first; None for another one."""
    for kind, reader in (
        (makers.FORCE_DECKS, _FORCE_DECKS),
        (makers.HAWKIN, _HAWKIN),
        (makers.FORCE_FRAME, _FORCE_FRAME),
        (makers.NORD_BORD, _NORD_BORD),
        (makers.GATES, _GATES),
    ):
        if kind.fits(table.header):
            return reader
    return None


def reader_of_recording(file: InputFile) -> Reader | None:
    """Return the reader of raw force, which programs write below lines of description; None for another file."""
    return None if force_file.recording_in(file) is None else _FORCE
