"""Any CSV that a mapping file describes: one or many athletes, one row per reading time.

The table is gone through twice: first to see how each column is written, then to take its rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import SPECS, Stream
from client.errors import UnreadableFile
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.cells.number_form import is_missing
from client.ingest.cells.row_time import DayOrder, likely_format, read_time
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.tables.mapped_cells import CellReader, SignedCells
from client.ingest.tables.reported_rest import SESSION, take_rest
from client.ingest.tables.unassigned_rows import hand_over
from client.ingest.text_table import MAX_PREAMBLE, TextTable, find_table

NOBODY = ""
"""Label of the rows of a file without athlete column."""
DOUBTFUL_ORDER = "every date falls on one day of different months; are day and month exchanged in the mapping?"


@dataclass(frozen=True, slots=True)
class _Columns:
    """How the columns are written. hint: the format that times which cannot be read look like."""

    cells: CellReader
    order: DayOrder
    hint: str | None


def read_mapped(file: InputFile, clock: LocalClock, mapping: CsvMapping) -> dict[str, Reading]:
    """Return one reading per label in the athlete column (or `NOBODY`).

    Raises UnreadableFile when columns that the mapping names are missing or stand there twice, when day and month are
    exchanged, and when a column is wrong as a whole.
    """
    table, every = _table(file, mapping), QualityCounters()
    try:
        return _read(file, clock, mapping, table, every)
    except UnreadableFile as refused:
        refused.rows = every.rows
        raise


def _read(
    file: InputFile, clock: LocalClock, mapping: CsvMapping, table: TextTable, every: QualityCounters
) -> dict[str, Reading]:
    columns = _seen(table, mapping, every)
    local = LocalClock(mapping.zone(clock.zone), clock.now)
    check = ColumnCheck({entry.stream: entry.column for entry in mapping.streams})
    outs: dict[str, Collector] = {}
    ragged = QualityCounters()
    for row in table.rows(ragged):
        label = row[mapping.athlete] if mapping.athlete else NOBODY
        out = outs.get(label)
        if out is None:
            out = outs[label] = Collector(file, local, app=mapping.app, device=mapping.device, check=check)
        out.counters.rows += 1
        _take_row(out, mapping, columns.cells, row)
    if not outs and ragged.rows:
        raise UnreadableFile("every row has more or fewer cells than the header; columns cannot be told apart")
    hand_over(ragged, outs)
    for out in outs.values():
        _note_times(out, columns)
    return {label: out.reading() for label, out in outs.items()}


def _table(file: InputFile, mapping: CsvMapping) -> TextTable:
    table = find_table(file, mapping.columns, mapping.delimiter)
    if table is None:
        missing = [name for name in mapping.columns if find_table(file, {name}, mapping.delimiter) is None]
        raise UnreadableFile(
            f"columns that the mapping names are missing: {', '.join(sorted(missing or mapping.columns))}; no line of "
            f"the first {MAX_PREAMBLE} names them all"
        )
    table.check_single(mapping.columns)
    return table


def _seen(table: TextTable, mapping: CsvMapping, every: QualityCounters) -> _Columns:
    """Go through the table once and judge how its columns are written; raises UnreadableFile on exchanged dates."""
    signed, order, hint = SignedCells(mapping), DayOrder(mapping.time.format), None
    for row in table.rows(every):
        text = row[mapping.time.column]
        signed.see(row)
        order.see(text)
        if hint is None and read_time(text, mapping.time.format) is None:
            hint = likely_format([text])
    order.check(mapping.time.column)
    return _Columns(signed.reader(), order, hint)


def _take_row(out: Collector, mapping: CsvMapping, cells: CellReader, row: Mapping[str, str]) -> None:
    if mapping.only is not None and not mapping.only.takes(row[mapping.only.column]):
        out.counters.count("sentinel:row_left_out")
        return
    moment = _moment(out, mapping, row[mapping.time.column])
    if moment is None:
        return
    end = _end(out, mapping, cells, row, moment)
    numbers = {entry.stream: cells.number(entry, row[entry.column]) for entry in mapping.streams}
    sentinels = {entry.stream for entry in mapping.streams if 0.0 in entry.sentinels}
    rested = all(stream in numbers and numbers[stream].value == 0.0 for stream in SESSION) and not sentinels & SESSION
    if rested and Stream.REST_DAY not in numbers:  # a column of its own says it better
        take_rest(out, moment)
    for entry in mapping.streams:
        if rested and entry.stream in SESSION:
            continue
        if mapping.duration_min is not None and end is None and SPECS[entry.stream].day_of_end:
            out.counters.count(f"dropped:end_unknown_{entry.stream.value}")  # its day would be a guess
            continue
        cell = numbers[entry.stream]
        out.number(entry.stream, moment, cell.value, sentinels=entry.sentinels, end=end, factor=cell.factor)


def _moment(out: Collector, mapping: CsvMapping, text: str) -> Moment | None:
    found = read_time(text, mapping.time.format)
    if found is None:
        out.counters.count("dropped:time_unreadable")
        return None
    if not isinstance(found, datetime):
        return out.clock.local_day(found, out.counters)
    if found.tzinfo is None and mapping.time.zone != "local":
        found = found.replace(tzinfo=UTC)
    return out.clock.of(found, out.counters)


def _end(
    out: Collector, mapping: CsvMapping, cells: CellReader, row: Mapping[str, str], moment: Moment
) -> datetime | None:
    if mapping.duration_min is None:
        return None
    text = row[mapping.duration_min]
    minutes = cells.minutes(mapping.duration_min, text)
    if minutes is None and not is_missing(text):
        out.counters.count("dropped:duration_unreadable")
    return None if minutes is None else moment.utc + timedelta(minutes=minutes)


def _note_times(out: Collector, columns: _Columns) -> None:
    if columns.order.is_doubtful:
        out.counters.count("clock:day_and_month")
        out.counters.note(DOUBTFUL_ORDER)
    if columns.hint is not None:
        out.counters.note(f'times that could not be read look like "format": "{columns.hint}" (docs/ingest.md §4)')
