"""A zip archive is refused by its directory before that is parsed, wherever an archive is opened."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.errors import UnreadableFile
from client.ingest.archives.members import members
from client.ingest.bounds import archive_directory as directory
from client.ingest.bounds.archive_directory import opened_archive
from client.ingest.bounds.archive_limits import MOST_MEMBERS, ArchiveRefused
from client.ingest.spreadsheets.workbook_gate import is_workbook
from client.uploads import reading
from client.uploads.brought import Upload
from client.uploads.spool import Spool
from policies.vocabulary import PersonId, Role

MOST_MIB = 60  # the bytes themselves, a few times; parsed, such a directory takes several hundred
ENTRY = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"


def with_entries(number: int) -> bytes:
    """An archive of which nothing but the directory is there, of so many files of no bytes (APPNOTE 4.3.14: zip64)."""
    begin, listed = b"PK\x03\x04" + bytes(27), ENTRY * number
    at, end = len(begin), len(begin) + len(listed)
    zip64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, number, number, len(listed), at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return begin + listed + zip64 + locator + last


MANY = with_entries(5 * MOST_MEMBERS)


def peak_mib(work: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "export.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("is_inner", [False, True])
def test_more_files_than_any_export_are_refused_before_they_are_listed(tmp_path: Path, is_inner: bool) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as outer:
        outer.writestr("watch.zip", MANY)
    path = saved(tmp_path, packed.getvalue() if is_inner else MANY)

    def work() -> None:
        (member,) = members(path)
        with pytest.raises(ArchiveRefused, match="more than 100000 files; split it"):
            member.opened()

    assert peak_mib(work) < (2 if is_inner else 1) * MOST_MIB


def test_a_directory_of_few_files_and_long_remarks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MOST_DIRECTORY", 70_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in "ab":
            info = zipfile.ZipInfo(name)
            info.comment = b"c" * 40_000
            archive.writestr(info, b"")

    with pytest.raises(ArchiveRefused, match="a larger list of files"):
        opened_archive(packed)


def test_an_archive_within_the_bounds_is_opened(tmp_path: Path) -> None:
    with opened_archive(io.BytesIO(with_entries(MOST_MEMBERS))) as archive:
        assert len(archive.infolist()) == MOST_MEMBERS


def test_the_number_of_files_that_a_page_shows_is_not_told_from_a_larger_directory(tmp_path: Path) -> None:
    spooled = Spool(tmp_path).begin()
    spooled.write(MANY)
    parts = [("a.zip", spooled.end_file())]
    upload = Upload(datetime(2026, 11, 24, tzinfo=UTC), PersonId("p"), Role.COACH, spooled, parts, None)

    assert peak_mib(lambda: reading._expected(upload, 0)) < MOST_MIB
    assert reading._expected(upload, 0) == 1
    spooled.close()


def test_no_archive_is_a_workbook_before_its_directory_was_judged() -> None:
    with pytest.raises(UnreadableFile, match="more than 100000 files"):
        is_workbook(MANY)
