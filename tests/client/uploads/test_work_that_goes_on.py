"""What a node does beside its pages goes on after an error that nobody foresaw, and the error is in the log."""

import asyncio
import threading
from typing import Any

import pytest

from client.uploads import forgetting
from client.uploads.forgetting import forgetting_uploads
from client.vault.work_beside import work_beside
from tests.own_loop import run_apart
from tests.waiting import HANG_S


class Sessions:
    """A store of sessions that fails at the first question."""

    def __init__(self) -> None:
        self.asked = 0

    def every(self) -> tuple[()]:
        self.asked += 1
        if self.asked == 1:
            raise ZeroDivisionError
        return ()


class Uploads:
    """Uploads that note when they are asked to forget."""

    def __init__(self) -> None:
        self.forgotten = threading.Event()

    def keep_only(self, _: object) -> None:
        self.forgotten.set()

    def close(self) -> None:
        pass


def test_ended_sessions_are_looked_up_again_after_an_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(forgetting, "LOOKED_EVERY_S", 0.001)
    uploads: Any = Uploads()
    sessions: Any = Sessions()

    async def until_forgotten() -> bool:
        async with forgetting_uploads(uploads, sessions):
            return await asyncio.to_thread(uploads.forgotten.wait, HANG_S)

    assert run_apart(until_forgotten())
    assert [(one.getMessage(), one.__dict__["error"]) for one in caplog.records] == [
        ("ended sessions were not looked up", "ZeroDivisionError")
    ]


def test_work_beside_the_pages_begins_again_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    begun, done = list[int](), threading.Event()

    def work(_: threading.Event) -> None:
        begun.append(len(begun))
        if len(begun) == 1:
            raise ZeroDivisionError
        done.set()

    with work_beside(work, name="a test", again_after_s=0.001):
        assert done.wait(HANG_S)

    assert begun == [0, 1]
    assert [one.getMessage() for one in caplog.records] == ["work beside the pages failed"]
