"""A brought file in the words of its pages."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chassis.text import plural, short_date
from client.biometrics.streams import Stream
from client.ingest.preview.rows_as_read import RowAsRead
from client.ingest.results.reasons import in_words, row_in_words
from client.uploads.brought import BroughtFile, FileState
from client.uploads.contents import ColumnAccount, FileContents
from client.web.text import clock_time
from client.web.uploads.attribution import Owners
from client.web.uploads.stream_words import cells_in_words, stream_name, value_words

MOST_COLUMNS_SHOWN = 8  # ours: as many as a laptop shows beside day and athlete
NOT_READ = "–"
_PAGE_OF_DOCS = re.compile(r" \(docs/[^)]*\)")
UNKNOWN_KIND = "no reader knows its columns, and none of their names says when a row was and what was measured"


@dataclass(frozen=True, slots=True)
class RowsTable:
    """The first rows as they would be read. columns: the streams' names; more: how many streams are not shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...], str], ...]
    more: int


def page_reason(reason: str) -> str:
    """Return a reason for a page: what only helps at the terminal is left out."""
    plain = _PAGE_OF_DOCS.sub("", reason)
    said = "; ".join(part for part in plain.split("; ") if "--" not in part and "write a mapping" not in part)
    return said or UNKNOWN_KIND


def state_words(file: BroughtFile, owners: Owners) -> str:
    """Return how far a file is, and what it waits for."""
    if file.state is FileState.READ:
        asked = "a new kind of file: check its columns" if file.mapping is not None else ""
        unnamed = "whose rows are these?" if owners.unknown else ""
        said = file.problem or "; ".join(part for part in (asked, unnamed) if part) or "ready to be stored"
        return said[0].upper() + said[1:]
    if file.state in (FileState.UNREADABLE, FileState.SKIPPED):
        said = page_reason(file.reason)
        return said[0].upper() + said[1:]
    return {
        FileState.WAITING: "Being read",
        FileState.STORING: "Being stored",
        FileState.STORED: file.problem or "Stored",
        FileState.UNDOING: "Being taken out again",
        FileState.UNDONE: f"Taken out again{'; ' + file.problem if file.problem else ''}",
        FileState.LEFT_OUT: "Left out; nothing of it is stored",
    }[file.state]


def account_words(found: FileContents) -> str:
    """Return for example "412 rows: 407 give figures; 3 rows: no value"."""
    account = found.account
    dropped = in_words({}, account.dropped)
    gives = (
        f"{plural(account.rows, 'row', 'rows')}: {account.kept:,} {'gives' if account.kept == 1 else 'give'} figures"
    )
    return f"{gives}; {dropped}" if dropped else gives


def why_words(column: ColumnAccount) -> str:
    """Return why cells of a column give nothing."""
    missing = [f"{column.missing:,} empty"] if column.missing else []
    refused = [cells_in_words(column.stream, reason, number) for reason, number in column.refused.items()]
    return "; ".join([*missing, *refused]) or "nothing was left out"


def rows_table(found: FileContents, name_of: Callable[[str], str]) -> RowsTable:
    """Return the first rows. name_of: how the athlete of a label is named here."""
    streams = [column.stream for column in found.columns if column.kept]
    shown = streams[:MOST_COLUMNS_SHOWN]
    rows = tuple((_when(row), name_of(row.label), _cells(row, shown), _note(row)) for row in found.rows)
    return RowsTable(tuple(map(stream_name, shown)), rows, len(streams) - len(shown))


def _when(row: RowAsRead) -> str:
    if not row.readings:
        return "no day"
    first = row.readings[0]
    local = first.local(first.start)
    day = short_date(first.day)
    return day if first.day != local.date() or clock_time(local) == "00:00" else f"{day}, {clock_time(local)}"


def _cells(row: RowAsRead, shown: Sequence[Stream]) -> tuple[str, ...]:
    values = {one.stream: value_words(one.stream, one.value) for one in row.readings}
    return tuple(values.get(stream, NOT_READ) for stream in shown)


def _note(row: RowAsRead) -> str:
    return "as read" if row.readings else f"left out: {row_in_words(row.refused)}"
