"""What CSV exports with one row per night, day or workout share: numbers, local times and days of a row."""

from collections.abc import Callable, Mapping
from datetime import date

from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import offset_min
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.text_table import read_table

ExportRow = Mapping[str, str]


def read_rows(
    take: Callable[[Collector, ExportRow], None], app: str, columns: ExportColumns
) -> Callable[[InputFile, LocalClock], Reading]:
    """Return what reads a file row by row."""

    def read(file: InputFile, clock: LocalClock) -> Reading:
        out = Collector(file, clock, app=app)
        for row in columns.rows(read_table(file), out.counters):
            out.begin_record()
            take(out, row)
        return out.reading()

    return read


def number(row: ExportRow, name: str) -> float | None:
    """Return a cell's number, or None."""
    return plain_number(row.get(name, ""))


def local_time(out: Collector, text: str, zone: str = "") -> Moment | None:
    """Return a local time, with its offset where the row gives one; None, and counted, for what is no time."""
    found = out.clock.instant(text, out.counters)
    shift = offset_min(zone) if zone.strip() else None
    if found is None or shift is None:
        return found
    return found.shifted(shift)


def day(out: Collector, text: str) -> Moment | None:
    """Return the day with which a cell begins; None, and counted, for what is no day."""
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        out.counters.count("dropped:time_unreadable")
        return None
    return out.clock.local_day(found, out.counters)
