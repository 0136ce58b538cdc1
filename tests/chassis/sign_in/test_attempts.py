"""Wrong tries shut out whoever made them, for five minutes, and nobody else."""

import pytest

from chassis.errors import TooManyTries
from chassis.sign_in.attempts import MOST_KEYS, MOST_WRONG, Attempts, attempt_keys
from tests.chassis.sign_in.conftest import HandClock

STRANGER, COACH = "192.0.2.7", "192.0.2.8"


def guessed(attempts: Attempts, address: str | None, times: int, *, code: str = "aaaa-{:04}") -> None:
    for number in range(times):
        attempts.count(attempt_keys(code.format(number).translate(str.maketrans("01", "ab")), address))


def test_a_stranger_who_guesses_shuts_out_only_the_own_address(clock: HandClock) -> None:
    attempts = Attempts(clock)
    guessed(attempts, STRANGER, MOST_WRONG)

    with pytest.raises(TooManyTries):
        attempts.check(attempt_keys("k7fm-2xqa-9hbn-wd4t", STRANGER))
    attempts.check(attempt_keys("k7fm-2xqa-9hbn-wd4t", COACH))


def test_one_code_that_is_tried_from_everywhere_is_counted_too(clock: HandClock) -> None:
    attempts = Attempts(clock)
    for number in range(MOST_WRONG):
        attempts.count(attempt_keys("K7FM 2XQA 9HBN WD4T", f"192.0.2.{number}"))

    with pytest.raises(TooManyTries):
        attempts.check(attempt_keys("k7fm-2xqa-9hbn-wd4t", COACH))
    attempts.check(attempt_keys("another", COACH))


def test_callers_whose_address_is_not_known_share_no_counter(clock: HandClock) -> None:
    attempts = Attempts(clock)
    guessed(attempts, None, 10 * MOST_WRONG)

    attempts.check(attempt_keys("k7fm-2xqa-9hbn-wd4t", None))


def test_it_says_for_how_long_and_then_it_is_over(clock: HandClock) -> None:
    attempts = Attempts(clock)
    guessed(attempts, STRANGER, MOST_WRONG)
    clock.forward(minutes=2)

    with pytest.raises(TooManyTries) as refused:
        attempts.check(attempt_keys("b", STRANGER))
    assert refused.value.wait_s == 180

    clock.forward(seconds=180)
    attempts.check(attempt_keys("b", STRANGER))


def test_slow_mistakes_are_no_guessing(clock: HandClock) -> None:
    attempts = Attempts(clock)
    for _ in range(10 * MOST_WRONG):
        guessed(attempts, COACH, 1)
        clock.forward(minutes=1)

    attempts.check(attempt_keys("k7fm", COACH))


def test_memory_stays_flat_whatever_is_tried(clock: HandClock) -> None:
    attempts = Attempts(clock)
    for number in range(MOST_KEYS + 100):
        attempts.count([f"address {number}"])

    assert len(attempts._wrong) == MOST_KEYS
