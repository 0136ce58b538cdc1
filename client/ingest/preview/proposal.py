"""A mapping for a table that no reader knows, proposed from the names of its columns and how their cells are written.

It is a proposal: a person checks it against rows as they would be read, and saves it. Nothing is stored by it.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from client.biometrics.observations import is_in_range
from client.biometrics.quality import QualityCounters
from client.biometrics.sessions import OF_SESSIONS
from client.biometrics.stream_spec import LOW_IS_BEST
from client.biometrics.streams import SPECS, Stream
from client.errors import UnreadableFile
from client.ingest.cells.column_check import RATED
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.number_form import NumberForm, clock_seconds, is_missing
from client.ingest.cells.time_columns import EXCHANGEABLE, Cells, FoundTime, find_time
from client.ingest.cells.whole_names import plain_name
from client.ingest.input_file import InputFile
from client.ingest.known.decimal_sign import sign_of
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.mapping import StreamColumn, TimeColumn
from client.ingest.preview.app_name import APP, app_of
from client.ingest.preview.column_words import NamedColumn, named, stream_of, told_by_words
from client.ingest.preview.people_columns import holds_people
from client.ingest.tables.mapped_cells import SignedCells
from client.ingest.text_table import MAX_PREAMBLE, TextTable, tables_by_width

MAX_LOOKED_AT = 500  # ours: rows that show how a column is written
MIN_IN_RANGE = 0.5  # ours: a column of which fewer cells fit its stream is another one
FARTHEST_KM = 100.0  # ours: no session has so many kilometres by foot, and none that is measured so few metres
_ATHLETE = re.compile(
    r"(athlete|player)( (name|id|no|number))?|name"
    r"|(athlet|sportler|spieler)(in)?|(athleten|sportler|spieler)name"
    r"|joueur|joueuse|jugador|jugadora|spiller|spelare|utover|nom|nombre|navn|namn",
    re.ASCII,
)
UNKNOWN_TABLE = (
    "expected a column of days or times that can be read and one named after what was measured, and one of the two is "
    "missing; correct the days or the names; write a mapping (docs/ingest.md §4)"
)


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """A mapping that may fit, and in words what a person must check of it.

    of_scales: those of the doubts that are about the direction of a scale.
    """

    mapping: CsvMapping
    doubts: tuple[str, ...]
    of_scales: tuple[str, ...] = ()


def propose(file: InputFile, people: Collection[str] | None = None) -> MappingProposal:
    """Return a proposal; raises UnreadableFile where no header has a time and one stream that are known.

    people: names of the node's athletes, for whoever may see them all: a column of these is that of athletes, and the
    source is named after the file. Without, no word of the file's name stands in the proposal.
    """
    for table in tables_by_width(file, MAX_PREAMBLE):
        cells = _cells(table)
        time = find_time(cells)
        streams = _streams(cells, but={time.column, time.time_of_day, time.zone_column}) if time else []
        if time is not None and streams:
            made = _proposal(time, streams, cells, frozenset(map(plain_name, people or ())))
            return made if people is None else _named_after(file, made, people)
    raise UnreadableFile(UNKNOWN_TABLE)


def can_propose(file: InputFile) -> bool:
    """True where `propose` finds a mapping."""
    try:
        propose(file)
    except (UnreadableFile, ValueError):  # a column whose name no mapping can hold
        return False
    return True


def unnamed(file: InputFile) -> CsvMapping | None:
    """Return where the days of a table stand whose other names say nothing; None where no column holds days.

    It has no stream, so that nothing can be read by it: a person names what the columns hold.
    """
    for table in tables_by_width(file, MAX_PREAMBLE):
        cells = _cells(table)
        time = find_time(cells)
        if time is not None:
            return CsvMapping.model_construct(
                version=1,
                app=APP,
                decimal=_decimal([cell for column in cells.values() for cell in column]),
                time=_time_column(time),
                streams=(),
            )
    return None


def as_file(mapping: CsvMapping) -> str:
    """Return the text of a mapping file: what is said of it, and no defaults."""
    return json.dumps(mapping.model_dump(mode="json", exclude_defaults=True) | {"version": 1}, indent=2) + "\n"


def _cells(table: TextTable) -> Cells:
    columns: dict[str, list[str]] = {
        name: [] for name in table.header if name and name not in table.repeated and not is_about_cycle(name)
    }
    for number, row in enumerate(table.rows(QualityCounters())):
        if number == MAX_LOOKED_AT:
            break
        for name, column in columns.items():
            column.append(row[name])
    return {name: column for name, column in columns.items() if any(not is_missing(cell) for cell in column)}


def _streams(cells: Cells, *, but: set[str | None]) -> list[tuple[NamedColumn, Stream]]:
    columns = [named(name) for name in cells if name not in but]
    is_rated = any(stream_of(column, is_rated=False) is Stream.SESSION_RPE for column in columns)
    found: dict[Stream, NamedColumn] = {}
    for column in columns:
        stream = stream_of(column, is_rated=is_rated)
        fitting = None if stream is None or stream in found else _fitting(column, stream, cells[column.name])
        if stream is not None and fitting is not None:
            found[stream] = fitting
    if found.keys() & OF_SESSIONS and found.get(Stream.ENERGY_INTAKE, _NO_COLUMN).words == "calories":
        del found[Stream.ENERGY_INTAKE]  # what a session burned, not what was eaten
    return [(column, stream) for stream, column in found.items()]


_NO_COLUMN = NamedColumn("", "", None)


def _fitting(column: NamedColumn, stream: Stream, cells: Sequence[str]) -> NamedColumn | None:
    """Return the column in a unit in which its cells can be readings of the stream; None where there is none."""
    tried = [column] if column.unit is not None else [replace(column, guess=unit) for unit in _guesses(stream, cells)]
    return next((one for one in tried if _fits(one, stream, cells)), None)


def _guesses(stream: Stream, cells: Sequence[str]) -> tuple[str | None, ...]:
    """Return the units of a column whose name says none; None is the stream's own."""
    if SPECS[stream].unit == "min":
        return (None, "s")
    if stream is Stream.DISTANCE:
        values = [value for cell in cells for form in _FORMS if isinstance(value := form.read(cell), float)]
        return ("km",) if values and max(values) <= FARTHEST_KM else (None,)
    return (None,)


