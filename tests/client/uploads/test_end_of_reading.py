"""Closing a node waits for what is being stored, for a while, and for no reading; what waits is never begun."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from client.errors import UnreadableFile
from client.uploads import session_uploads
from client.uploads.brought import BroughtFile, FileState, Upload
from client.uploads.reading_thread import ReadingThread
from client.uploads.session_uploads import SessionUploads
from client.uploads.spool import Spool
from policies.vocabulary import PersonId, Role
from tests.waiting import HANG_S


class Reader:
    """Reads nothing, and that until it is told to end: a parser that asks nobody."""

    def __init__(self) -> None:
        self.began, self.ends, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.read_by: threading.Thread | None = None

    def read(self, _: Upload) -> None:
        self.read_by = threading.current_thread()
        self.began.set()
        self.ends.wait(HANG_S)
        self.ended.set()


@pytest.fixture
def reader() -> Iterator[Reader]:
    found = Reader()
    yield found
    found.ends.set()


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    spooled = Spool(tmp_path).begin()
    spooled.write(b"a")
    parts = [("a.csv", spooled.end_file())]
    return Upload(datetime(2026, 11, 24, tzinfo=UTC), PersonId("p"), Role.COACH, spooled, parts, None)


@pytest.fixture
def uploads(tmp_path: Path, reader: Any, monkeypatch: pytest.MonkeyPatch) -> SessionUploads:
    monkeypatch.setattr(session_uploads, "MOMENT_S", 0.01)
    return SessionUploads(Spool(tmp_path), reader)


def test_closing_waits_for_no_reading_and_the_program_ends_without_it(
    uploads: SessionUploads, reader: Reader, upload: Upload
) -> None:
    uploads.add("held", upload)
    assert reader.began.wait(HANG_S)

    uploads.close()

    assert not reader.ended.is_set()
    assert upload.is_gone
    assert reader.read_by is not None
    assert reader.read_by.daemon, "nothing at the end of the program joins it"
    with pytest.raises(UnreadableFile):
        upload.check_is_here()


def test_closing_gives_what_is_being_stored_its_time(uploads: SessionUploads, reader: Reader, upload: Upload) -> None:
    uploads.add("held", upload)
    assert reader.began.wait(HANG_S)
    upload.files.append(BroughtFile("a.csv", 0, 0, state=FileState.STORING))
    threading.Timer(0.05, reader.ends.set).start()

    uploads.close()

    assert reader.ended.is_set()


def test_what_waits_when_the_node_closes_is_not_begun() -> None:
    thread, began, goes_on, done = ReadingThread(), threading.Event(), threading.Event(), list[int]()
    first = thread.submit(lambda: (began.set(), goes_on.wait(HANG_S)))
    assert began.wait(HANG_S)
    second = thread.submit(lambda: done.append(2))

    thread.stop()
    goes_on.set()
    thread.wait(HANG_S)

    first.result(HANG_S)
    for future in (second, thread.submit(lambda: done.append(3))):
        with pytest.raises(CancelledError):
            future.result(HANG_S)
    assert done == []


def test_work_that_fails_ends_nothing_that_comes_after_it() -> None:
    thread = ReadingThread()

    failed = thread.submit(lambda: [][1])

    with pytest.raises(IndexError):
        failed.result(HANG_S)
    thread.submit(lambda: None).result(HANG_S)
    thread.stop()
