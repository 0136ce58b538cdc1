"""What the pages show of brought files: the list on the page of imports, and one file with its rows and questions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.text import counted, listed, long_date
from client.ingest.mapped_csv import NOBODY
from client.uploads.brought import BroughtFile, FileState, LookedAt, Upload
from client.uploads.contents import FOR_THE_MEDICAL_TEAM, FileContents
from client.uploads.import_kinds import kind_of
from client.vault.store import Athlete
from client.web.uploads.attribution import NOBODY_CHOSEN, Owners, owners_of
from client.web.uploads.mapping_form import ColumnLine, OptionGroups, SelectOptions, choices, lines_of
from client.web.uploads.stream_words import stream_name
from client.web.uploads.words import (
    RowsTable,
    account_words,
    kept_figures,
    kept_of_column,
    kept_rows,
    page_reason,
    rows_table,
    state_words,
    why_words,
)

MOST_SHOWN: Final = 60  # ours: lines of a list that fit a phone
MOST_NAMED: Final = 3  # ours: names that are read beside a file
NAME_COLUMNS: Final = "Say what its columns hold"
_LINKS = {FileState.READ: "Look at the rows", FileState.STORED: "Show or undo it"}
_URGENT = (FileState.READ, FileState.WAITING, FileState.STORING, FileState.UNREADABLE)


@dataclass(frozen=True, slots=True)
class BroughtLine:
    """One file of the list. owners: the athletes whom this person put it on, of those whom they see now.

    key: leads to its page, "" where there is nothing to look at.
    """

    name: str
    owners: str
    kind: str
    rows: str
    state: str
    key: str
    link: str


@dataclass(frozen=True, slots=True)
class BroughtList:
    """What this session brought. reading: done and expected, of an upload that is being read; None for none.

    asked, ready: how many files wait for an answer, and how many can be stored at once; ready_for: for whom.
    more: lines that are not shown.
    """

    lines: tuple[BroughtLine, ...]
    reading: tuple[int, int] | None
    asked: int
    ready: int
    ready_for: str
    more: int

    @property
    def finding(self) -> str:
        """The title of a page that has something of this list to say; "" for none."""
        if self.reading is not None:
            return f"Reading {self.reading[0]:,} of {self.reading[1]:,} files"
        asked = f"{_waits(self.asked)} for your answer" if self.asked else ""
        ready = _ready(self.ready)
        ready = ready[0].lower() + ready[1:] if asked and ready else ready
        return ", ".join(part for part in (asked, ready) if part)


@dataclass(frozen=True, slots=True)
class RowsQuestion:
    """Whose rows a label's are. value: what the form sends for each choice. rows: how many."""

    number: int
    label: str
    rows: int
    chosen: str
    options: SelectOptions


@dataclass(frozen=True, slots=True)
class BroughtPage:
    """One file as it would be read. owners: as in the list."""

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
    questions: tuple[RowsQuestion, ...]
    lines: tuple[ColumnLine, ...]
    read_as: OptionGroups
    doubts: tuple[str, ...]
    is_unnamed: bool
    read_before: str
    can_be_stored: bool
    can_be_read_again: bool
    can_be_undone: bool
    is_busy: bool


def owners_in(file: BroughtFile, athletes: Sequence[Athlete], chosen: Mapping[str, str] | None = None) -> Owners:
    """Return whose the rows of a file are, as far as it is known. chosen: what a form says now beside what was said."""
    said = {**file.chosen, **(chosen or {})}
    return owners_of(file.contents.rows_of if file.contents else (), athletes, said)


def ready_files(files: Iterable[BroughtFile], athletes: Sequence[Athlete]) -> dict[str, LookedAt]:
    """Return, by key, the files that can be stored without a question: of a known kind, and whose they are is known."""
    found = {}
    for one in list(files):
        version, owners = one.version, owners_in(one, athletes)  # the version first: what is read later is no older
        is_open = one.state is FileState.READ and not one.is_new_kind
        if is_open and owners.by_label and not owners.unknown:
            found[one.key] = LookedAt(version, owners.by_label)
    return found


def brought_list(uploads: Sequence[Upload], athletes: Sequence[Athlete]) -> BroughtList:
    """Return the list of a session; what waits for an answer comes first."""
    files = [one for upload in uploads for one in list(upload.files)]
    ready = ready_files(files, athletes)
    asked = [one for one in files if one.state is FileState.READ and one.key not in ready]
    under_way = [one for one in uploads if not one.is_read]
    order = {one.key: (_rank(one.state), one.key in ready) for one in files}
    ordered = sorted(files, key=lambda one: order[one.key])
    return BroughtList(
        lines=tuple(_brought_line(one, athletes) for one in ordered[:MOST_SHOWN]),
        reading=_progress(under_way) if under_way else None,
        asked=len(asked),
        ready=len(ready),
        ready_for=_ready_for([one for one in files if one.key in ready], athletes),
        more=max(0, len(ordered) - MOST_SHOWN),
    )


