"""Sessions: idle and absolute end, rotation, PIN, listing and ending, and ids that are stored nowhere."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.sign_in.csrf import csrf_token, is_own_token
from chassis.sign_in.pin import is_sound_pin, pin_digest, same_pin
from tests.chassis.sign_in.conftest import KIM, ROBIN, Kit

PIN = "482913"


with_pin = pytest.mark.parametrize("kit", ["node"], indirect=True)
"""Only the club's sessions have a PIN."""


def test_a_session_ends_after_fifteen_idle_minutes_and_no_earlier_while_it_is_used(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN)
    for _ in range(4):
        kit.clock.forward(minutes=14)
        assert kit.sessions.find(held) is not None

    kit.clock.forward(minutes=15)

    assert kit.sessions.find(held) is None
    assert kit.sessions.every() == []


def test_a_session_ends_after_twelve_hours_however_busy(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN)
    for _ in range(71):
        kit.clock.forward(minutes=10)
        assert kit.sessions.find(held) is not None

    kit.clock.forward(minutes=10)

    assert kit.sessions.find(held) is None


def test_signing_in_gives_a_new_id_and_ends_the_one_it_replaces(kit: Kit) -> None:
    planted = kit.sessions.begin(KIM)

    held = kit.sessions.begin(ROBIN, replaces=planted)

    assert held != planted
    assert kit.sessions.find(planted) is None
    found = kit.sessions.find(held)
    assert found is not None
    assert found.person == ROBIN


def test_an_id_that_somebody_made_up_becomes_no_session(kit: Kit) -> None:
    kit.sessions.begin(ROBIN, replaces="made-up")

    assert kit.sessions.find("made-up") is None
    assert kit.sessions.find(None) is None
    assert kit.sessions.find("") is None


def test_ending_a_persons_sessions_leaves_those_of_others(kit: Kit) -> None:
    tablet, laptop, other = (kit.sessions.begin(person) for person in (ROBIN, ROBIN, KIM))

    assert kit.sessions.end_of(ROBIN) == 2

    assert [kit.sessions.find(held) is None for held in (tablet, laptop, other)] == [True, True, False]
    assert [session.person for session in kit.sessions.every()] == [KIM]


def test_activity_of_a_session_that_was_ended_meanwhile_brings_nothing_back(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN)
    found = kit.sessions.find(held)
    assert found is not None
    kit.sessions.end_of(ROBIN)

    kit.session_storage.note(found.digest, kit.clock())

    assert kit.sessions.find(held) is None


def test_most_requests_of_a_session_write_nothing(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN)
    began = kit.clock()
    kit.clock.forward(seconds=29)
    kit.sessions.find(held)

    assert [session.seen for session in kit.session_storage.every()] == [began]


def test_there_are_never_more_than_so_many_and_the_longest_idle_goes_first(kit: Kit) -> None:
    held = []
    for _ in range(6):
        held.append(kit.sessions.begin(ROBIN))
        kit.clock.forward(seconds=1)

    assert [kit.sessions.find(one) is not None for one in held] == [False, True, True, True, True, True]


@with_pin
def test_neither_id_nor_pin_is_stored(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN, pin=PIN)

    stored = kit.bytes_on_disk()

    assert held.encode() not in stored
    assert PIN.encode() not in stored


@with_pin
def test_an_idle_session_with_a_pin_locks_and_its_pin_opens_it_until_its_absolute_end(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN, pin=PIN)
    assert kit.sessions.locked(held) is None
    kit.clock.forward(minutes=15)

    assert kit.sessions.find(held) is None
    assert kit.sessions.locked(held) is not None
    assert not kit.sessions.unlock(held, "111112")
    assert kit.sessions.unlock(held, PIN)
    assert kit.sessions.find(held) is not None

    kit.clock.forward(hours=12)
    assert kit.sessions.locked(held) is None
    assert not kit.sessions.unlock(held, PIN)


@with_pin
def test_the_fifth_wrong_pin_ends_the_session_and_the_right_one_opens_it_no_more(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN, pin=PIN)
    kit.clock.forward(minutes=20)

    for number in range(5):
        assert kit.sessions.locked(held) is not None
        assert not kit.sessions.unlock(held, f"10000{number}")

    assert kit.sessions.locked(held) is None
    assert not kit.sessions.unlock(held, PIN)


@with_pin
def test_the_fifth_try_may_still_be_right_and_the_count_begins_anew(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN, pin=PIN)
    for _ in range(2):
        kit.clock.forward(minutes=20)
        assert [kit.sessions.unlock(held, pin) for pin in ("1", "2", "3", "4", PIN)] == [False] * 4 + [True]


@with_pin
def test_tries_at_the_same_moment_are_counted_each(kit: Kit) -> None:
    held = kit.sessions.begin(ROBIN, pin=PIN)
    kit.clock.forward(minutes=20)

    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda number: kit.sessions.unlock(held, f"{number:06}"), range(40)))

    assert not any(opened)
    assert kit.sessions.locked(held) is None


@with_pin
def test_a_locked_session_does_not_open_with_the_pin_of_another(kit: Kit) -> None:
    mine, other = kit.sessions.begin(ROBIN, pin=PIN), kit.sessions.begin(KIM, pin="739102")
    kit.clock.forward(minutes=20)

    assert not kit.sessions.unlock(mine, "739102")
    assert kit.sessions.unlock(other, "739102")


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "000000", "123456", "987654", "654321", "12345a", "１２３４５７"]
)
def test_a_pin_that_is_guessed_first_is_not_taken(pin: str) -> None:
    assert not is_sound_pin(pin)


def test_a_stored_pin_says_nothing_without_the_id() -> None:
    assert is_sound_pin(PIN)
    assert pin_digest(PIN, "one session") != pin_digest(PIN, "another")
    assert same_pin(pin_digest(PIN, "one session"), PIN, "one session")
    assert not same_pin("", "", "one session")


def test_a_token_belongs_to_one_session() -> None:
    assert is_own_token(csrf_token("one"), "one")
    assert not is_own_token(csrf_token("one"), "another")
    assert not is_own_token("", None)
    assert not is_own_token(csrf_token(""), "")
    assert not is_own_token("\udcff", "one")
