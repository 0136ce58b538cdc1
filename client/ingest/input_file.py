"""A file as it arrived: name, bytes and hash; and the few ways in which it is no data at all."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from client.biometrics.observations import Observation
from client.biometrics.quality import QualityReport
from client.biometrics.row_account import RowLedger
from client.errors import NotUsed, UnreadableFile
from client.ingest.spreadsheets.workbook import Sheet, read_sheets

MAX_BYTES = 512 * 1024 * 1024  # ours: above the largest export we know of
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
_LOCK_OF_OFFICE = "~$"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class InputFile:
    """One input file, read whole. `name` is the base name; paths above it say nothing about the data."""

    name: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Sheets of an Excel or OpenDocument workbook; raises UnreadableFile for one that cannot be opened."""
        return read_sheets(self.data)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one file, or of one athlete's rows in it.

    rows_of: the row of each observation. ledger: what became of the other rows.
    """

    observations: tuple[Observation, ...]
    report: QualityReport
    rows_of: tuple[int, ...]
    ledger: RowLedger


def load(path: Path) -> InputFile:
    """Read a file; raises UnreadableFile with a reason for one that holds no data."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(f"larger than {MAX_BYTES // 2**20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile("cannot be read from disk") from error
    return InputFile(path.name, data)


def check_is_data(file: InputFile) -> None:
    """Return if the file holds data of some kind.

    Raises NotUsed for what an operating system or an office program leaves in a folder, UnreadableFile otherwise.
    """
    if file.name.lower() in _LEFT_BY_SYSTEMS or file.name.startswith(_LOCK_OF_OFFICE):
        raise NotUsed("left in the folder by an operating system or an office program; it holds no data")
    if not file.data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UnreadableFile("empty")
    if file.data.startswith(_LFS_POINTER):
        raise UnreadableFile("a git-lfs pointer of three lines, not the data it points to")
