"""Raw force of one jump as text: a column of time and one of force, or one for each foot."""

import re
from array import array
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import numpy as np

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.number_form import NumberForm
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.named_columns import found_columns
from client.ingest.strength.jump_force import Jump, jump_of
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import TextTable, find_fitting
from models.arrays import Floats

APP = "force-plate"
MOST_SAMPLES = 2_000_000  # ours: half an hour at 1000 Hz
_OF_A_FOOT = (
    *("{}", "{} force", "{}force", "force {}", "{} fz", "fz {}", "z {}", "{} z"),
    *("{} force plate", "{} plate", "{} vertical force", "vertical force {}", "{} leg", "{} foot"),
)
_NAMES = {
    "time": ("time", "time s", "time ms", "t", "t s"),
    "both": ("force", "force n", "fz", "fz n", "total force", "total force n", "combined force n", "combinedforce n"),
    **{
        foot: tuple(name.format(foot) + unit for name in _OF_A_FOOT for unit in ("", " n"))
        for foot in ("left", "right")
    },
}
_NO_LETTERS = re.compile(r"[^a-z]+")
_DATE_IN_NAME = re.compile(r"(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?:[T_ -]?(\d{2})[-_:.]?(\d{2}))?", re.ASCII)
NO_DAY = "raw force does not say its day; put it into the file's name, such as 2026-03-02_0710.csv"


def columns_of(header: Sequence[str]) -> dict[str, str] | None:
    """Return the columns of a recording by what they hold; None for another table."""
    found = found_columns(header, _NAMES)
    return found if "time" in found and ("both" in found or {"left", "right"} <= found.keys()) else None


def recording_in(file: InputFile) -> TextTable | None:
    """Return the table of a recording, lines of description above its header left out; None for another file."""
    return find_fitting(file, lambda header: columns_of(header) is not None)


def read_force(file: InputFile, clock: LocalClock) -> Reading:
    """Read one recording of one jump; its lines are accounted for together, and its day is that in the file's name."""
    table, out = recording_in(file), Collector(file, clock, app=APP)
    columns = None if table is None else columns_of(table.header)
    if table is None or columns is None:
        raise UnreadableFile("expected a column of time and one of force, or one for each foot")
    time, force = _samples(table, columns, out)
    jump = jump_of(force, _rate_hz(time, columns["time"]))
    moment = _day(file, out)
    out.begin_record(file.sha256[:16], is_unique=True)  # two recordings of a day are two trials
    if jump.flights > 1:
        out.counters.note("the recording holds more than one flight; the first is the jump")
    _take(out, moment, jump)
    return out.reading()


def _take(out: Collector, moment: Moment, jump: Jump) -> None:
    out.number(Stream.JUMP_HEIGHT_IMPULSE_CM, moment, 100 * jump.height_impulse_m)
    out.number(Stream.JUMP_HEIGHT_FLIGHT_CM, moment, 100 * jump.height_flight_m)
    out.number(Stream.RSI_MODIFIED, moment, jump.rsi_modified)
    out.number(Stream.TIME_TO_TAKEOFF, moment, jump.time_to_takeoff_s)
    out.number(Stream.JUMP_PEAK_POWER, moment, jump.peak_power_w_kg)


def _samples(table: TextTable, columns: dict[str, str], out: Collector) -> tuple[Floats, Floats]:
    """Return time as written and force in N, (samples,); raises UnreadableFile where a sample cannot be read."""
    every, names = QualityCounters(), [columns[what] for what in ("time", "both", "left", "right") if what in columns]
    if "both" in columns:
        names = names[:2]
    note_unread(out.counters, table.header, names)
    form = NumberForm("," if table.delimiter in (";", "\t") and _has_commas(table) else ".")
    found = array("d")
    for row in table.rows(every):
        cells = [form.read(row[name]) for name in names]
        values = [cell for cell in cells if isinstance(cell, float)]
        if len(found) >= MOST_SAMPLES * len(names) or len(values) != len(names):
            raise UnreadableFile("a sample of its force is no number, or there are too many of them")
        found.extend(values)
    out.counters.rows = every.rows
    if not found or every.report().dropped:
        raise UnreadableFile("lines of its force cannot be told apart; export it again")
    samples = np.frombuffer(found, dtype=np.float64).reshape(-1, len(names))
    return samples[:, 0], samples[:, 1:].sum(axis=1)


def _has_commas(table: TextTable) -> bool:
    return any("," in line for line in islice(table.lines, 20))


def _rate_hz(time: Floats, name: str) -> float:
    """Return the samples per second; raises UnreadableFile where they are not evenly spaced."""
    steps = np.diff(time)
    step = float(np.median(steps)) if steps.size else 0.0
    if step <= 0 or not np.isfinite(steps).all() or float(np.max(np.abs(steps - step))) > 0.6 * step:
        raise UnreadableFile("its samples are not evenly spaced in time; export the raw force without gaps")
    is_ms = "ms" in _NO_LETTERS.split(name.lower()) or step >= 0.5
    return (1000.0 if is_ms else 1.0) / step


def _day(file: InputFile, out: Collector) -> Moment:
    found = _DATE_IN_NAME.search(file.name)
    if found is None:
        raise UnreadableFile(NO_DAY)
    try:
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        moment = out.clock.local(datetime(year, month, day, hour, minute), out.counters)  # noqa: DTZ001 - local time
    except ValueError as error:
        raise UnreadableFile(NO_DAY) from error
    if moment is None:
        raise UnreadableFile(NO_DAY)
    return moment
