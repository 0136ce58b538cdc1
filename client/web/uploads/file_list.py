"""What a session brought, as the list on the page of imports: what waits for an answer comes first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from client.uploads.brought import BroughtFile, FileState, LookedAt, Upload
from client.uploads.contents import FOR_THE_MEDICAL_TEAM
from client.uploads.import_kinds import kind_of
from client.web.access import PageAccess
from client.web.uploads.attribution import KnownAthletes, Owners, owner_words, owners_in
from client.web.uploads.mapping_form import asks_for_scale
from client.web.uploads.unused_words import PART_UNUSED, unused_notes
from client.web.uploads.words import account_words, share_words, state_words

MOST_SHOWN: Final = 60  # ours: lines of a list that fit a phone
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
    shares: of which files how much is read, in words.

    asked, ready: how many files wait for an answer, and how many can be stored at once; ready_for: for whom.
    more: lines that are not shown.
    """

    lines: tuple[BroughtLine, ...]
    reading: tuple[int, int] | None
    shares: tuple[str, ...]
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
class _Looked:
    """One file, and whose its rows are, as of one look. version: of its reading before anything of it was read."""

    file: BroughtFile
    version: int
    owners: Owners

    @property
    def is_ready(self) -> bool:
        """True where it can be stored without a question: of a known kind, and whose it is is known."""
        file = self.file
        is_open = file.state is FileState.READ and not file.is_to_check and not self.asks_for_scale
        return is_open and bool(self.owners.by_label) and not self.owners.unknown

    @property
    def asks_for_scale(self) -> bool:
        """True where it is to be said which end of a scale is the best."""
        return self.file.mapping is not None and asks_for_scale(self.file.mapping, self.file.directions)

    @property
    def is_asked(self) -> bool:
        """True where a person has to say something first, of its rows or of its columns."""
        return self.file.waits_for_names or (self.file.state is FileState.READ and not self.is_ready)


def ready_files(files: Iterable[BroughtFile], known: KnownAthletes) -> dict[str, LookedAt]:
    """Return, by key, the files that can be stored without a question, as they are looked at now."""
    looked = [_look(one, known) for one in list(files)]
    return {one.file.key: LookedAt(one.version, one.owners.by_label) for one in looked if one.is_ready}


def brought_list(uploads: Sequence[Upload], known: KnownAthletes, access: PageAccess) -> BroughtList:
    """Return the list of a session; access: what of the athletes this look may show."""
    looked = [_look(one, known) for upload in uploads for one in list(upload.files)]
    ready = [one for one in looked if one.is_ready]
    under_way = [one for one in uploads if not one.is_read]
    ordered = sorted(looked, key=lambda one: (_rank(one), one.is_ready))
    return BroughtList(
        lines=tuple(_line(one, known, access) for one in ordered[:MOST_SHOWN]),
        reading=_progress(under_way) if under_way else None,
        shares=tuple(filter(None, map(share_words, uploads))),
        asked=sum(one.is_asked for one in looked),
        ready=len(ready),
        ready_for=_ready_for(ready, known),
        more=max(0, len(ordered) - MOST_SHOWN),
    )


def kind_words(file: BroughtFile) -> str:
    """The kind of a file; of one that is the medical team's to bring, what the reason says of it."""
    if file.reason == FOR_THE_MEDICAL_TEAM:
        return "Injury, illness or nutrition"
    return kind_of(file.contents.reader if file.contents else "").words


def _look(file: BroughtFile, known: KnownAthletes) -> _Looked:
    version = file.version  # first: what is read later is no older
    return _Looked(file, version, owners_in(file, known))


def _line(one: _Looked, known: KnownAthletes, access: PageAccess) -> BroughtLine:
    file, found = one.file, one.file.contents
    has_page = found is not None or file.can_be_read_again
    is_part_unused = file.state is FileState.STORED and not file.problem and unused_notes(file.unused, access)
    return BroughtLine(
        name=file.name,
        owners=owner_words(file, one.owners, known) or "–",
        kind=kind_words(file),
        rows=account_words(found, one.owners.left_out) if found else "none read",
        state=PART_UNUSED if is_part_unused else state_words(file, one.owners),
        key=file.key if has_page else "",
        link=NAME_COLUMNS if file.waits_for_names else _LINKS.get(file.state, "Show what was read"),
    )


def _ready_for(ready: Sequence[_Looked], known: KnownAthletes) -> str:
    """For example "2 files of Ada Lund and one file of Bea Sand"."""
    counts = Counter(owner_words(one.file, one.owners, known) for one in ready)
    of_each = [f"{'one file' if number == 1 else f'{number:,} files'} of {names}" for names, number in counts.items()]
    return f"This stores {'; '.join(of_each)}." if of_each else ""


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
