"""Any table, of text or of a workbook, that a mapping file describes: one or many athletes, one row per reading time.

The table is gone through twice: first to see how each column is written, then to take its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import SPECS, Stream
from client.errors import UnreadableFile
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.cells.headings import scale_in
from client.ingest.cells.number_form import is_missing
from client.ingest.cells.row_time import DayOrder, likely_format, read_time
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.tables.mapped_cells import CellReader, SignedCells
from client.ingest.tables.mapped_times import RowTimes
from client.ingest.tables.reported_rest import SESSION, take_rest
from client.ingest.tables.unassigned_rows import hand_over, names_somebody
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import MAX_PREAMBLE, TextTable, find_table, find_tables

NamedTable = tuple[str, TextTable]
"""A table, and the sheet that it stands on."""
NOBODY = ""
"""Label of the rows of a file without athlete column."""
DOUBTFUL_ORDER = "every date falls on one day of different months; are day and month exchanged?"


@dataclass(frozen=True, slots=True)
class _Columns:
    """How the columns are written. hint: the format that times which cannot be read look like."""

    cells: CellReader
    order: DayOrder
    hint: str | None


def read_mapped(file: InputFile, clock: LocalClock, mapping: CsvMapping) -> dict[str, Reading]:
    """Return one reading per label in the athlete column (or `NOBODY`); a note names the columns that are not read.

    Raises UnreadableFile when columns that the mapping names are missing or stand there twice, when day and month are
    exchanged, and when a column is wrong as a whole.
    """
    tables, every = _tables(file, mapping), QualityCounters()
    note_unread(every, [name for _, table in tables for name in table.header], mapping.columns)
    try:
        return _read(file, clock, mapping, tables, every)
    except UnreadableFile as refused:
        refused.rows = every.rows
        raise


def _read(
    file: InputFile, clock: LocalClock, mapping: CsvMapping, tables: Sequence[NamedTable], every: QualityCounters
) -> dict[str, Reading]:
    columns = _seen([table for _, table in tables], mapping, every)
    zone = LocalClock(mapping.zone(clock.zone), clock.now)
    times = RowTimes(mapping.time, zone, is_zone_said=mapping.timezone is not None)
    check = ColumnCheck({entry.stream: entry.column for entry in mapping.streams}, _declared(mapping))
    outs: dict[str, Collector] = {}
    ragged = QualityCounters()
    for sheet, table in tables:
        for row in table.rows(ragged):
            label = row[mapping.athlete] if mapping.athlete else sheet if mapping.athlete_is_sheet else NOBODY
            if not names_somebody(label, ragged):
                continue
            out = outs.get(label)
            if out is None:
                out = outs[label] = Collector(file, times.clock, app=mapping.app, device=mapping.device, check=check)
            out.counters.begin_row(ragged)
            check.row = ragged.ledger.places.now.row if len(tables) == 1 else 0
            _take_row(out, mapping, times, columns.cells, row)
    _note_sheets(file, tables, ragged)
    for sentence in (*every.report().notes, *check.slips()):
        ragged.note(sentence)
    hand_over(ragged, outs)
    for out in outs.values():
        _note_times(out, columns)
    return {label: out.reading() for label, out in outs.items()}


def _declared(mapping: CsvMapping) -> list[Stream]:
    """Return the streams of which the mapping, or the name of the column, says the scale that is theirs."""
    scales = {entry.stream: entry.scale or scale_in(entry.column) for entry in mapping.streams}
    return [stream for stream, scale in scales.items() if scale == (SPECS[stream].low, SPECS[stream].high)]


def _tables(file: InputFile, mapping: CsvMapping) -> list[NamedTable]:
    every = list(find_tables(file, mapping.columns, mapping.delimiter))
    found = [(name, table) for name, table in every if not mapping.sheets or name in mapping.sheets]
    if every and not found:
        raise UnreadableFile("no sheet that the mapping names has its columns; correct sheets in the mapping")
    if not found:
        missing = [name for name in mapping.columns if find_table(file, {name}, mapping.delimiter) is None]
        raise UnreadableFile(
            f"columns that the mapping names are missing: {', '.join(sorted(missing or mapping.columns))}; no line of "
            f"the first {MAX_PREAMBLE} names them all"
        )
    for _, table in found:
        table.check_single(mapping.columns)
    return found


def _note_sheets(file: InputFile, tables: Sequence[NamedTable], counters: QualityCounters) -> None:
    """Say how many filled sheets of a workbook were left out: nothing of a file vanishes."""
    if not file.is_workbook:
        return
    others = sum(any(map(any, sheet.rows)) for sheet in file.sheets) - len(tables)
    if others:
        counters.count("sheet_left_out", others)
        counters.note(f"sheets without the columns of the mapping, or not named there: {others}; they are left out")


def _seen(tables: Sequence[TextTable], mapping: CsvMapping, every: QualityCounters) -> _Columns:
    """Go through the tables once and judge how its columns are written; raises UnreadableFile on exchanged dates."""
    signed, order, hint = SignedCells(mapping), DayOrder(mapping.time.format), None
    for row in chain.from_iterable(table.rows(every) for table in tables):
        text = row[mapping.time.column]
        signed.see(row)
        order.see(text)
        if hint is None and read_time(text, mapping.time.format) is None:
            hint = likely_format([text])
    order.check(mapping.time.column)
    return _Columns(signed.reader(), order, hint)


def _take_row(out: Collector, mapping: CsvMapping, times: RowTimes, cells: CellReader, row: Mapping[str, str]) -> None:
    if mapping.only is not None and not mapping.only.takes(row[mapping.only.column]):
        out.counters.count("sentinel:row_left_out")
        return
    moment = times.moment(out, row)
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
