"""Brought files wait sealed: their bytes are nowhere in the clear, any place can be read, and closing destroys them."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import UnreadableFile, UploadRefused
from client.uploads.spool import CHUNK, Extent, Spool, SpooledUpload

CANARY = b"Quokka Player 7,rmssd_ms,73.4191;"


def on_disk(upload: SpooledUpload) -> bytes:
    """What lies on the disk: the file has no name, so it is read through the process."""
    return Path(f"/proc/self/fd/{upload._file.fileno()}").read_bytes()


def spooled(upload: SpooledUpload, *files: bytes) -> list[Extent]:
    found = []
    for data in files:
        upload.write(data)
        found.append(upload.end_file())
    return found


def test_nothing_stands_on_the_disk_in_the_clear_and_no_file_has_a_name(tmp_path: Path) -> None:
    upload = Spool(tmp_path).begin()
    (extent,) = spooled(upload, CANARY * 20_000)

    stored = on_disk(upload)

    assert len(stored) > len(CANARY) * 20_000
    assert CANARY[:6] not in stored
    assert list(tmp_path.iterdir()) == []
    assert upload.open(extent).read() == CANARY * 20_000
    upload.close()


def test_equal_files_look_different(tmp_path: Path) -> None:
    upload = Spool(tmp_path).begin()
    spooled(upload, CANARY, CANARY)

    stored = on_disk(upload)

    assert stored[: len(CANARY)] != stored[CHUNK + 16 :][: len(CANARY)]
    upload.close()


@given(
    files=st.lists(st.integers(0, 3 * CHUNK), min_size=1, max_size=3),
    places=st.lists(st.tuples(st.integers(0, 3 * CHUNK), st.integers(1, 2 * CHUNK)), max_size=4),
    piece=st.sampled_from([1000, CHUNK - 1, CHUNK, CHUNK + 1]),
)
def test_any_place_of_any_file_is_read_as_it_was_written(
    files: list[int], places: list[tuple[int, int]], piece: int
) -> None:
    upload = Spool(Path("/tmp")).begin()
    written = [bytes([number]) * 7 + os.urandom(64) * (size // 64) for number, size in enumerate(files)]
    extents = []
    for data in written:
        for start in range(0, len(data), piece):
            upload.write(data[start : start + piece])
        extents.append(upload.end_file())

    for data, extent in zip(written, extents, strict=True):
        with upload.open(extent) as stream:
            assert stream.seek(0, io.SEEK_END) == len(data)
            for start, size in places:
                stream.seek(start)
                assert stream.read(size) == data[start : start + size]
    upload.close()


def test_closing_destroys_it_and_gives_the_room_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    upload = spool.begin()
    (extent,) = spooled(upload, CANARY)
    stream = upload.open(extent)
    assert spool.held == CHUNK

    upload.close()
    upload.close()

    assert spool.held == 0
    with pytest.raises(UnreadableFile, match="bring it again"):
        stream.read()
    with pytest.raises(UploadRefused):
        spooled(upload, CANARY)
    assert spool.held == 0


def test_bytes_that_were_changed_or_moved_are_not_used(tmp_path: Path) -> None:
    upload = Spool(tmp_path).begin()
    extents = spooled(upload, CANARY, CANARY)
    first = os.pread(upload._file.fileno(), len(CANARY) + 16, 0)

    os.pwrite(upload._file.fileno(), first, CHUNK + 16)

    with pytest.raises(UnreadableFile, match="changed on the disk"):
        upload.open(extents[1]).read()
    upload.close()


def test_all_uploads_together_are_bounded(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most=2 * CHUNK)
    first, second = spool.begin(), spool.begin()
    spooled(first, b"x" * CHUNK)

    with pytest.raises(UploadRefused, match="too many files wait"):
        spooled(second, b"x" * 2 * CHUNK)
    second.close()
    first.close()

    assert spool.held == 0
