"""A log over HTTP, and the options of a monitor that checks it once."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from chassis.web.serving import listen, serving
from tests.audit.monitor.served_log import LOG, LogServer, Serve


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves an application on a port of its own, until the end of the test."""
    with contextlib.ExitStack() as up:

        def one(app: FastAPI) -> str:
            listener = listen(app, host="127.0.0.1", port=0)
            up.enter_context(serving([listener]))
            return f"http://127.0.0.1:{listener.port}"

        yield one


@pytest.fixture
def server(serve: Serve) -> LogServer:
    return LogServer(serve, 300)


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    keys = [word for vkey in LOG.vkeys for word in ("--vkey", vkey)]
    return ["--state", str(tmp_path / "state.json"), "--once", *keys]


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks wrong is looked at again at once, as far as these tests are concerned."""
    monkeypatch.setattr("audit.monitor.monitor.PAUSE_S", 0.0)
