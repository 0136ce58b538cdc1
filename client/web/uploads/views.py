"""One brought file as its page shows it: its rows as they would be read, what is asked of it, and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chassis.text import counted, long_date
from client.ingest.mapped_csv import NOBODY
from client.uploads.brought import BroughtFile, FileState, Upload
from client.uploads.contents import FileContents
from client.vault.preferences.remembered_labels import RememberedLabel
from client.web.uploads.attribution import (
    NOBODY_CHOSEN,
    KnownAthletes,
    Owners,
    namesakes,
    owner_words,
    owners_in,
    owners_of,
)
from client.web.uploads.changed_words import changed_notes
from client.web.uploads.file_list import kind_words
from client.web.uploads.mapping_form import (
    LEAVE_OUT,
    ColumnLine,
    OptionGroups,
    SelectOptions,
    choices,
    lines_of,
    unsaid_scales,
)
from client.web.uploads.stored_before import FilesBeside
from client.web.uploads.stream_words import stream_name
from client.web.uploads.unused_words import unused_notes
from client.web.uploads.words import (
    RowsTable,
    Scales,
    account_words,
    how_read,
    kept_figures,
    kept_of_column,
    kept_rows,
    kind_finding,
    page_reason,
    rows_table,
    share_words,
    state_words,
    why_words,
)

NOT_SEEN = "an athlete whom you do not see now"


@dataclass(frozen=True, slots=True)
class RowsQuestion:
    """Whose rows a label's are. value: what the form sends for each choice. rows: how many.

    before: the day on which rows of this label were stored as those of whom is chosen here, and whether they were taken
    out again; "" for a new label. namesakes: how many athletes have this whole name, 0 for fewer than two. proposed:
    the file of this session for which the same was chosen, "" for none.
    """

    number: int
    label: str
    rows: int
    namesakes: int
    chosen: str
    before: str
    proposed: str
    options: SelectOptions


@dataclass(frozen=True, slots=True)
class BroughtPage:
    """One file as it would be read. owners: as in the list.

    rows_of: of a stored file, each athlete with their rows and how many of these gave figures. unused: what of it
    is not used in figures. changed: what becomes of earlier days.
    """

    name: str
    owners: str
    key: str
    kind: str
    version: int
    finding: str
    state: str
    account: str
    is_summarised: bool
    notes: tuple[str, ...]
    table: RowsTable | None
    columns: tuple[tuple[str, int, int, str], ...]
    rows_of: tuple[tuple[str, int, int], ...]
    unused: tuple[str, ...]
    changed: tuple[str, ...]
    questions: tuple[RowsQuestion, ...]
    lines: tuple[ColumnLine, ...]
    read_as: OptionGroups
    doubts: tuple[str, ...]
    how_read: str
    fresh: tuple[str, ...]
    can_be_stored: bool
    asks_for_columns: bool
    can_be_read_again: bool
    can_be_undone: bool
    is_busy: bool
    is_being_compared: bool
    share: str


def brought_page(
    file: BroughtFile,
    upload: Upload,
    beside: FilesBeside,
    lines: Sequence[ColumnLine] | None = None,
) -> BroughtPage:
    """Return one file. lines: the form of its columns as it was sent, where it has to be put right."""
    version = file.version  # before its rows: a page never names a version that is newer than what it shows
    known = beside.known
    found, owners = file.contents, owners_in(file, known)
    is_stored_before, stands = beside.is_stored(file, owners), beside.said_of(file, owners)
    is_open, is_stored = file.state is FileState.READ, file.state is FileState.STORED
    is_busy = file.state in (FileState.WAITING, FileState.STORING, FileState.UNDOING)
    shown = (
        lines_of(file.columns, file.mapping, file.directions) if file.mapping is not None and lines is None else lines
    )
    return BroughtPage(
        name=file.name,
        owners=owner_words(file, owners, known),
        key=file.key,
        kind=kind_words(file) if found else "",
        version=version,
        finding="This file is stored already" if is_stored_before else _page_finding(file, owners),
        state=stands or state_words(file, owners),
        account=account_words(found, owners.left_out) if found else "",
        is_summarised=found is not None and found.shares_rows,
        notes=tuple(map(page_reason, found.notes)) if found else (),
        table=_rows(file, found, lambda label: _name_of(label, owners, known)) if found and found.rows else None,
        columns=_columns(found, owners.left_out) if found else (),
        rows_of=_rows_of_athletes(file, found, known) if found and is_stored else (),
        unused=_unused(file, owners, beside),
        changed=_changed(file, owners, beside),
        questions=_questions(file, known) if is_open else (),
        lines=tuple(shown or ()) if file.can_be_read_again else (),
        read_as=choices(upload.role),
        doubts=_doubts(file, shown or ()),
        how_read=how_read(file) if file.columns else "",
        fresh=file.fresh,
        can_be_stored=is_open and not is_stored_before,
        asks_for_columns=file.waits_for_names or any(one.is_unsaid for one in shown or ()),
        can_be_read_again=file.can_be_read_again,
        can_be_undone=is_stored and bool(file.imports),
        is_busy=is_busy,
        is_being_compared=is_open and beside.is_being_compared(file, owners),
        share=share_words(upload) if is_busy else "",
    )


def _unused(file: BroughtFile, owners: Owners, beside: FilesBeside) -> tuple[str, ...]:
    """Return what no figure uses of a stored file, or would use of one that waits."""
    if file.state is FileState.STORED:
        return unused_notes(file.unused, beside)
    if file.state is FileState.READ:
        return unused_notes(beside.unused_of(file, owners), beside, are="would be stored")
    return ()


def _changed(file: BroughtFile, owners: Owners, beside: FilesBeside) -> tuple[str, ...]:
    """Return what became of earlier days with a stored file, or would with one that waits."""
    if file.state is FileState.STORED:
        return changed_notes(file.changed, beside, is_stored=True)
    if file.state is FileState.READ:
        return changed_notes(beside.changed_of(file, owners), beside, is_stored=False)
    return ()


def _rows(file: BroughtFile, found: FileContents, name_of: Callable[[str], str]) -> RowsTable:
    if file.mapping is None:
        return rows_table(found, name_of, Scales())
    turned = frozenset(one.stream for one in file.mapping.streams if one.reversed)
    return rows_table(found, name_of, Scales(unsaid_scales(file.mapping, file.directions), turned))


def _doubts(file: BroughtFile, lines: Sequence[ColumnLine]) -> tuple[str, ...]:
    """Return what has to be checked; of a table that is nearly one of before only its new columns."""
    if not file.can_be_read_again:
        return ()
    asked = [one for one in lines if file.nearly_read is None or one.is_unsaid or one.column.name in file.fresh]
    left_out = [one.column.name for one in lines if one.column.name in file.left_out and one.read_as == LEAVE_OUT]
    out = (f"{name}: left out, the medical team or the athlete brings it" for name in left_out)
    return (*file.doubts, *out, *(one.doubt for one in asked if one.doubt))


def withheld_note(file: BroughtFile) -> str:
    """Return what is said of values that this role does not bring; "" for none."""
    values = file.contents.withheld if file.contents else 0
    if not values:
        return ""
    return f"{values:,} figures of injury or nutrition are left out: the medical team brings these, or the athlete."


def _name_of(label: str, owners: Owners, known: KnownAthletes) -> str:
    if label in owners.by_label:
        return known.names[owners.by_label[label]]
    return ("whose?" if label == NOBODY else f"“{label}”, whose?") if label in owners.unknown else "left out"


def _rows_of_athletes(file: BroughtFile, found: FileContents, known: KnownAthletes) -> tuple[tuple[str, int, int], ...]:
    """Return the rows of each athlete whom the person put the file on; a name is that of an athlete who is seen now."""
    owners = sorted(set(file.put_on.values()), key=lambda one: (known.names.get(one, "").casefold() or "~", one))
    of_each = {one: [label for label, owner in file.put_on.items() if owner == one] for one in owners}
    return tuple(
        (
            known.names.get(one, NOT_SEEN),
            sum(found.rows_of.get(label, 0) for label in labels),
            sum(found.kept_of.get(label, 0) for label in labels),
        )
        for one, labels in of_each.items()
    )


def _questions(file: BroughtFile, known: KnownAthletes) -> tuple[RowsQuestion, ...]:
    """What is asked of a file: of every label that names nobody by itself, answered or not."""
    if file.contents is None:
        return ()
    asked = owners_of(file.contents.rows_of, known, {}).unknown
    people = sorted(known.names.items(), key=lambda one: (one[1].casefold(), one[0]))
    labels = [(number, label) for number, label in enumerate(file.contents.rows_of) if label in asked]
    return tuple(_question(file, file.contents, number, label, people) for number, label in labels)


def _question(
    file: BroughtFile, found: FileContents, number: int, label: str, people: Sequence[tuple[str, str]]
) -> RowsQuestion:
    before = file.remembered.get(label)
    proposed, of_file = ("", "") if label in file.chosen else file.proposed.get(label, ("", ""))
    said = file.chosen.get(label) or proposed or (before.athlete if before else "")
    is_of_before = before is not None and not proposed and said == before.athlete and said in dict(people)
    options = (("", "Please choose"), *people, (NOBODY_CHOSEN, "Nobody: leave these rows out"))
    return RowsQuestion(
        number=number,
        label=label,
        rows=found.rows_of[label],
        namesakes=namesakes(label, (name for _, name in people)),
        chosen=f"{number}.{said}" if said else "",
        proposed=of_file if proposed in {value for value, _ in options} else "",
        before=_of_before(before) if is_of_before and before else "",
        options=tuple((f"{number}.{value}" if value else "", text) for value, text in options),
    )


def _of_before(before: RememberedLabel) -> str:
    return f"{long_date(before.day)}{' and taken out again' if before.is_taken_out else ''}"


def _columns(found: FileContents, left_out: Sequence[str]) -> tuple[tuple[str, int, int, str], ...]:
    return tuple(
        (
            stream_name(one.stream),
            kept_of_column(one, left_out),
            sum(one.refused.values()),
            why_words(one, left_out),
        )
        for one in found.columns
    )


def _page_finding(file: BroughtFile, owners: Owners) -> str:
    found = file.contents
    if file.state is FileState.READ and found is not None:
        if file.is_to_check:
            return kind_finding(file)
        if owners.unknown:
            return "Whose rows are these?"
        if found.shares_rows:
            figures = kept_figures(found, owners.left_out)
            return f"{counted(figures, 'figure')} {'is' if figures == 1 else 'are'} read".capitalize()
        rows = kept_rows(found, owners.left_out)
        return f"{counted(rows, 'row')} {'gives' if rows == 1 else 'give'} figures".capitalize()
    if file.waits_for_names:
        return "What do its columns hold?"
    return {
        FileState.WAITING: "This file is being read",
        FileState.STORING: "This file is being stored",
        FileState.STORED: "This file is stored",
        FileState.UNDOING: "This file is being taken out again",
        FileState.UNDONE: "This file was taken out again",
        FileState.LEFT_OUT: "This file was left out",
        FileState.SKIPPED: "Nothing of this file is needed",
    }.get(file.state, "This file cannot be read as it is")
