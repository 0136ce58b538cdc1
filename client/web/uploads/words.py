"""A brought file in the words of its pages."""

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from chassis.text import long_date, plural, short_date
from client.biometrics.observations import Observation
from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.ingest.preview.rows_as_read import RowAsRead
from client.ingest.results.reasons import in_words, row_in_words
from client.uploads.brought import BroughtFile, FileState, Upload
from client.uploads.contents import ColumnAccount, FileContents
from client.web.text import clock_time
from client.web.uploads.attribution import Owners
from client.web.uploads.mapping_form import asks_for_scale
from client.web.uploads.stream_words import cells_in_words, heading_of, stream_name, value_words

MOST_COLUMNS_SHOWN = 8  # ours: as many as a laptop shows beside day and athlete
LENGTHS = (Stream.SESSION_DURATION_MIN, Stream.ACTIVITY_DURATION_MIN)
"""What stands first of a session."""
NOT_READ = "–"
_PAGE_OF_DOCS = re.compile(r" \(docs/[^)]*\)")
UNNAMED = "The names of its columns do not tell what was measured"
UNKNOWN_KIND = "no reader knows its columns"
_THEN = "Change what is wrong, then show the rows again."
_AS_READ = "This is how it would be read."


@dataclass(frozen=True, slots=True)
class Scales:
    """Ratings of a table. unsaid: nobody has said which end is the best. turned: the file's best is the other end."""

    unsaid: Set[Stream] = frozenset()
    turned: Set[Stream] = frozenset()


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
        asked = f"{_to_check(file)}: check its columns" if file.is_to_check else ""
        unsaid = file.mapping is not None and asks_for_scale(file.mapping, file.directions)
        scale = "which end of a scale is the best?" if unsaid and not asked else ""
        unnamed = "whose rows are these?" if owners.unknown else ""
        said = file.problem or "; ".join(part for part in (asked, scale, unnamed) if part) or "ready to be stored"
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
        FileState.LEFT_OUT: "Left out by you",
    }[file.state]


def kind_finding(file: BroughtFile) -> str:
    """Return the title of a table whose columns have to be looked at."""
    said = _to_check(file)
    return said[0].upper() + said[1:]


def _to_check(file: BroughtFile) -> str:
    if file.proposed_by:
        return f"proposed as for {file.proposed_by}"
    if file.was_taken_out:
        return "read as one that was taken out again"
    if file.nearly_read is not None and not file.fresh and not file.lacks:
        return "known columns in another layout"
    return "a new kind of file"


def how_read(file: BroughtFile) -> str:
    """Return how the columns of a table came to be read as they are, as far as it does not name new columns."""
    if file.is_unnamed:
        return "No reader knows this table. Say what each column holds, press “Show again” and look at the rows."
    if file.proposed_by:
        return f"What you said of {file.proposed_by}, which has the same columns, is proposed for it. {_THEN}"
    if file.read_before is not None:
        return (
            f"It is read as a table with the same columns was on {long_date(file.read_before)}"
            f"{', which was taken out again' if file.was_taken_out else ''}. {_THEN}"
        )
    if file.nearly_read is None:
        return f"No reader knows this table. {'It is read as you said.' if file.is_answered else _AS_READ} {_THEN}"
    table = f"a table of {long_date(file.nearly_read)}"
    if file.fresh:
        return f"Most of its columns stood in {table}, and are read as they were there."
    if file.lacks:
        return f"All its columns stood in {table}, which had others besides, and are read as they were there. {_THEN}"
    return (
        f"Its columns have the names of those of {table}, and are read as they were there. The two are not laid out "
        f"alike: look at the rows before you store them. {_THEN}"
    )


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
    return "; ".join([*given, *missing, *refused]) or "no cell was refused"


def rows_table(found: FileContents, name_of: Callable[[str], str], scales: Scales) -> RowsTable:
    """Return the first rows. name_of: how the athlete of a label is named here.

    Which end of a scale is the best stands above it only once it was said, and beside a value that is turned around
    stands what the file has.
    """
    kept = [column.stream for column in found.columns if column.kept]
    streams = sorted(kept, key=lambda one: (SPECS[one].shape is not Shape.NUMBER, one not in LENGTHS))
    shown = streams[:MOST_COLUMNS_SHOWN]
    rows = tuple((_when(row), name_of(row.label), _cells(row, shown, scales.turned), _note(row)) for row in found.rows)
    names = tuple(stream_name(one) if one in scales.unsaid else heading_of(one) for one in shown)
    return RowsTable(names, rows, len(streams) - len(shown))


def _when(row: RowAsRead) -> str:
    if not row.readings:
        return "no day"
    first = row.readings[0]
    local = first.local(first.start)
    day = short_date(first.day)
    return day if first.day != local.date() or clock_time(local) == "00:00" else f"{day}, {clock_time(local)}"


def _cells(row: RowAsRead, shown: Sequence[Stream], turned: Set[Stream]) -> tuple[str, ...]:
    values = {one.stream: _cell(one, is_turned=one.stream in turned) for one in row.readings}
    return tuple(values.get(stream, NOT_READ) for stream in shown)


def _cell(one: Observation, *, is_turned: bool) -> str:
    said = value_words(one.stream, one.value)
    if not is_turned or not isinstance(one.value, float):
        return said
    spec = SPECS[one.stream]
    return f"{said} ({value_words(one.stream, spec.low + spec.high - one.value)} in the file)"


def _note(row: RowAsRead) -> str:
    return "as read" if row.readings else f"left out: {row_in_words(row.refused)}"
