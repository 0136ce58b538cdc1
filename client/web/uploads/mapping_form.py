"""How a table that no reader knows is read, as a form: one line for each column, and the mapping that the form makes.

Whoever changes a line sees the rows anew before anything is stored.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.errors import BadMapping
from client.ingest.cells.column_check import RATED
from client.ingest.mapping import CONVERSIONS, StreamColumn
from client.ingest.mapping import Mapping as CsvMapping
from client.uploads.contents import is_brought_by
from client.uploads.table_columns import TableColumn
from client.web.uploads.stream_words import CATEGORY_NAMES, best_answer, stream_name, unit_in_words
from policies.vocabulary import Role

LEAVE_OUT, DAY, TIME_OF_DAY, ZONE, ATHLETE = "", "day", "time_of_day", "zone", "athlete"
UNSAID, STRAIGHT, REVERSED = "", "straight", "reversed"
_ASKED: Final = frozenset({Stream.FATIGUE, Stream.SORENESS, Stream.STRESS})
"""Of these both directions are in use, and the name of the column does not tell which."""
_PARTS: Final = {DAY: "Day, or day and time", TIME_OF_DAY: "Time of day", ZONE: "Time zone", ATHLETE: "Athlete"}

SelectOptions = tuple[tuple[str, str], ...]
"""Values and labels of a select."""
OptionGroups = tuple[tuple[str, SelectOptions], ...]
"""Choices under the heading of their kind, "" for none."""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One line of the form: what the column is read as, and how it is written. is_said: a person said which end of its
    scale is the best.
    """

    column: TableColumn
    read_as: str
    written: str
    ways: SelectOptions
    is_said: bool = False

    @property
    def is_rating(self) -> bool:
        """True for answers on a scale of which one end is the best."""
        return self.read_as in RATED and bool(self.ways)

    @property
    def is_unsaid(self) -> bool:
        """True for a rating of which a person has to say which end is the best."""
        return self.read_as in _ASKED and self.written not in (STRAIGHT, REVERSED)

    @property
    def doubt(self) -> str:
        """What has to be checked of its scale, in the words of the choices; "" for nothing."""
        if self.is_unsaid:
            return f"{self.column.name}: the file does not say which end of the scale is the best; choose it"
        if self.is_said or not self.is_rating or self.read_as in _ASKED or self.written != UNSAID:
            return ""
        said, other = self.ways[0][1], self.ways[1][1]
        return f"{self.column.name}: read as “{said}”; choose “{other}” where that is so"

    @property
    def first_value(self) -> str:
        """What is shown of the column: a text that is left out is not read, and not shown either."""
        value = self.column.first_value
        is_text = self.read_as == LEAVE_OUT and any(sign.isalpha() for sign in value)
        return "(text)" if is_text else value or "none"


def choices(role: Role) -> OptionGroups:
    """Return what a column can be read as by a person of this role, by kind of figure."""
    offered = [one for one in Stream if SPECS[one].shape is Shape.NUMBER and is_brought_by(role, one)]
    groups = [("", ((LEAVE_OUT, "Leave out"), *_PARTS.items()))]
    for category, name in CATEGORY_NAMES.items():
        found = [(one.value, stream_name(one)) for one in offered if SPECS[one].category is category]
        if found:
            groups.append((name, tuple(sorted(found, key=lambda one: one[1]))))
    return tuple(groups)


def lines_of(columns: Sequence[TableColumn], mapping: CsvMapping, directions: Collection[str] = ()) -> list[ColumnLine]:
    """Return the form as the mapping fills it. directions: columns of which it was said which end is the best."""
    return [_line(one, mapping, directions) for one in columns]


def said_directions(lines: Iterable[ColumnLine]) -> frozenset[str]:
    """Return the columns of which a form that was sent says which end is the best."""
    return frozenset(one.column.name for one in lines if one.is_rating and not one.is_unsaid)


def unsaid_scales(mapping: CsvMapping, directions: Collection[str]) -> frozenset[Stream]:
    """Return the ratings of which nobody has said yet which end is the best."""
    rated = [one for one in mapping.streams if one.stream in RATED and one.stream is not Stream.SESSION_RPE]
    return frozenset(one.stream for one in rated if not one.reversed and one.column not in directions)


def asks_for_scale(mapping: CsvMapping, directions: Collection[str]) -> bool:
    """True where a person has to say which end of a scale is the best before rows are stored."""
    return not unsaid_scales(mapping, directions).isdisjoint(_ASKED)


def sent_lines(
    columns: Sequence[TableColumn], read_as: Sequence[str], written: Sequence[str], former: CsvMapping | None
) -> list[ColumnLine] | None:
    """Return the form as it was sent; None for a form of another table."""
    if not len(columns) == len(read_as) == len(written):
        return None
    streams = {one.value for one in Stream}
    orders = _orders(former) if former is not None else ()
    return [
        ColumnLine(one, said, how, _ways(Stream(said)) if said in streams else orders if said == DAY else ())
        for one, said, how in zip(columns, read_as, written, strict=True)
    ]


