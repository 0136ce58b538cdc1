"""The demo waits while its programs move, however slowly, and not for ever."""

import itertools

import pytest

from deploy.demo.patience import Patience


class HandMadeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandMadeClock:
    return HandMadeClock()


def test_what_moves_is_waited_for_however_slowly(clock: HandMadeClock) -> None:
    patience = Patience(clock, quiet_s=60, longest_s=100_000)

    for rounds in range(50):
        assert not patience.is_over(rounds)
        clock.now += 59


def test_what_stands_still_is_given_up(clock: HandMadeClock) -> None:
    patience = Patience(clock, quiet_s=60, longest_s=100_000)
    assert not patience.is_over(3)

    clock.now += 60
    assert not patience.is_over(3)
    clock.now += 1
    assert patience.is_over(3)


def test_what_moves_and_gets_nowhere_is_given_up_too(clock: HandMadeClock) -> None:
    patience, turns = Patience(clock, quiet_s=60, longest_s=600), itertools.count()

    while not patience.is_over(next(turns)):
        clock.now += 10

    assert clock.now == 1000.0 + 610


def test_the_first_look_starts_the_wait_not_the_making(clock: HandMadeClock) -> None:
    patience = Patience(clock, quiet_s=60, longest_s=600)

    clock.now += 10_000

    assert not patience.is_over(0)
