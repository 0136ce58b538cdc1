"""Any CSV that a mapping file describes: one or many athletes, one row per reading time."""

from datetime import UTC, date, datetime, timedelta

from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapping import Mapping
from client.ingest.text_table import read_table

NOBODY = ""
"""Label of the rows of a file without athlete column."""


def read_mapped(file: InputFile, clock: LocalClock, mapping: Mapping) -> dict[str, Reading]:
    """Return one reading per label in the athlete column (or `NOBODY`).

    Raises UnreadableFile when columns that the mapping names are missing.
    """
    table = read_table(file, mapping.delimiter)
    missing = sorted(set(mapping.columns) - set(table.header))
    if missing:
        raise UnreadableFile(f"columns that the mapping names are missing: {', '.join(missing)}")
    local = LocalClock(mapping.zone(clock.zone), clock.now)
    outs: dict[str, Collector] = {}
    ragged = QualityCounters()
    for row in table.rows(ragged):
        label = row[mapping.athlete] if mapping.athlete else NOBODY
        out = outs.get(label)
        if out is None:
            out = outs[label] = Collector(file, local, app=mapping.app, device=mapping.device)
        out.counters.rows += 1
        _take_row(out, mapping, row)
    if not outs and ragged.rows:
        raise UnreadableFile("every row has more or fewer cells than the header; columns cannot be told apart")
    _hand_over(ragged, outs)
    return {label: out.reading() for label, out in outs.items()}


def _take_row(out: Collector, mapping: Mapping, row: dict[str, str]) -> None:
    if mapping.only is not None and row[mapping.only.column] not in mapping.only.equals:
        out.counters.count("sentinel:row_left_out")
        return
    moment = _moment(out, mapping, row[mapping.time.column])
    if moment is None:
        return
    end = _end(mapping, row, moment)
    for entry in mapping.streams:
        cell = row[entry.column]
        if mapping.decimal == ",":
            cell = cell.replace(".", "").replace(",", ".")
        out.number(entry.stream, moment, cell, sentinels=entry.sentinels, end=end, factor=entry.factor)


def _moment(out: Collector, mapping: Mapping, text: str) -> Moment | None:
    try:
        if mapping.time.format == "date":
            return out.clock.local_day(date.fromisoformat(text), out.counters)
        if mapping.time.format == "iso":
            found = datetime.fromisoformat(text)
        else:
            found = datetime.strptime(text, mapping.time.format)  # noqa: DTZ007 - the zone is the mapping's
    except ValueError:
        out.counters.count("dropped:time_unreadable")
        return None
    if found.tzinfo is None and mapping.time.zone == "local":
        return out.clock.local(found, out.counters)
    if found.tzinfo is None:
        return out.clock.at(found.replace(tzinfo=UTC), out.counters)
    return out.clock.instant(found.isoformat(), out.counters)


def _end(mapping: Mapping, row: dict[str, str], moment: Moment) -> datetime | None:
    if mapping.duration_min is None:
        return None
    try:
        minutes = float(row[mapping.duration_min])
    except ValueError:
        return None
    return moment.utc + timedelta(minutes=minutes) if 0 < minutes <= 1440 else None


def _hand_over(ragged: QualityCounters, outs: dict[str, Collector]) -> None:
    """Count rows that could not be split under the first athlete of the file: they belong to nobody known."""
    left_out = ragged.report()
    if outs and left_out.dropped:
        first = next(iter(outs.values()))
        first.counters.rows += left_out.dropped
        for code, number in left_out.details.items():
            first.counters.count(code, number)
