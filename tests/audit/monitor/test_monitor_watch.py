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
from tests.audit.grown_log import NOW_S, GrownLog

LOG = GrownLog.of(5)


class ScriptedMonitor:
    """A monitor whose checks a test has written down; errors are raised. After the last one it sets `stop`."""

    max_age_s = 7_200

    def __init__(self, outcomes: list[Check | Exception], stop: threading.Event) -> None:
        self._outcomes = iter(outcomes)
        self._left = itertools.count(len(outcomes) - 1, -1)
        self._stop = stop

    def clock(self) -> datetime:
        return self._stop.now() if isinstance(self._stop, CountedWaits) else datetime.now(UTC)

    def check(self, state: MonitorState | None, *, is_whole: bool = False) -> Check:
        if next(self._left) == 0:
            self._stop.set()
        outcome = next(self._outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class CountedWaits(threading.Event):
    """An event that notes how long it was waited for, and does not wait; its clock goes on by as much."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW_S + sum(self.waits), UTC)

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


def check_of(*kinds: AlarmKind) -> Check:
    alarms = tuple(Alarm(kind, "detail", {"shown.note": b"x"}) for kind in kinds)
    return Check(datetime.now(UTC), LOG.checkpoint(5), None, alarms=alarms)


def state_at(at_s: int) -> MonitorState:
    """A state in which the log gave a sign of life at this time."""
    return MonitorState(LOG.note(5), LOG.checkpoint(5), (), True, False, at_s)


def watch(
    tmp_path: Path,
    outcomes: list[Check | Exception],
    stop: threading.Event,
    state: MonitorState | None = None,
    **options: Any,
) -> tuple[command.Watch, list[str]]:
    lines: list[str] = []
    core = ScriptedMonitor(outcomes, stop)
    options = {"hook": None, "as_json": False, **options}
    return command.Watch(core, tmp_path / "s.json", state, tell=lines.append, **options), lines  # type: ignore[arg-type]


def test_a_log_that_is_down_is_asked_less_and_less_often(tmp_path: Path) -> None:
    stop, down = CountedWaits(), SourceUnavailable("down")
    one, _ = watch(tmp_path, [check_of(), *[down] * 8, check_of(), down, check_of()], stop)

    assert one.run(stop, every_s=60, keep_going=True) == 3
    assert stop.waits == [60, 120, 240, 480, 960, 1_920, 3_421, 3_600, 3_600, 60, 120, 60]


@pytest.mark.parametrize("every_s", [1, 60, 3_600, 10_000])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_log_that_goes_dark_is_an_alarm_with_a_web_hook_when_its_silence_is_too_long(
    tmp_path: Path, every_s: int, *, is_known: bool
) -> None:
    bodies: list[dict[str, Any]] = []

    def hook(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(204)

    stop, down = CountedWaits(), SourceUnavailable("cannot reach the log for checkpoint: ConnectError")
    posts = Webhook("https://hook.example/a", client=httpx.Client(transport=httpx.MockTransport(hook)))
    one, lines = watch(tmp_path, [down] * 99, stop, state_at(NOW_S) if is_known else None, hook=posts)

    assert one.run(stop, every_s=every_s, keep_going=False) == 3
    dark_s = int(sum(stop.waits))
    assert 7_200 < dark_s <= 7_201 + every_s
    assert all("could not check" in line for line in lines[:-1])
    said = f"ALARM: The log cannot be reached, and has shown nothing new for too long. (nothing new for {dark_s} s; "
    assert f"{said}{down}) Evidence: {tmp_path}" in lines[-1]
    (alarm,) = bodies[0]["alarms"]
    assert (len(bodies), bodies[0]["ok"], alarm["kind"]) == (1, False, "out_of_reach")
    assert (Path(alarm["evidence"]) / "kept.note").exists() is is_known
    assert (one.progress.is_reached, one.progress.alarms) == (False, 1)


def test_one_try_that_fails_after_a_long_sleep_of_the_computer_is_no_alarm(tmp_path: Path) -> None:
    stop, down = CountedWaits(), SourceUnavailable("down")
    slept = state_at(NOW_S - 50_000)
    one, _ = watch(tmp_path, [down, check_of(), down, check_of()], stop, slept)
    assert one.run(stop, every_s=60, keep_going=False) == 0
    one, _ = watch(tmp_path, [down, down], CountedWaits(), slept)
    assert one.run(CountedWaits(), every_s=60, keep_going=False) == 3
    one, _ = watch(tmp_path, [down], CountedWaits(), slept)
    assert one.check_once() == 3, "a scheduler's single check has no second try"


def test_an_alarm_that_ended_and_comes_again_is_posted_again(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    def hook(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(204)

    posts = Webhook("https://hook.example/a", client=httpx.Client(transport=httpx.MockTransport(hook)))
    bad, down = check_of(AlarmKind.ROLLBACK), SourceUnavailable("down")
    stop = CountedWaits()
    one, _ = watch(tmp_path, [bad, down, bad, check_of(), bad, bad], stop, hook=posts)
    one.run(stop, every_s=5, keep_going=True)

    assert len(bodies) == 2


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
