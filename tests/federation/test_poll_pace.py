"""A node with nothing to do lets its coordinator rest, and is quick again as soon as a round begins."""

from itertools import accumulate

import pytest

from client.federation.poll_pace import PollPace


def test_pauses_grow_to_ten_times_the_shortest_while_nothing_comes() -> None:
    pace = PollPace(0.1)

    pauses = [pace.pause_s() for _ in range(60)]

    assert pauses[0] == 0.1
    assert pauses == sorted(pauses)
    assert pauses[-1] == 1.0
    assert sum(after <= 20 for after in accumulate(pauses)) < 60  # it takes a while: a round has pauses of its own


def test_a_message_makes_it_quick_again() -> None:
    pace = PollPace(0.1)
    for _ in range(60):
        pace.pause_s()

    pace.on_message()

    assert pace.pause_s() == 0.1


def test_a_coordinator_that_held_the_question_is_asked_again_at_once() -> None:
    pace = PollPace(0.1)

    assert pace.pause_s(took_s=0.04) == pytest.approx(0.06)
    assert pace.pause_s(took_s=4.0) == 0.0
