"""The monitor's loop, its evidence and its web hook, over checks that a test has written down."""

import itertools
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from audit.commands import monitor as command
from audit.errors import MalformedPolicy, SourceUnavailable
from audit.monitor.alarms import Alarm, AlarmKind
from audit.monitor.monitor import Check
from audit.monitor.notify import Webhook, save_evidence
from audit.monitor.state import MonitorState
from tests.audit.grown_log import GrownLog

LOG = GrownLog.of(5)


class ScriptedMonitor:
    """A monitor whose checks a test has written down; errors are raised. After the last one it sets `stop`."""

    def __init__(self, outcomes: list[Check | Exception], stop: threading.Event) -> None:
        self._outcomes = iter(outcomes)
        self._left = itertools.count(len(outcomes) - 1, -1)
        self._stop = stop

    def clock(self) -> datetime:
        return datetime.now(UTC)

    def check(self, state: MonitorState | None) -> Check:
        if next(self._left) == 0:
            self._stop.set()
        outcome = next(self._outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class CountedWaits(threading.Event):
    """An event that notes how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


def check_of(*kinds: AlarmKind) -> Check:
    alarms = tuple(Alarm(kind, "detail", {"shown.note": b"x"}) for kind in kinds)
    return Check(datetime.now(UTC), LOG.checkpoint(5), None, alarms=alarms)


def watch(
    tmp_path: Path, outcomes: list[Check | Exception], stop: threading.Event, **options: Any
) -> tuple[command.Watch, list[str]]:
    lines: list[str] = []
    core = ScriptedMonitor(outcomes, stop)
    options = {"hook": None, "as_json": False, **options}
    return command.Watch(core, tmp_path / "s.json", None, tell=lines.append, **options), lines  # type: ignore[arg-type]


def test_a_log_that_is_down_is_asked_less_and_less_often(tmp_path: Path) -> None:
    stop, down = CountedWaits(), SourceUnavailable("down")
    one, _ = watch(tmp_path, [check_of(), *[down] * 8, check_of(), down, check_of()], stop)

    assert one.run(stop, every_s=60, keep_going=False) == 0
    assert stop.waits == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 60, 120, 60]


def test_the_first_alarm_ends_the_watch_unless_it_is_to_go_on(tmp_path: Path) -> None:
    outcomes: list[Check | Exception] = [check_of(), check_of(AlarmKind.STALE), check_of(), SourceUnavailable("down")]
    stop = CountedWaits()
    one, lines = watch(tmp_path, outcomes, stop)
    assert (one.run(stop, every_s=5, keep_going=False), len(lines)) == (3, 2)
    one, lines = watch(tmp_path, outcomes, stop)
    stop.clear()
    assert (one.run(stop, every_s=5, keep_going=True), len(lines)) == (3, 4)


def test_an_alarm_that_lasts_is_posted_once_it_has_arrived(tmp_path: Path) -> None:
    answers = iter([500, 204, 204])
    bodies: list[dict[str, Any]] = []

    def hook(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(next(answers))

    stop = CountedWaits()
    posts = Webhook("https://hook.example/a", client=httpx.Client(transport=httpx.MockTransport(hook)))
    same = [check_of(AlarmKind.STALE)] * 4
    one, _ = watch(tmp_path, [*same, check_of(AlarmKind.STALE, AlarmKind.SPLIT_VIEW)], stop, hook=posts)
    one.run(stop, every_s=5, keep_going=True)

    assert [len(body["alarms"]) for body in bodies] == [1, 1, 2]


def test_evidence_that_cannot_be_kept_does_not_keep_the_alarm_back(tmp_path: Path) -> None:
    stop = CountedWaits()
    (tmp_path / "s.json.evidence").write_text("in the way")
    one, lines = watch(tmp_path, [check_of(AlarmKind.ROLLBACK)], stop)

    assert one.check_once() == 3
    assert lines[0].endswith("The evidence could not be kept.")
    assert save_evidence(tmp_path / "e", check_of(), check_of(AlarmKind.STALE).alarms[0]).is_dir()


def test_addresses_for_alarms() -> None:
    for url in ("", "hook", "ftp://hook.example/", "http://", "https://", "http://a:b/"):
        with pytest.raises(MalformedPolicy):
            Webhook(url, client=httpx.Client())
