"""What end-to-end and browser tests share: one small league, run by the demo itself, with every program up."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that `tests` is found however pytest starts

from tests.compiled_once import compiling_once
from tests.postgres_server import PostgresServer, postgres_running
from tests.scale import RUNS, scaled, write_counts
from tests.waiting import HANG_S

GIVEN_UP_AFTER_S = 1_500.0
"""Ends a demo that hangs. One whose programs stand still gives up by itself, so nothing here measures its speed."""


EXAMPLES = 30  # of each property in the gate; the drill `properties` tries twenty times as many

# Both are clocks: an example that takes long says how busy the machine is, and nothing about what is tested.
settings.register_profile(
    "any machine", deadline=None, max_examples=scaled(EXAMPLES), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


LONGEST_BYTES_IN_ID = 32


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A file as a parameter is numbered: its bytes may differ from process to process, as the time in an archive."""
    return argname if isinstance(val, bytes) and len(val) > LONGEST_BYTES_IN_ID else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Keep the tests of a file in one process, so that what they share is made once; begin with what takes longest.

    The groups are marked before the plugin that reads the marks, and sorted once they are shuffled.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    yield
    slow = Counter(_group(item) for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (_group(item) != "demo", -slow[_group(item)]))


def _group(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    assert mark is not None
    return str(mark.args[0] if mark.args else mark.kwargs["name"])


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no garbage collection looks through it again (.5 s each time)."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test once; many times over where a drill asks for it."""
    if RUNS > 1:
        metafunc.fixturenames.append("run_number")
        metafunc.parametrize("run_number", range(RUNS), indirect=True)


@pytest.fixture
def run_number(request: pytest.FixtureRequest) -> int:
    """Which of a drill's runs this is."""
    return int(request.param)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let all tests share what was compiled for one of them."""
    with compiling_once():
        yield


def pytest_sessionfinish() -> None:
    """Tell a drill how much was tried."""
    write_counts()


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """A league that stays up: its folder, its summary, and what the demo has printed (`printed` for programs)."""

    out: Path
    summary: dict[str, Any]
    log: Path
    printed: Path

    def url(self, starts: str) -> str:
        """The address of the first page whose name starts so."""
        return next(url for name, url in self.summary["urls"].items() if name.startswith(starts))

    def base(self, starts: str) -> str:
        """Scheme, host and port of that page."""
        return "/".join(self.url(starts).split("/")[:3])


@pytest.fixture(scope="session")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """The demo on a small league. At the end it gets Ctrl-C and must end cleanly, with every child."""
    folder = tmp_path_factory.mktemp("demo")
    out, log, printed = folder / "league", folder / "demo.log", folder / "demo.json"
    program = Path(sys.executable).parent / "homefield-demo"
    arguments = ["run", "--out", str(out), "--athletes", "8", "--days", "260", "--json"]
    with log.open("wb") as said, printed.open("wb") as sink:
        process = subprocess.Popen([str(program), *arguments], stdout=sink, stderr=said, start_new_session=True)
    try:
        _wait_until_up(process, log)
        yield RunningDemo(out, json.loads((out / "summary.json").read_text()), log, printed)
    finally:
        _stop(process, log)


def _wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + GIVEN_UP_AFTER_S
    while "Press Ctrl-C" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the demo did not come up: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


def _stop(process: subprocess.Popen[bytes], log: Path) -> None:
    if process.poll() is not None:
        return
    children = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGINT)
    try:
        code = process.wait(HANG_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail("the demo did not end after Ctrl-C")
    _, alive = psutil.wait_procs(children, timeout=HANG_S)
    assert code == 0, log.read_text(errors="replace")[-1000:]
    assert not alive, "the demo left programs behind"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole session."""
    lock = tmp_path_factory.getbasetemp().parent / "postgresql.lock"
    with postgres_running(lock=lock) as server:
        yield server
