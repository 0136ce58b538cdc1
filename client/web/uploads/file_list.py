"""What a session brought, as the list on the page of imports: what waits for an answer comes first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.text import plural
from client.uploads.brought import BroughtFile, FileState, LookedAt, Upload
from client.uploads.contents import FOR_THE_MEDICAL_TEAM, FileContents
from client.uploads.import_kinds import kind_of
from client.web.uploads.attribution import KnownAthletes, Owners, owner_words, owners_in
from client.web.uploads.changed_words import CHANGED, WOULD_CHANGE, changed_notes
from client.web.uploads.mapping_form import asks_for_scale
from client.web.uploads.stored_before import COMPARING, FilesBeside
from client.web.uploads.unused_words import PART_UNUSED, PART_WOULD_BE_UNUSED, unused_notes
from client.web.uploads.words import account_words, page_reason, share_words, state_words

MOST_SHOWN: Final = 60  # ours: lines of a list that fit a phone
MOST_OF_A_REASON: Final = 60  # ours: characters of a reason that stand in a folded line
NAME_COLUMNS: Final = "Say what its columns hold"
_LINKS = {FileState.READ: "Look at the rows", FileState.STORED: "Show or undo it"}
_PUT_ON = (FileState.STORING, FileState.STORED, FileState.UNDOING)
_URGENT = (FileState.READ, FileState.WAITING, FileState.STORING, FileState.UNREADABLE)


@dataclass(frozen=True, slots=True)
class BroughtLine:
    """One file of the list. owners: the athletes whom this person put it on, of those whom they see now.

    summary: its state in short, and one number. is_asked: a person has to say something first. key: leads to its page,
    "" where there is nothing to look at.
    """

    name: str
    summary: str
    is_asked: bool
    owners: str
    kind: str
    rows: str
    state: str
    key: str
    link: str


@dataclass(frozen=True, slots=True)
class BroughtList:
    """What this session brought. reading: done and expected, of an upload that is being read; None for none.
    shares: of which files how much is read, in words.

    asked, ready: how many files wait for an answer, and how many can be stored at once; ready_for: for whom. known: how
    many are known already and are not stored again, in words, "" for none.
    more: lines that are not shown.
    """

    lines: tuple[BroughtLine, ...]
    reading: tuple[int, int] | None
    shares: tuple[str, ...]
    asked: int
    ready: int
    ready_for: str
    known: str
    more: int

    @property
    def next(self) -> str:
        """What comes next: "ready" to store what is ready, or the key of the first file that waits for an answer."""
        asked = (one.key for one in self.lines if one.is_asked)
        return "ready" if self.ready else next(asked, "")

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
class _Looked:
    """One file, and whose its rows are, as of one look. version: of its reading before anything of it was read.

    known: what is said of it where it need not be stored, "" else.
    """

    file: BroughtFile
    version: int
    owners: Owners
    known: str

    @property
    def is_ready(self) -> bool:
        """True where it can be stored without a question: of a known kind, and whose it is is known."""
        file = self.file
        is_open = file.state is FileState.READ and not (file.is_to_check or self.asks_for_scale or self.known)
        return is_open and bool(self.owners.by_label) and not self.owners.unknown

    @property
    def asks_for_scale(self) -> bool:
        """True where it is to be said which end of a scale is the best."""
        return self.file.mapping is not None and asks_for_scale(self.file.mapping, self.file.directions)

    @property
    def is_asked(self) -> bool:
        """True where a person has to say something first, of its rows or of its columns."""
        return self.file.waits_for_names or (self.file.state is FileState.READ and not (self.is_ready or self.known))


def ready_files(upload: Upload, beside: FilesBeside) -> dict[str, LookedAt]:
    """Return, by key, the files of an upload that can be stored without a question, as they are looked at now."""
    looked = [_look(one, beside) for one in list(upload.files)]
    return {one.file.key: LookedAt(one.version, one.owners.by_label) for one in looked if one.is_ready}


def brought_list(beside: FilesBeside) -> BroughtList:
    """Return the list of a session."""
    looked = [_look(one, beside) for upload in beside.uploads for one in list(upload.files)]
    ready = [one for one in looked if one.is_ready]
    under_way = [one for one in beside.uploads if not one.is_read]
    ordered = sorted(looked, key=lambda one: (_rank(one), not one.is_asked, not one.is_ready))
    return BroughtList(
        lines=tuple(_line(one, beside) for one in ordered[:MOST_SHOWN]),
        reading=_progress(under_way) if under_way else None,
        shares=tuple(filter(None, map(share_words, beside.uploads))),
        asked=sum(one.is_asked for one in looked),
        ready=len(ready),
        ready_for=_ready_for(ready, beside.known),
        known=_known(sum(one.known not in ("", COMPARING) for one in looked)),
        more=max(0, len(ordered) - MOST_SHOWN),
    )


def kind_words(file: BroughtFile) -> str:
    """The kind of a file; of one that is the medical team's to bring, what the reason says of it."""
    if file.reason == FOR_THE_MEDICAL_TEAM:
        return "Injury, illness or nutrition"
    return kind_of(file.contents.reader if file.contents else "").words