def _fits(column: NamedColumn, stream: Stream, cells: Sequence[str]) -> bool:
    """True where the cells can be readings of the stream, as far as numbers tell."""
    factor = _entry(column, stream).factor
    filled = [cell for cell in cells if not is_missing(cell)]
    good = 0
    for cell in filled:
        if clock_seconds(cell) is not None:
            good += SPECS[stream].unit in ("min", "h")
            continue
        values = [value for form in _FORMS if isinstance(value := form.read(cell), float)]
        good += any(is_in_range(stream, value * factor) for value in values)
    return good >= MIN_IN_RANGE * len(filled)


_FORMS = (NumberForm(".", ","), NumberForm(",", "."))


def _entry(column: NamedColumn, stream: Stream) -> StreamColumn:
    said = column.unit or column.guess
    unit = said if said != SPECS[stream].unit else None
    return StreamColumn(column=column.name, stream=stream, unit=unit)


def _named_after(file: InputFile, made: MappingProposal, people: Collection[str]) -> MappingProposal:
    app = app_of(file.name, made.mapping.columns, people)
    doubt = f"app: {app} names the source; tables of one app correct each other, so say another for other sessions"
    return replace(made, mapping=made.mapping.model_copy(update={"app": app}), doubts=(*made.doubts, doubt))


def _athletes(cells: Cells, people: Collection[str]) -> str | None:
    named_so = (name for name in cells if _ATHLETE.fullmatch(named(name).words))
    return next(named_so, None) or next((name for name, column in cells.items() if holds_people(column, people)), None)


