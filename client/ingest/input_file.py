"""A file as it arrived: name, bytes (whole or as a stream) and hash; and the few ways in which it is no data at all."""

import contextlib
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from client.biometrics.observations import Observation
from client.biometrics.quality import QualityReport
from client.biometrics.reading_progress import watched
from client.biometrics.row_account import RowLedger
from client.errors import NotUsed, UnreadableFile
from client.ingest.cells.text_codec import codec_of
from client.ingest.spreadsheets.workbook import Sheet, read_sheets
from client.ingest.spreadsheets.workbook_gate import is_workbook, may_be_workbook
from client.vault.identity import SourceRecord

MAX_BYTES = 4 * 2**30  # ours: above the largest export we know of
MAX_WHOLE = 64 * 2**20  # ours: for readers that need all bytes at once
SMALL = 16 * 2**20  # ours: larger files are read from the disk each time they are needed
HEAD = 64 * 2**10  # ours: what a reader is told by
PIECE = 2**18
CUT_OFF = "cannot be read to its end; copy or export it again"
EMPTY = "an empty file; export it again"
NOT_FROM_DISK = "cannot be read from disk"
DAMAGES = (OSError, EOFError, zlib.error, zipfile.BadZipFile)
"""What reading a stream raises where the file, or the archive that it stands in, is damaged."""
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
_LOCK_OF_OFFICE = "~$"
_BLANK = b" \t\r\n\x00\xef\xbb\xbf"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, eq=False)
class InputFile:
    """One input file: its bytes, or a way to read them as often as needed.

    name: the base name; paths above it say nothing about the data. content: all bytes, or what opens a stream of them.
    within: the archive that it stands in, and the folders there. size: bytes of a file whose reading is told.
    """

    name: str
    content: bytes | Callable[[], BinaryIO]
    within: str = ""
    size: int | None = None

    @property
    def shown(self) -> str:
        """The name with that of the archive before it."""
        return f"{self.within}/{self.name}" if self.within else self.name

    def open(self) -> BinaryIO:
        """Open a stream of the bytes, at their beginning; the caller closes it. Raises UnreadableFile."""
        try:
            stream = io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content()
        except OSError as error:
            raise UnreadableFile(NOT_FROM_DISK) from error
        return stream if self.size is None else watched(stream, self.size)

    @cached_property
    def data(self) -> bytes:
        """All bytes, held as long as the file is; raises as `whole` does."""
        return self.whole()

    def whole(self) -> bytes:
        """Return all bytes; raises UnreadableFile for more than a reader that needs all of them can take."""
        if isinstance(self.content, bytes):
            return self.content
        found = self._first(MAX_WHOLE + 1)
        if len(found) > MAX_WHOLE:
            raise UnreadableFile(f"larger than {MAX_WHOLE // 2**20} MiB; only exports that are read as a stream may be")
        return found

    @cached_property
    def head(self) -> bytes:
        """The first bytes, at most HEAD of them."""
        return self.content[:HEAD] if isinstance(self.content, bytes) else self._first(HEAD)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits; of those before the damage in a file that cannot be read."""
        found = hashlib.sha256()
        with contextlib.suppress(UnreadableFile, *DAMAGES), self.open() as stream:
            while chunk := stream.read(PIECE):
                found.update(chunk)
        return found.hexdigest()

    def at_most(self, size: int) -> bytes | None:
        """Return all bytes, or None where there are more than `size`."""
        found = self.content if isinstance(self.content, bytes) else self._first(size + 1)
        return found if len(found) <= size else None

    def _first(self, size: int) -> bytes:
        try:
            with self.open() as stream:
                found = bytearray()
                while len(found) < size and (chunk := stream.read(min(2**18, size - len(found)))):
                    found += chunk
                return bytes(found)
        except DAMAGES as error:
            raise UnreadableFile(CUT_OFF) from error

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes piece by piece; raises UnreadableFile where they cannot be read to their end."""
        try:
            with self.open() as stream:
                yield from iter(lambda: stream.read(PIECE), b"")
        except DAMAGES as error:
            raise UnreadableFile(CUT_OFF) from error

    @cached_property
    def codec(self) -> str:
        """The codec of a text; raises UnreadableFile for binary content and for a text in no code page that is read."""
        return codec_of(self.head, self.pieces)

    @cached_property
    def is_workbook(self) -> bool:
        """True for an Excel or OpenDocument spreadsheet, readable or not."""
        return may_be_workbook(self.head) and is_workbook(self.data)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Sheets of an Excel or OpenDocument workbook; raises UnreadableFile for one that cannot be opened."""
        return read_sheets(self.data)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one file, or of one athlete's rows in it.

    records: that of each observation. ledger: what became of the other rows. of_file: what was counted and noted of the
    whole file, such as rows that are nobody's; every label has it, and the report of the first one counts it.
    """

    observations: tuple[Observation, ...]
    report: QualityReport
    records: tuple[SourceRecord, ...]
    ledger: RowLedger
    of_file: QualityReport = field(default_factory=QualityReport)

    @property
    def rows_of(self) -> tuple[int, ...]:
        """The row of each observation."""
        return tuple(record.row for record in self.records)


def load(path: Path) -> InputFile:
    """Return a file of the disk; a large one is read when it is needed. Raises UnreadableFile where it cannot be."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableFile(f"larger than {MAX_BYTES // 2**30} GiB")
        return InputFile(path.name, path.read_bytes() if size <= SMALL else lambda: path.open("rb"), size=size)
    except OSError as error:
        raise UnreadableFile(NOT_FROM_DISK) from error


def paths_below(folder: Path) -> list[Path]:
    """Return the paths of all files below a folder, links too, in a fixed order.

    A folder that goes away meanwhile has none.
    """
    return sorted(Path(inner, name) for inner, _, names in os.walk(folder) for name in names)


def check_is_data(file: InputFile) -> None:
    """Return if the file holds data of some kind.

    Raises NotUsed for what an operating system or an office program leaves in a folder, UnreadableFile otherwise.
    """
    if file.name.lower() in _LEFT_BY_SYSTEMS or file.name.startswith(_LOCK_OF_OFFICE):
        raise NotUsed("left in the folder by an operating system or an office program; it holds no data")
    if not file.head.strip(_BLANK):
        raise UnreadableFile(EMPTY)
    if file.head.startswith(_LFS_POINTER):
        raise UnreadableFile("a git-lfs pointer of three lines, not the data it points to")