def brought_page(
    file: BroughtFile, upload: Upload, athletes: Sequence[Athlete], lines: Sequence[ColumnLine] | None = None
) -> BroughtPage:
    """Return one file. lines: the form of its columns as it was sent, where it has to be put right."""
    version = file.version  # before its rows: a page never names a version that is newer than what it shows
    found, owners = file.contents, owners_in(file, athletes)
    names = {one.athlete: one.name for one in athletes}
    is_open = file.state is FileState.READ

    def name_of(label: str) -> str:
        if label in owners.by_label:
            return names[owners.by_label[label]]
        return ("whose?" if label == NOBODY else f"“{label}”, whose?") if label in owners.unknown else "left out"

    shown = (
        lines_of(file.columns, file.mapping, file.directions) if file.mapping is not None and lines is None else lines
    )
    return BroughtPage(
        name=file.name,
        owners=owner_words(file, athletes),
        key=file.key,
        kind=_kind_words(file) if found else "",
        version=version,
        finding=_page_finding(file, owners),
        state=state_words(file, owners),
        account=account_words(found, owners.left_out) if found else "",
        is_summarised=found is not None and found.shares_rows,
        notes=tuple(map(page_reason, found.notes)) if found else (),
        table=rows_table(found, name_of) if found and found.rows else None,
        columns=_columns(found, owners.left_out) if found else (),
        questions=_questions(file, athletes) if is_open else (),
        lines=tuple(shown or ()) if file.can_be_read_again else (),
        read_as=choices(upload.role),
        doubts=(*file.doubts, *(one.doubt for one in shown or () if one.doubt)) if file.can_be_read_again else (),
        is_unnamed=file.is_unnamed,
        read_before="" if file.read_before is None else long_date(file.read_before),
        can_be_stored=is_open,
        can_be_read_again=file.can_be_read_again,
        can_be_undone=file.state is FileState.STORED and bool(file.imports),
        is_busy=file.state in (FileState.WAITING, FileState.STORING, FileState.UNDOING),
    )


def owner_words(file: BroughtFile, athletes: Sequence[Athlete]) -> str:
    """Return the names of those whom this person put a file on, or is about to, of those whom they see now."""
    owners = set(file.put_on) or set(owners_in(file, athletes).by_label.values())
    names = [one.name for one in athletes if one.athlete in owners]
    shown = names[:MOST_NAMED] + ([f"{len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else [])
    return listed(shown) if shown else ""


def _ready_for(files: Sequence[BroughtFile], athletes: Sequence[Athlete]) -> str:
    """For example "2 files of Ada Lund and one file of Bea Sand"."""
    counts = Counter(owner_words(one, athletes) for one in files)
    of_each = [f"{'one file' if number == 1 else f'{number:,} files'} of {names}" for names, number in counts.items()]
    return f"This stores {'; '.join(of_each)}." if of_each else ""


def withheld_note(file: BroughtFile) -> str:
    """Return what is said of values that this role does not bring; "" for none."""
    values = file.contents.withheld if file.contents else 0
    if not values:
        return ""
    return f"{values:,} figures of injury or nutrition are left out: the medical team brings these, or the athlete."


def _questions(file: BroughtFile, athletes: Sequence[Athlete]) -> tuple[RowsQuestion, ...]:
    """What is asked of a file: of every label that names nobody by itself, answered or not."""
    if file.contents is None:
        return ()
    asked = owners_of(file.contents.rows_of, athletes, {}).unknown
    people = sorted(((one.athlete, one.name) for one in athletes), key=lambda one: (one[1].casefold(), one[0]))
    found = []
    for number, label in enumerate(file.contents.rows_of):
        if label in asked:
            options = (("", "Please choose"), *people, (NOBODY_CHOSEN, "Nobody: leave these rows out"))
            sent = tuple((f"{number}.{value}" if value else "", text) for value, text in options)
            chosen = f"{number}.{file.chosen[label]}" if label in file.chosen else ""
            found.append(RowsQuestion(number, label, file.contents.rows_of[label], chosen, sent))
    return tuple(found)


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
        if file.is_new_kind:
            return "A new kind of file"
        if owners.unknown:
            return "Whose rows are these?"
        if found.shares_rows:
            return f"{counted(kept_figures(found, owners.left_out), 'figure')} would be stored".capitalize()
        return f"{counted(kept_rows(found, owners.left_out), 'row')} would be stored".capitalize()
    if file.is_unnamed and file.can_be_read_again:
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


def _brought_line(file: BroughtFile, athletes: Sequence[Athlete]) -> BroughtLine:
    found, owners = file.contents, owners_in(file, athletes)
    has_page = found is not None or file.can_be_read_again
    return BroughtLine(
        name=file.name,
        owners=owner_words(file, athletes) or "–",
        kind=_kind_words(file),
        rows=account_words(found, owners.left_out) if found else "none read",
        state=state_words(file, owners),
        key=file.key if has_page else "",
        link=NAME_COLUMNS if file.is_unnamed and has_page else _LINKS.get(file.state, "Show what was read"),
    )


def _kind_words(file: BroughtFile) -> str:
    """The kind of a file; of one that is the medical team's to bring, what the reason says of it."""
    if file.reason == FOR_THE_MEDICAL_TEAM:
        return "Injury, illness or nutrition"
    return kind_of(file.contents.reader if file.contents else "").words


def _rank(state: FileState) -> int:
    return _URGENT.index(state) if state in _URGENT else len(_URGENT)


def _progress(uploads: Sequence[Upload]) -> tuple[int, int]:
    return sum(one.done for one in uploads), sum(one.expected for one in uploads)


def _waits(files: int) -> str:
    return "One file waits" if files == 1 else f"{files:,} files wait"


def _ready(files: int) -> str:
    if not files:
        return ""
    return "One file is ready to be stored" if files == 1 else f"{files:,} files are ready to be stored"