def _look(file: BroughtFile, beside: FilesBeside) -> _Looked:
    version = file.version  # first: what is read later is no older
    owners = owners_in(file, beside.known)
    return _Looked(file, version, owners, beside.said_of(file, owners))


def _line(one: _Looked, beside: FilesBeside) -> BroughtLine:
    file, found = one.file, one.file.contents
    has_page = found is not None or file.can_be_read_again
    state = one.known or _state(one, beside)
    return BroughtLine(
        name=file.name,
        summary=_summary(one, state),
        is_asked=one.is_asked,
        owners=owner_words(file, one.owners, beside.known) or "–",
        kind=kind_words(file),
        rows=account_words(found, one.owners.left_out) if found else "none read",
        state=state,
        key=file.key if has_page else "",
        link=NAME_COLUMNS if file.waits_for_names else _LINKS.get(file.state, "Show what was read"),
    )


def _state(one: _Looked, beside: FilesBeside) -> str:
    file = one.file
    told = [state_words(file, one.owners)]
    if file.state is FileState.STORED and not file.problem:
        told += [PART_UNUSED] if unused_notes(file.unused, beside) else []
        told += [CHANGED] if changed_notes(file.changed, beside, is_stored=True) else []
    elif one.is_ready and not file.problem:
        told += [PART_WOULD_BE_UNUSED] if unused_notes(beside.unused_of(file, one.owners), beside) else []
        told += [WOULD_CHANGE] if changed_notes(beside.changed_of(file, one.owners), beside, is_stored=False) else []
    return "; ".join(told)


def _summary(one: _Looked, state: str) -> str:
    """Return for example "Stored (409 of 412 rows)"; of a refused file the first part of its reason."""
    file = one.file
    if file.state is FileState.UNREADABLE and not file.waits_for_names:
        return f"Not taken: {_short(file)}"
    if file.state is FileState.SKIPPED:
        return f"Not needed: {_short(file)}"
    rows = _rows(one, file.contents) if file.contents else ""
    first, stop, rest = (state, "", "") if one.is_asked else state.partition("; ")
    return f"{first} ({rows}){stop}{rest}" if rows else state


def _rows(one: _Looked, found: FileContents) -> str:
    """How many rows the state is about; none of a file taken out again, of which another import may hold some."""
    total = found.account.rows
    if not total or one.file.state is FileState.UNDONE:
        return ""
    rows, of = plural(total, "row", "rows"), _owned(one)
    taken = total if of is None else sum(found.kept_of.get(label, 0) for label in of)
    return rows if taken == total else f"{taken:,} of {rows}"


def _owned(one: _Looked) -> Iterable[str] | None:
    """The labels whose rows are stored, or would be; None while somebody has to say it, and of a file left out."""
    if one.file.state in _PUT_ON:
        return one.file.put_on
    return one.owners.by_label if one.is_ready or one.known else None


def _short(file: BroughtFile) -> str:
    first = page_reason(file.reason).partition(";")[0]
    return first if len(first) <= MOST_OF_A_REASON else f"{first[:MOST_OF_A_REASON].rpartition(' ')[0]} …"


def _ready_for(ready: Sequence[_Looked], known: KnownAthletes) -> str:
    """For example "2 files of Ada Lund and one file of Bea Sand"."""
    counts = Counter(owner_words(one.file, one.owners, known) for one in ready)
    of_each = [f"{'one file' if number == 1 else f'{number:,} files'} of {names}" for names, number in counts.items()]
    return f"This stores {'; '.join(of_each)}." if of_each else ""


def _known(files: int) -> str:
    if not files:
        return ""
    return f"{'One file is' if files == 1 else f'{files:,} files are'} known already and not stored again."


def _rank(one: _Looked) -> int:
    if one.file.waits_for_names:
        return 0
    return _URGENT.index(one.file.state) if one.file.state in _URGENT else len(_URGENT)


def _progress(uploads: Sequence[Upload]) -> tuple[int, int]:
    return sum(one.done for one in uploads), sum(one.expected for one in uploads)


def _waits(files: int) -> str:
    return "One file waits" if files == 1 else f"{files:,} files wait"


def _ready(files: int) -> str:
    if not files:
        return ""
    return "One file is ready to be stored" if files == 1 else f"{files:,} files are ready to be stored"