def mapping_of(
    columns: Sequence[TableColumn], read_as: Sequence[str], written: Sequence[str], former: CsvMapping
) -> CsvMapping:
    """Return the mapping that the form makes of a former one; raises BadMapping that says what has to be put right."""
    if not len(columns) == len(read_as) == len(written):
        raise BadMapping("this form is not the one of this file; open the file again")
    by_part = {part: [one.name for one, said in zip(columns, read_as, strict=True) if said == part] for part in _PARTS}
    for part, names in by_part.items():
        if len(names) > 1:
            raise BadMapping(f"“{_PARTS[part]}” stands beside {len(names)} columns; choose one of them")
    if not by_part[DAY]:
        raise BadMapping("no column says the day of a row; choose one")
    streams = [
        _stream_column(one.name, said, how, former)
        for one, said, how in zip(columns, read_as, written, strict=True)
        if said and said not in _PARTS
    ]
    form = next((how for said, how in zip(read_as, written, strict=True) if said == DAY and how), former.time.format)
    return _checked(former, by_part, form, streams)


def _checked(
    former: CsvMapping, by_part: dict[str, list[str]], form: str, streams: Sequence[StreamColumn]
) -> CsvMapping:
    def only(part: str) -> str | None:
        return by_part[part][0] if by_part[part] else None

    time: dict[str, Any] = {
        "column": only(DAY),
        "format": form,
        "zone": former.time.zone,
        "time_of_day": only(TIME_OF_DAY),
        "zone_column": only(ZONE),
    }
    if not streams:
        raise BadMapping("no column is read as a figure; choose at least one")
    if len({one.stream for one in streams}) < len(streams):
        raise BadMapping("two columns are read as the same figure; leave one of them out")
    try:
        return CsvMapping.model_validate(
            former.model_dump()
            | {"time": time, "athlete": only(ATHLETE), "streams": [one.model_dump() for one in streams]}
        )
    except ValidationError as error:
        raise BadMapping("the columns do not fit together; change what they are read as") from error


def _stream_column(name: str, said: str, how: str, former: CsvMapping) -> StreamColumn:
    try:
        stream = Stream(said)
        before = next((one for one in former.streams if one.column == name and one.stream is stream), None)
        entry = before or StreamColumn(column=name, stream=stream)
    except ValueError as error:  # pydantic's too: a stream that holds no numbers
        raise BadMapping("this form is not the one of this file; open the file again") from error
    ways = dict(_ways(stream))
    if not ways:
        return entry
    unit = how if how in ways and how not in (UNSAID, STRAIGHT, REVERSED) else None
    return entry.model_copy(update={"unit": unit, "reversed": how == REVERSED and how in ways})


def _line(column: TableColumn, mapping: CsvMapping, directions: Collection[str]) -> ColumnLine:
    part = {
        mapping.time.column: DAY,
        mapping.time.time_of_day: TIME_OF_DAY,
        mapping.time.zone_column: ZONE,
        mapping.athlete: ATHLETE,
    }.get(column.name)
    if part is not None:
        is_day = part == DAY
        return ColumnLine(column, part, mapping.time.format if is_day else "", _orders(mapping) if is_day else ())
    entry = next((one for one in mapping.streams if one.column == column.name), None)
    if entry is None:
        return ColumnLine(column, LEAVE_OUT, "", ())
    is_said = column.name in directions
    written = REVERSED if entry.reversed else STRAIGHT if is_said and entry.stream in _ASKED else entry.unit or ""
    return ColumnLine(column, entry.stream.value, written, _ways(entry.stream), is_said)


def _orders(mapping: CsvMapping) -> SelectOptions:
    """The forms of the time that a person may have meant: as proposed, and with day and month exchanged."""
    form = mapping.time.format
    exchanged = form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    return tuple((one, _shown_form(one)) for one in dict.fromkeys((form, exchanged)))


def _shown_form(form: str) -> str:
    signs = {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%H": "hh", "%I": "hh", "%M": "mm", "%S": "ss"}
    for sign, shown in (*signs.items(), ("%p", "am/pm"), ("%b", "month")):
        form = form.replace(sign, shown)
    return {"date": "YYYY-MM-DD", "iso": "YYYY-MM-DD and time"}.get(form, form)


def _ways(stream: Stream) -> SelectOptions:
    """How a column of this stream may be written; the first is the stream's own way."""
    spec = SPECS[stream]
    if stream is Stream.SESSION_RPE:
        return ()
    if stream in RATED:
        scale = f"{spec.low:g} to {spec.high:g}"
        best = best_answer(stream)
        ends = (best, spec.low + spec.high - best)
        straight, other = (f"{scale}, {end:g} is best" for end in ends)
        if stream in _ASKED:
            return ((UNSAID, "Please choose"), (STRAIGHT, straight), (REVERSED, other))
        return ((UNSAID, straight), (REVERSED, other))
    others = [(unit, unit_in_words(unit)) for unit, target in CONVERSIONS if target == spec.unit]
    return (("", unit_in_words(spec.unit) or "as it is"), *others) if others else ()
