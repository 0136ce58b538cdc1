"""Tables of single meals or foods as sums of days: a day of which one part is not known has no sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.known_table import KnownTable
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.tables.mapped_cells import CellReader, SignedCells
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import TextTable

_TOTALS = frozenset({"total", "totals", "daily total", "daily totals", "day total", "total for the day"})


@dataclass(slots=True)
class _Day:
    sums: dict[Stream, float] = field(default_factory=dict)
    unknown: set[Stream] = field(default_factory=set)


def read_sums(file: InputFile, clock: LocalClock, table: TextTable, known: KnownTable, *, part: str) -> Reading:
    """Read a table with several rows a day. Rows that share a day's sum are accounted for together.

    part: the column that names a row's meal; a row that is the total of the others is left out.
    """
    mapping, every = known.mapping(table), QualityCounters()
    out, cells = Collector(file, clock, app=known.app), _cells(table, mapping)
    days: dict[date, _Day] = {}
    note_unread(out.counters, table.header, {*mapping.columns, part})
    totals = 0
    for row in table.rows(every):
        if row.get(part, "").strip().lower() in _TOTALS:
            totals += 1
            continue
        day = read_time(row[mapping.time.column], mapping.time.format)
        if day is None:
            every.count("dropped:time_unreadable")
        else:
            _add(days.setdefault(clock.day_of(day), _Day()), row, mapping, cells)
    out.counters.rows = every.rows - totals
    if totals:
        out.counters.lose_rows("left_out:row_of_total", totals)
    for code, number in every.report().details.items():
        out.counters.count(code, number)
    for day, found in sorted(days.items()):
        _take(out, clock, day, found)
    return out.reading()


def _cells(table: TextTable, mapping: CsvMapping) -> CellReader:
    signed = SignedCells(mapping)
    for row in table.rows(QualityCounters()):
        signed.see(row)
    return signed.reader()


def _add(day: _Day, row: Mapping[str, str], mapping: CsvMapping, cells: CellReader) -> None:
    for entry in mapping.streams:
        cell = cells.number(entry, row[entry.column])
        if isinstance(cell.value, float) and cell.value >= 0:
            day.sums[entry.stream] = day.sums.get(entry.stream, 0.0) + cell.value * cell.factor
        else:
            day.unknown.add(entry.stream)


def _take(out: Collector, clock: LocalClock, day: date, found: _Day) -> None:
    moment = clock.local_day(day, out.counters)
    out.begin_record(day.isoformat())
    for stream in sorted(found.sums.keys() | found.unknown):
        if stream in found.unknown:
            out.counters.count(f"incomplete_day:{stream.value}")
        elif moment is not None:
            out.number(stream, moment, found.sums[stream])
