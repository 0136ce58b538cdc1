"""Tables of trials: one row for each, with its day and perhaps time of day; several of one day are all kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.date_form import date_form
from client.ingest.known.decimal_sign import declared_decimal
from client.ingest.known.labelled_rows import LabelledRows
from client.ingest.known.named_columns import ATHLETE, found_columns
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.mapping import StreamColumn, TimeColumn
from client.ingest.tables.mapped_cells import CellReader, SignedCells
from client.ingest.tables.mapped_times import RowTimes
from client.ingest.text_table import TextTable, read_table

_DAYS = {"utc": ("date utc",), "local": ("date", "test date", "day", "timestamp")}
_TIMES = {"utc": ("time utc",), "local": ("time", "test time", "start time")}

Values = tuple[tuple[str, Stream, str | None], ...]
"""Names of columns, lower case with single spaces, the stream of each and its unit where it is not the stream's."""
TrialRow = Mapping[str, str]


def always(_: TrialRow, __: StreamColumn) -> str:
    """Leave no row out."""
    return ""


@dataclass(frozen=True, slots=True)
class TrialTable:
    """One kind of table. needed: columns by which it is known. others: columns that `left_out` looks at.

    left_out: why a row gives nothing for a column, "" where it does; it gets the cells of `others` by short name.
    """

    app: str
    values: Values
    needed: Mapping[str, Sequence[str]]
    others: Mapping[str, Sequence[str]]
    left_out: Callable[[TrialRow, StreamColumn], str] = always

    def fits(self, header: Sequence[str]) -> bool:
        """True for the header of such a table."""
        return len(found_columns(header, self.needed)) == len(self.needed) and bool(
            _streams(header, self.values) and _time(header)
        )


def read_trials(file: InputFile, clock: LocalClock, kind: TrialTable) -> dict[str, Reading]:
    """Read a table into one reading per athlete named in it."""
    table = read_table(file)
    mapping = _mapping(table, kind)
    others = found_columns(table.header, kind.others)
    cells, times = _cells(table, mapping), RowTimes(mapping.time, clock)
    rows = LabelledRows(file, clock, app=kind.app, label=mapping.athlete, read={*mapping.columns, *others.values()})
    for out, row in rows.of(table):
        seen = {short: row[name] for short, name in others.items()}
        _take(out, row, mapping, cells, times, partial(kind.left_out, seen))
    return rows.readings()


def _take(
    out: Collector,
    row: TrialRow,
    mapping: CsvMapping,
    cells: CellReader,
    times: RowTimes,
    left_out: Callable[[StreamColumn], str],
) -> None:
    reasons = {entry: left_out(entry) for entry in mapping.streams}
    if all(reasons.values()):
        out.counters.count(f"left_out:{next(iter(reasons.values()))}")
        return
    moment = times.moment(out, row)
    if moment is None:
        return
    for entry, reason in reasons.items():
        if not reason:
            cell = cells.number(entry, row[entry.column])
            out.number(entry.stream, moment, cell.value, factor=cell.factor)


def _mapping(table: TextTable, kind: TrialTable) -> CsvMapping:
    time = _time(table.header)
    if time is None:
        raise UnreadableFile("it does not say the day of its trials")
    form = date_form(time.column, (row[time.column] for row in table.rows(QualityCounters())))
    athlete = found_columns(table.header, {"athlete": ATHLETE}).get("athlete")
    streams = _streams(table.header, kind.values)
    return CsvMapping(
        version=1,
        app=kind.app,
        decimal=declared_decimal(table, [entry.column for entry in streams]),
        athlete=athlete,
        time=time.model_copy(update={"format": form}),
        streams=streams,
    )


def _streams(header: Sequence[str], values: Values) -> tuple[StreamColumn, ...]:
    found: dict[Stream, StreamColumn] = {}
    for name, stream, unit in values:
        column = found_columns(header, {"value": (name,)}).get("value")
        if column is not None:
            found.setdefault(stream, StreamColumn(column=column, stream=stream, unit=unit))
    return tuple(found.values())


def _time(header: Sequence[str]) -> TimeColumn | None:
    """Return the columns of day and time of day; what a maker calls UTC is in UTC."""
    for zone in ("utc", "local"):
        day = found_columns(header, {"day": _DAYS[zone], "time": _TIMES[zone]})
        if "day" in day:
            return TimeColumn.model_validate({"column": day["day"], "zone": zone, "time_of_day": day.get("time")})
    return None


def _cells(table: TextTable, mapping: CsvMapping) -> CellReader:
    signed = SignedCells(mapping)
    for row in table.rows(QualityCounters()):
        signed.see(row)
    return signed.reader()