def _proposal(
    time: FoundTime, streams: Sequence[tuple[NamedColumn, Stream]], cells: Cells, people: Collection[str]
) -> MappingProposal:
    mapping = CsvMapping(
        version=1,
        app=APP,
        decimal=_decimal([cell for column, _ in streams for cell in cells[column.name]]),
        athlete=_athletes(cells, people),
        time=_time_column(time),
        streams=tuple(_entry(column, stream) for column, stream in streams),
    )
    scales = tuple(_doubt_of_scale(column, stream) for column, stream in streams if _has_direction(stream))
    doubts = (*_doubts(time, streams), *_refused_columns(mapping, cells), *_not_proposed(mapping, cells))
    return MappingProposal(mapping, (*doubts, *scales), scales)


def _refused_columns(mapping: CsvMapping, cells: Cells) -> list[str]:
    """Say of which columns most cells would be refused: a sign that does not fit, or numbers of another unit."""
    signed, found = SignedCells(mapping), []
    names = [entry.column for entry in mapping.streams]
    for row in zip(*(cells[name] for name in names), strict=True):
        signed.see(dict(zip(names, row, strict=True)))
    reader = signed.reader()
    for entry in mapping.streams:
        read = [reader.number(entry, cell) for cell in cells[entry.column]]
        filled = [number for number in read if number.value is not None]
        good = sum(isinstance(one.value, float) and is_in_range(entry.stream, one.value * one.factor) for one in filled)
        if good <= MIN_IN_RANGE * len(filled):
            refused = f"{len(filled) - good} of {len(filled)} cells would be refused"
            found.append(f"{entry.column}: {refused}; say decimal and unit as its numbers are written")
    return found


def _not_proposed(mapping: CsvMapping, cells: Cells) -> list[str]:
    """Say of columns whose name means a stream why they are not proposed: another scale, or cells that do not fit."""
    found, taken = [], {entry.stream for entry in mapping.streams}
    for column in map(named, cells.keys() - set(mapping.columns)):
        stream = told_by_words(column)
        if stream is None or stream in taken:
            continue
        spec, scale = SPECS[stream], column.scale
        if scale is not None and stream_of(column, is_rated=False) is None:
            why = f"its name says {scale[0]:g} to {scale[1]:g}, and no stream of that has this scale"
        else:
            number = sum(not is_missing(cell) for cell in cells[column.name])
            why = f"fewer than half of its {number} cells are {stream.value} ({spec.low:g} to {spec.high:g})"
        found.append(f"{column.name}: not proposed; {why}")
    return sorted(found)


def _time_column(time: FoundTime) -> TimeColumn:
    return TimeColumn(column=time.column, format=time.form, time_of_day=time.time_of_day, zone_column=time.zone_column)


def _decimal(cells: Iterable[str]) -> Literal[","] | None:
    """Return the decimal comma where numbers have commas and no points; a point is what is read without it."""
    return "," if sign_of(cells) == "," else None


def _doubts(time: FoundTime, streams: Sequence[tuple[NamedColumn, Stream]]) -> list[str]:
    found = [EXCHANGEABLE] if time.is_exchangeable else []
    for column, stream in streams:
        unit = SPECS[stream].unit
        if stream not in RATED and column.unit is None and unit in ("m", "cm", "kg", "min", "h"):
            found.append(f"{column.name}: its name says no unit; read as {column.guess or unit}")
    return found


def _has_direction(stream: Stream) -> bool:
    return stream in RATED and stream is not Stream.SESSION_RPE


def _doubt_of_scale(column: NamedColumn, stream: Stream) -> str:
    spec = SPECS[stream]
    best = spec.low if spec.meaning.endswith(LOW_IS_BEST) else spec.high
    return (
        f"{column.name}: read as {spec.low:g} to {spec.high:g}, {best:g} being the best answer; "
        "say reversed where it is the worst"
    )
