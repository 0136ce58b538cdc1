"""The schedule: publications at fixed moments, whatever was appended, however the last one ended."""

import logging
import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit.errors import QuorumNotMet
from audit.writer.log import HIGH_WATER_MARK, Log
from audit.writer.schedule import PublicationSchedule
from tests.waiting import HANG_S

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class HandMadeTime:
    """A clock and a wait in the hands of the test: the thread stands still until it is told how its wait ended."""

    def __init__(self) -> None:
        self.now = NOON
        self._asked: queue.Queue[tuple[threading.Event, float]] = queue.Queue()
        self._answers: queue.Queue[bool] = queue.Queue()

    def clock(self) -> datetime:
        return self.now

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        self._asked.put((event, timeout_s))
        return self._answers.get(timeout=HANG_S)

    def asked(self) -> float:
        """Wait until the thread waits; return for how long."""
        self._event, timeout_s = self._asked.get(timeout=HANG_S)
        return timeout_s

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self._answers.put(False)

    def answer_if_woken(self) -> None:
        """End the wait as the event does."""
        assert self._event.wait(HANG_S)
        self._answers.put(True)


class CountingLog:
    """Counts publications, and fails when told to."""

    def __init__(self) -> None:
        self.published = 0
        self.needs_publication = False
        self.errors: list[Exception] = []
        self.on_high_water_mark: Callable[[], None] | None = None

    def publish(self) -> None:
        self.published += 1
        if self.errors:
            raise self.errors.pop()

    def call_when_crowded(self, on_high_water_mark: Callable[[], None]) -> None:
        self.on_high_water_mark = on_high_water_mark


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOON, NOON + timedelta(minutes=5)),
        (NOON + timedelta(microseconds=1), NOON + timedelta(minutes=5)),
        (NOON + timedelta(minutes=4, seconds=59), NOON + timedelta(minutes=5)),
        (datetime(2026, 11, 24, 13, 1, tzinfo=timezone(timedelta(hours=1))), NOON + timedelta(minutes=5)),
    ],
)
def test_ticks_are_multiples_of_the_interval(now: datetime, due: datetime) -> None:
    assert PublicationSchedule(CountingLog(), every_s=300, clock=lambda: now).next_publication(now) == due


def test_the_log_is_published_at_every_tick_and_no_other_time() -> None:
    time, log = HandMadeTime(), CountingLog()
    time.now += timedelta(seconds=100)
    schedule = PublicationSchedule(log, every_s=300, clock=time.clock, wait=time.wait, look_every_s=300)
    schedule.start()
    assert time.asked() == 200.0

    time.pass_by(150)  # the wait ended early
    assert time.asked() == 50.0
    assert log.published == 0
    time.pass_by(51)
    assert time.asked() == 299.0
    assert log.published == 1
    time.pass_by(299)
    assert time.asked() == 300.0
    assert log.published == 2
    time.now -= timedelta(hours=1)  # somebody sets the clock back while the thread waits
    time.pass_by(300)
    time.asked()
    assert log.published == 2
    stop(schedule, time)


def stop(schedule: PublicationSchedule, time: HandMadeTime) -> None:
    stopper = threading.Thread(target=schedule.stop)
    stopper.start()
    time.answer_if_woken()
    stopper.join(timeout=HANG_S)
    assert not stopper.is_alive()


def test_a_failure_is_logged_by_its_class_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    time, log = HandMadeTime(), CountingLog()
    log.errors = [ValueError("what a secret"), QuorumNotMet("expected 2 witnesses, got 0")]
    schedule = PublicationSchedule(log, every_s=60, clock=time.clock, wait=time.wait)
    with caplog.at_level(logging.WARNING, logger="audit.writer.schedule"):
        schedule.start()
        for _ in range(3):
            time.asked()
            time.pass_by(60)
        time.asked()
        stop(schedule, time)

    assert log.published == 3
    assert [record.__dict__["error"] for record in caplog.records] == ["QuorumNotMet", "ValueError"]
    assert str(caplog.records[0].__dict__["detail"]) == "expected 2 witnesses, got 0"
    assert "secret" not in caplog.text


def test_stopping_publishes_nothing() -> None:
    time, log = HandMadeTime(), CountingLog()
    schedule = PublicationSchedule(log, every_s=60, clock=time.clock, wait=time.wait)
    schedule.stop()  # one that never began
    schedule = PublicationSchedule(log, every_s=60, clock=time.clock, wait=time.wait)
    schedule.start()
    time.asked()
    stop(schedule, time)

    assert log.published == 0


def test_a_log_that_takes_nothing_is_published_within_a_minute() -> None:
    """Not at the next publication only, up to a day away: nothing protected is answered until then."""
    time, log = HandMadeTime(), CountingLog()
    schedule = PublicationSchedule(log, every_s=3_600, clock=time.clock, wait=time.wait)
    schedule.start()
    assert time.asked() == 60.0
    time.pass_by(60)
    time.asked()
    assert log.published == 0

    log.needs_publication, log.errors = True, [QuorumNotMet("not yet")]
    for _ in range(2):
        time.pass_by(60)
        time.asked()

    assert log.published == 2
    log.needs_publication = False
    time.pass_by(60)
    time.asked()
    assert log.published == 2
    stop(schedule, time)


def test_a_tick_that_a_sleeping_machine_passed_is_made_up_for_soon() -> None:
    time, log = HandMadeTime(), CountingLog()
    schedule = PublicationSchedule(log, every_s=3_600, clock=time.clock, wait=time.wait)
    schedule.start()

    for _ in range(3):
        assert time.asked() <= 60.0
        time.pass_by(50_000)  # the wait itself counted a minute of these
    time.asked()

    assert log.published == 3
    stop(schedule, time)


def test_many_waiting_entries_are_published_before_their_time(open_log: Callable[..., Log]) -> None:
    time, log = HandMadeTime(), open_log()
    schedule = PublicationSchedule(log, every_s=3_600, clock=time.clock, wait=time.wait, look_every_s=3_600)
    schedule.start()
    assert time.asked() == 3_600.0
    log.append_many([b"%d" % at for at in range(HIGH_WATER_MARK)])
    assert log.size == 0

    log.append_many([b"one too many"])
    time.answer_if_woken()
    time.asked()

    assert log.size == HIGH_WATER_MARK + 1
    assert log.pending == 0
    stop(schedule, time)


def test_many_entries_that_an_earlier_process_left_are_published_at_once(
    open_log: Callable[..., Log], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.writer.log.HIGH_WATER_MARK", 10)
    with open_log() as log:
        log.append_many([b"%d" % at for at in range(11)])
    time, log = HandMadeTime(), open_log()
    schedule = PublicationSchedule(log, every_s=3_600, clock=time.clock, wait=time.wait, look_every_s=3_600)
    schedule.start()
    time.asked()

    time.answer_if_woken()
    time.asked()

    assert log.size == 11
    stop(schedule, time)


def test_it_keeps_time_by_itself(open_log: Callable[..., Log]) -> None:
    """With the real clock and the real wait."""
    beats: list[datetime] = []
    enough = threading.Event()

    def beat(now: datetime) -> bytes:
        beats.append(now)
        if len(beats) == 3:
            enough.set()
        return b"beat"

    log = open_log(heartbeat=beat)
    schedule = PublicationSchedule(log, every_s=0.05, clock=lambda: datetime.now(UTC))
    schedule.start()
    assert enough.wait(HANG_S)
    schedule.stop()

    assert log.size == len(beats)
