"""What one session has brought: uploads, the files in them, and how far each of them is."""

import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import BinaryIO

from client.errors import UnreadableFile
from client.ingest.archives.members import ArchiveMember, members_of
from client.ingest.input_file import SMALL, InputFile
from client.ingest.mapping import Mapping as CsvMapping
from client.uploads.contents import FileContents
from client.uploads.spool import GONE, Extent, SpooledUpload
from client.uploads.table_columns import TableColumn
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

    mapping: how its table is read, where no reader knows it; columns: of that table; doubts: what must be checked of a
    proposed mapping. chosen: by label, the id of an athlete or `NOBODY_CHOSEN`. version: how often it was read; a form
    of before is not that of now. problem: what stood in the way of storing it, or of
    taking it out again. imports: what storing it was, by athlete, as the node numbers imports.
    sha256: of its bytes, once it is stored. put_on: the athletes whom the person put it on when they stored it.
    directions: columns of ratings of which the person said which end is the best. read_before: the day on which a table
    with this header was stored as `mapping` reads it; None for one that is new, or read another way now. remembered_as:
    the kind of table that is remembered by this file.
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
    imports: dict[int, AthleteId] = field(default_factory=dict)
    put_on: tuple[AthleteId, ...] = ()
    directions: frozenset[str] = frozenset()
    read_before: date | None = None
    remembered_as: str = ""

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
    def is_new_kind(self) -> bool:
        """True for a table that is read by a mapping which nobody has used before."""
        return self.mapping is not None and self.read_before is None

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

    person: who brought them. is_read: every file was read once. lock: between the thread that reads and the requests.
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
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> int:
        """How many files were read."""
        return sum(one.state is not FileState.WAITING for one in self.files)

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
            return InputFile(name, opened)
        with opened() as stream:
            return InputFile(name, stream.read())
