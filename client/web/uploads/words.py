"""A brought file in the words of its pages."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chassis.text import plural, short_date
from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.ingest.preview.rows_as_read import RowAsRead
from client.ingest.results.reasons import in_words, row_in_words
from client.uploads.brought import BroughtFile, FileState, Upload
from client.uploads.contents import ColumnAccount, FileContents
from client.web.text import clock_time
from client.web.uploads.attribution import Owners
from client.web.uploads.stream_words import cells_in_words, heading_of, value_words

MOST_COLUMNS_SHOWN = 8  # ours: as many as a laptop shows beside day and athlete
LENGTHS = (Stream.SESSION_DURATION_MIN, Stream.ACTIVITY_DURATION_MIN)
"""What stands first of a session."""
NOT_READ = "–"
_PAGE_OF_DOCS = re.compile(r" \(docs/[^)]*\)")
UNNAMED = "The names of its columns do not tell what was measured"
UNKNOWN_KIND = "no reader knows its columns"


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


def share_words(upload: Upload) -> str:
    """Return how much of the file of the form that is under way is read; "" where none is."""
    share = upload.share
    return f"{share[0]}: about {share[1]:.0%} read" if share else ""


def state_words(file: BroughtFile, owners: Owners) -> str:
    """Return how far a file is, and what it waits for."""
    if file.state is FileState.READ:
        asked = "a new kind of file: check its columns" if file.is_new_kind else ""
        unnamed = "whose rows are these?" if owners.unknown else ""
        said = file.problem or "; ".join(part for part in (asked, unnamed) if part) or "ready to be stored"
        return said[0].upper() + said[1:]
    if file.waits_for_names:
        return UNNAMED
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


def account_words(found: FileContents, left_out: Sequence[str] = ()) -> str:
    """Return for example "412 rows: 407 give figures; 3 rows: no value". left_out: labels whose rows nobody gets."""
    account, kept = found.account, kept_rows(found, left_out)
    rows = plural(account.rows, "row", "rows")
    if found.shares_rows:
        gives = f"{rows}, summarised as {plural(kept_figures(found, left_out), 'figure', 'figures')}"
    else:
        gives = f"{rows}: {kept:,} {'gives' if kept == 1 else 'give'} figures"
    nobodys = account.kept - kept
    left = f"{plural(nobodys, 'row', 'rows')} given to nobody" if nobodys else ""
    return "; ".join(part for part in (gives, left, in_words({}, account.dropped)) if part)


def kept_rows(found: FileContents, left_out: Sequence[str]) -> int:
    """Return how many rows give figures that somebody gets."""
    return found.account.kept - sum(found.kept_of[label] for label in left_out if label in found.kept_of)


def kept_figures(found: FileContents, left_out: Sequence[str]) -> int:
    """Return how many figures would be stored."""
    return sum(kept_of_column(one, left_out) for one in found.columns)


def kept_of_column(column: ColumnAccount, left_out: Sequence[str]) -> int:
    """Return how many figures of a column would be stored."""
    return sum(number for label, number in column.kept_of.items() if label not in left_out)


def why_words(column: ColumnAccount, left_out: Sequence[str] = ()) -> str:
    """Return why cells of a column give nothing."""
    nobodys = column.kept - kept_of_column(column, left_out)
    given = [f"{nobodys:,} given to nobody"] if nobodys else []
    missing = [f"{column.missing:,} empty"] if column.missing else []
    refused = [cells_in_words(column.stream, reason, number) for reason, number in column.refused.items()]
    return "; ".join([*given, *missing, *refused]) or "nothing was left out"


def rows_table(found: FileContents, name_of: Callable[[str], str]) -> RowsTable:
    """Return the first rows. name_of: how the athlete of a label is named here."""
    kept = [column.stream for column in found.columns if column.kept]
    streams = sorted(kept, key=lambda one: (SPECS[one].shape is not Shape.NUMBER, one not in LENGTHS))
    shown = streams[:MOST_COLUMNS_SHOWN]
    rows = tuple((_when(row), name_of(row.label), _cells(row, shown), _note(row)) for row in found.rows)
    return RowsTable(tuple(map(heading_of, shown)), rows, len(streams) - len(shown))


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
