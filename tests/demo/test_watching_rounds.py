"""The demo sees every round in time to act on it, on a slow machine as well."""

import signal
import subprocess
import sys
import threading
from itertools import chain, repeat
from pathlib import Path
from typing import Any, cast

import psutil
import pytest

from deploy.demo.league import campaigns
from deploy.demo.plan import DemoPlan
from deploy.demo.processes import Child, League
from tests.waiting import wait_until


class NoPrograms:
    def check(self) -> None:
        """Nothing runs, so nothing can have ended."""


def test_a_slow_answer_of_the_coordinator_delays_no_round(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = chain(repeat(0, campaigns.ASK_EVERY), range(1, 9), repeat(8))
    acted = threading.Event()

    def slow_answer(_plan: DemoPlan, _sha256: str) -> dict[str, Any]:
        assert acted.wait(60), "the watcher waited for this answer while rounds ended"
        return {"state": "done"}

    def on_round(done: int, _of: int) -> None:
        if done == 2:
            acted.set()

    monkeypatch.setattr(campaigns, "POLL_S", 0.0)
    monkeypatch.setattr(campaigns, "_rounds", lambda _plan, _sha256: (next(rounds), 8))
    monkeypatch.setattr(campaigns, "_state", slow_answer)

    campaigns._watch(cast(DemoPlan, None), cast(League, NoPrograms()), "sha", on_round)

    assert acted.is_set()


def test_a_program_that_is_held_stands_still_and_goes_on_afterwards(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with Child("busy", process, tmp_path / "log").held():
            wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
        wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_RUNNING)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
