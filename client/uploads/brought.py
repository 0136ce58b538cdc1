"""What one session has brought: uploads, the files in them, and how far each of them is."""

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import BinaryIO

from client.biometrics.reading_progress import ReadShare, reading_told_to
from client.errors import UnreadableFile
from client.ingest.archives.members import ArchiveMember, members_of
from client.ingest.cells.time_columns import EXCHANGEABLE
from client.ingest.input_file import SMALL, InputFile
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.results.days_before import ChangedDays
from client.ingest.results.unused_figures import UnusedFigures
from client.uploads.contents import FileContents
from client.uploads.rehearsed_file import RehearsedFile
from client.uploads.spool import GONE, Extent, SpooledUpload
from client.uploads.table_columns import TableColumn
from client.vault.preferences.remembered_labels import RememberedLabel
from policies.vocabulary import AthleteId, PersonId, Role


class FileState(StrEnum):
    """How far a brought file is."""

    WAITING = "waiting"
    READ = "read"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    STORING = "storing"
    STORED = "stored"
    UNDOING = "undoing"
    UNDONE = "undone"
    LEFT_OUT = "left_out"


@dataclass(slots=True)
class BroughtFile:
    """One file: as it was brought, or one of an archive. part, place: which file of the form, which in it.

    version: how often it was read; a form of before is not that of now. problem: what stood in the way of storing it,
    or of taking it out again. imports: what storing it was, by athlete, as the node numbers imports. sha256: of its
    bytes, once it is read. comparison: what storing it would do, once somebody looks at it. unused: what of it no
    figure used when it was stored, by athlete. changed: what became of the earlier days of those of whom this
    was the last file of all that were stored at once.

    How its table is read, where no reader knows it: mapping; columns: of the table; doubts: what must be checked of a
    proposed mapping. directions: columns of ratings of which the person said which end is the best. is_answered: the
    person sent the form of its columns. left_out: columns that this role does not bring. read_before: the day on which
    a table with this header was stored as `mapping` reads it; None for one that is new, or read another way now.
    was_taken_out: what was stored then was taken out again. nearly_read, fresh, lacks: the day of a table with most of
    these columns, whose answers fill the form, the columns that it had not, and whether it had some that are missing
    here. proposed_by: the file of this session whose answers are filled in here, "" for none. remembered_as: the kind
    of table that is remembered by this file.

    Whose its rows are: chosen: by label, the id of an athlete or `NOBODY_CHOSEN`. put_on: by label, the athlete whom
    the person put it on when storing it. remembered: by label, whose it was said to be in an earlier file of this
    kind. proposed: by label, the choice that was made for another file of this session, and its name. labels_as: the
    kind under which labels are remembered by this file.
    """

    name: str
    part: int
    place: int
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    state: FileState = FileState.WAITING
    reason: str = ""
    problem: str = ""
    contents: FileContents | None = None
    mapping: CsvMapping | None = None
    columns: tuple[TableColumn, ...] = ()
    doubts: tuple[str, ...] = ()
    version: int = 0
    chosen: dict[str, str] = field(default_factory=dict)
    sha256: str = ""
    comparison: RehearsedFile | None = None
    imports: dict[int, AthleteId] = field(default_factory=dict)
    put_on: Mapping[str, AthleteId] = field(default_factory=dict)
    directions: frozenset[str] = frozenset()
    is_answered: bool = False
    left_out: tuple[str, ...] = ()
    read_before: date | None = None
    was_taken_out: bool = False
    nearly_read: date | None = None
    fresh: tuple[str, ...] = ()
    lacks: bool = False
    proposed_by: str = ""
    remembered_as: str = ""
    remembered: Mapping[str, RememberedLabel] = field(default_factory=dict)
    proposed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    labels_as: str = ""
    unused: Mapping[AthleteId, tuple[UnusedFigures, ...]] = field(default_factory=dict)
    changed: Mapping[AthleteId, ChangedDays] = field(default_factory=dict)

    @property
    def can_be_read_again(self) -> bool:
        """True for a file that was read, and for a table of which another mapping may make more."""
        return self.state is FileState.READ or (self.state is FileState.UNREADABLE and bool(self.columns))

    def is_at(self, version: int) -> bool:
        """True while what it holds is what was read then: it was not read anew, and does not wait to be."""
        return self.version == version and self.state is not FileState.WAITING

    @property
    def is_unnamed(self) -> bool:
        """True for a table whose names say nothing: a person has to say first what its columns hold."""
        return bool(self.columns) and self.mapping is not None and not self.mapping.streams

    @property
    def waits_for_names(self) -> bool:
        """True while a person can still say what the columns of such a table hold: it is asked about, not refused."""
        return self.is_unnamed and self.can_be_read_again

    @property
    def is_new_kind(self) -> bool:
        """True for a table that is read by a mapping which nobody has used before."""
        return self.mapping is not None and self.read_before is None

    @property
    def is_to_check(self) -> bool:
        """True for a table of which a person has to look at the columns before its rows are stored."""
        return self.is_new_kind or self.was_taken_out or bool(self.proposed_by)

    def asks_like(self, other: "BroughtFile") -> bool:
        """True for a table that waits with the columns of another one that is read otherwise, while nobody said how."""
        names = {one.name for one in self.columns}
        is_alike = bool(names) and names == {one.name for one in other.columns}
        is_otherwise = (self.mapping, self.directions) != (other.mapping, other.directions)
        return is_alike and is_otherwise and self.can_be_read_again and not self.is_answered

    def read_as(self, mapping: CsvMapping | None) -> None:
        """Have it read by this mapping next: what was said of another way of reading it counts no longer."""
        if mapping != self.mapping:
            self.read_before, self.nearly_read, self.fresh, self.lacks = None, None, (), False
            self.was_taken_out, self.proposed_by = False, ""
            self.doubts = _left(self.doubts, self.mapping, mapping)
        self.mapping, self.state, self.problem = mapping, FileState.WAITING, ""

    @property
    def needs_its_bytes(self) -> bool:
        """True while it may be read or stored."""
        return self.state in (FileState.WAITING, FileState.STORING) or self.can_be_read_again


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a person has seen of a file that they have stored. version: of its reading. owners: of each label."""

    version: int
    owners: Mapping[str, AthleteId]


@dataclass(slots=True)
class Upload:
    """The files of one form. expected: how many there are, as far as is known. athlete: whose files are that name none.

    person: who brought them. is_read: every file was read once. share: of which file of the
    form how much is read, from 0 to 1, while that is done. lock: between the thread that reads and the requests.
    """

    at: datetime
    person: PersonId
    role: Role
    spooled: SpooledUpload
    parts: list[tuple[str, Extent]]
    athlete: AthleteId | None
    files: list[BroughtFile] = field(default_factory=list)
    expected: int = 0
    is_read: bool = False
    is_gone: bool = False
    share: tuple[str, float] | None = None
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> int:
        """How many files were read."""
        return sum(one.state is not FileState.WAITING for one in self.files)

    @contextmanager
    def telling(self, part: int) -> Iterator[None]:
        """Note how far a file of the form is read, while that is done."""
        name, _ = self.parts[part]

        def say(share: float) -> None:
            self.share = name, share

        try:
            with reading_told_to(ReadShare(say)):
                yield
        finally:
            self.share = None

    def members(self, part: int) -> Iterator[ArchiveMember]:
        """Yield the files of one file of the form, in the order of `BroughtFile.place`."""
        name, extent = self.parts[part]
        yield from members_of(self._input(name, extent), extent.size)

    def check_is_here(self) -> None:
        """Return if somebody still waits for these files; raises UnreadableFile once their session is over."""
        if self.is_gone:
            raise UnreadableFile(GONE)

    def settle(self) -> None:
        """Destroy the spooled bytes once no file needs them any more."""
        if self.is_gone or (self.is_read and not any(one.needs_its_bytes for one in self.files)):
            self.spooled.close()

    def _input(self, name: str, extent: Extent) -> InputFile:
        def opened() -> BinaryIO:
            return self.spooled.open(extent)

        if extent.size > SMALL:
            return InputFile(name, opened, size=extent.size)
        with opened() as stream:
            return InputFile(name, stream.read(), size=extent.size)


def _left(doubts: Sequence[str], before: CsvMapping | None, now: CsvMapping | None) -> tuple[str, ...]:
    """Return the doubts of a reading that another one has as well: those of columns that it reads the same way."""
    if before is None or now is None:
        return ()
    changed = {one.column for one in before.streams if one not in now.streams}
    left = [one for one in doubts if one.partition(": ")[0] not in changed]
    return tuple(one for one in left if one != EXCHANGEABLE or before.time == now.time)
