"""The counters of budgets: windows end by themselves, what has ended is forgotten, and no thread is needed for it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import chassis.http.minute_counters
from chassis.http.budgets import Budget
from chassis.http.minute_counters import MinuteCounters


class MovedTime:
    """The time of the system, moved by a test."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        """POSIX time."""
        return self.now


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> MovedTime:
    """The time that the counters see."""
    clock = MovedTime()
    monkeypatch.setattr(chassis.http.minute_counters, "time", clock)
    return clock


def test_a_window_begins_with_the_first_unit_and_ends_by_itself(moved: MovedTime) -> None:
    counters = MinuteCounters()

    assert [counters.incr("a", 60, 2), counters.incr("a", 60), counters.incr("b", 60)] == [2, 3, 1]
    assert counters.get_expiry("a") == moved.now + 60
    moved.now += 59.5
    assert counters.incr("a", 60) == 4
    moved.now += 0.5
    assert (counters.get("a"), counters.get_expiry("a")) == (0, moved.now)
    assert counters.incr("a", 60) == 1


def test_what_has_ended_is_forgotten(moved: MovedTime) -> None:
    counters = MinuteCounters()
    for number in range(1_000):
        counters.incr(f"address {number}", 60)
    moved.now += 61
    counters.incr("somebody", 60)

    assert len(counters) == 1


def test_counters_can_be_cleared() -> None:
    counters = MinuteCounters()
    for key in ("a", "b", "c"):
        counters.incr(key, 60)

    counters.clear("a")

    assert (counters.get("a"), counters.get("b"), counters.check()) == (0, 1, True)
    assert counters.reset() == 2
    assert counters.get("b") == 0


def test_no_unit_is_lost_between_threads() -> None:
    counters = MinuteCounters()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: counters.incr("a", 60), range(4_000)))

    assert counters.get("a") == 4_000


def test_a_budget_starts_no_thread() -> None:
    before = set(threading.enumerate())
    budget = Budget(1_000)

    for _ in range(50):
        budget.spend("club-a")

    assert set(threading.enumerate()) == before
