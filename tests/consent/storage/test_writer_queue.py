"""The order in which writers wait: what ends sharing goes first, and whoever only reads waits for nobody."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from chassis.http.request_signature import read_headers
from consent.errors import RequestRefused
from consent.grants.values import ConsentMethod
from consent.storage.writer_queue import WriterQueue
from policies.vocabulary import OrgId
from tests.consent.identity.test_consent_identity import new_code
from tests.consent.league import World
from tests.waiting import HANG_S, wait_until


def test_the_urgent_go_first_and_each_rank_keeps_its_order() -> None:
    queue, order = WriterQueue(), list[str]()
    wanted = [("a", False), ("b", False), ("stop 1", True), ("c", False), ("stop 2", True)]

    def write(name: str, *, urgent: bool) -> None:
        with queue.turn(urgent=urgent):
            order.append(name)

    with ThreadPoolExecutor(len(wanted)) as pool, queue.turn():
        for count, (name, urgent) in enumerate(wanted, start=1):
            pool.submit(write, name, urgent=urgent)
            wait_until(lambda count=count: queue.waiting == count)

    assert order == ["stop 1", "stop 2", "a", "b", "c"]


def test_no_two_write_at_once_and_an_error_hands_the_turn_on() -> None:
    queue, inside, most = WriterQueue(), 0, 0

    def write(number: int) -> None:
        nonlocal inside, most
        with queue.turn(urgent=number % 3 == 0):
            inside += 1
            most = max(most, inside)
            inside -= 1
            if number % 5 == 0:
                raise ValueError

    with ThreadPoolExecutor(8) as pool:
        failed = [done.exception() for done in [pool.submit(write, number) for number in range(400)]]

    assert most == 1
    assert sum(error is not None for error in failed) == 80
    assert queue.waiting == 0


@contextmanager
def busy_writer(world: World) -> Iterator[None]:
    """Somebody writes until the block ends."""
    began, done = threading.Event(), threading.Event()

    def write() -> None:
        with world.store.transactions.write() as tx:
            tx.without_entry("a test")
            began.set()
            done.wait(HANG_S)

    thread = threading.Thread(target=write)
    thread.start()
    began.wait(HANG_S)
    try:
        yield
    finally:
        done.set()
        thread.join()


def signed_request(world: World) -> Callable[[], object]:
    signed = read_headers(world.headers("club-a", "GET", "/v1/snapshot"))
    check = world.service.requests.check

    def send_twice() -> None:
        assert check(signed, method="GET", target="/v1/snapshot", body=b"").org_id == "club-a"
        with pytest.raises(RequestRefused):
            check(signed, method="GET", target="/v1/snapshot", body=b"")

    return send_twice


def open_session(world: World) -> Callable[[], object]:
    session = world.service.sessions.sign_in_with_code(new_code(world, world.athletes["club-a"][0]))
    return lambda: world.service.sessions.read(session).athlete  # type: ignore[union-attr]  # None would fail here


def same_snapshot(world: World) -> Callable[[], object]:
    world.store.snapshot(OrgId("club-a"))
    return lambda: world.store.snapshot(OrgId("club-a")).signed


@pytest.mark.parametrize("prepare", [signed_request, open_session, same_snapshot])
def test_a_signature_a_session_and_a_known_snapshot_wait_for_no_writer(
    world: World, prepare: Callable[[World], Callable[[], object]]
) -> None:
    read = prepare(world)

    with ThreadPoolExecutor(1) as pool, busy_writer(world):
        pool.submit(read).result(timeout=HANG_S)


def test_a_withdrawal_is_the_next_to_write_however_many_wait(lite: World) -> None:
    athlete, order = lite.athletes["club-a"][0], list[str]()
    lite.give(athlete)

    def ask(number: int) -> None:
        with lite.store.transactions.write() as tx:
            tx.without_entry("a test")
            order.append(f"question {number}")

    def withdraw() -> None:
        lite.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
        order.append("withdrawn")

    with ThreadPoolExecutor(9) as pool, busy_writer(lite):
        for number in range(8):
            pool.submit(ask, number)
        wait_until(lambda: lite.store.transactions.waiting == 8)
        pool.submit(withdraw)
        wait_until(lambda: lite.store.transactions.waiting == 9)

    # It returns after its turn is over, when the first question may have had its own.
    assert "withdrawn" in order[:2]


def test_a_session_outlives_a_restart_with_its_idle_clock(lite: World) -> None:
    session = lite.service.sessions.sign_in_with_code(new_code(lite, lite.athletes["club-a"][0]))
    lite.clock.forward(minutes=10)
    assert lite.service.sessions.read(session) is not None

    lite.service.sessions.keep_clocks()
    lite.clock.forward(minutes=10)

    restarted = type(lite.service.sessions)(lite.store.transactions, lite.service.settings)
    assert restarted.read(session) is not None
    lite.clock.forward(minutes=15)
    assert restarted.read(session) is None
