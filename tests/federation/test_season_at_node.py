"""What a node answers in a season: each exchange in its window, at what the one before published, and nothing else."""

from datetime import timedelta

import numpy as np
import pytest

from client.errors import NotApproved, RecordMissing, RoundRefused
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, read_contribution, to_bytes
from policies.snapshot import CLOCK_TOLERANCE
from tests.federation.season_club import MovedClock, SeasonClub, weights_in
from tests.published import BEGAN, RECOVERY

EVERY, OPEN_FOR = timedelta(days=112), timedelta(days=28)


@pytest.fixture
def world(make_club, league_key, tmp_path):
    clock = MovedClock()
    return SeasonClub.of(make_club(clock=clock), clock, tmp_path, league_key)


@pytest.fixture
def season(world):
    return world.approve(world.league.season())


def refused(world, ask, error=RoundRefused, match=None):
    """Refused before the ledger is asked for anything, and before anything is read."""
    asked, read = list(world.club.ledger.calls), list(world.club.days.read)
    with pytest.raises(error, match=match):
        ask()
    assert (world.club.ledger.calls, world.club.days.read) == (asked, read)


def test_a_season_is_answered_exchange_by_exchange_at_what_was_published(world, season):
    start, answered = None, []
    for number in (1, 2, 3):
        world.clock.at(days=112 * (number - 1))
        answered.append(read_contribution(world.ask(season, number, start)))
        start = world.published(season, number)

    assert [one.round for one in answered] == [1, 2, 3]
    paid = [call[1] for call in world.club.ledger.calls if call[0] == "commit"]
    assert paid == [1, 2, 3]


@pytest.mark.parametrize("number", [2, 3])
def test_an_exchange_is_not_answered_before_it_opens_or_after_it_ended(world, season, number):
    start = None
    for before in range(1, number):
        start = world.published(season, before)
    opens = BEGAN + (number - 1) * EVERY

    world.clock.now = opens - CLOCK_TOLERANCE - timedelta(microseconds=1)
    refused(world, lambda: world.ask(season, number, start), match=f"exchange {number} of 3 opens on")
    world.clock.now = opens + OPEN_FOR
    is_last = number == 3
    late = NotApproved if is_last else RoundRefused
    refused(world, lambda: world.ask(season, number, start), late, "has expired" if is_last else "ended on")
    world.clock.now = opens - CLOCK_TOLERANCE
    assert read_contribution(world.ask(season, number, start)).round == number


def test_the_first_exchange_is_not_answered_in_the_rest_or_in_the_window_of_another(world, season):
    for days in (28, 60, 112, 224):
        world.clock.at(days=days)
        refused(world, lambda: world.ask(season, 1), match="ended on")


def test_a_node_without_the_record_says_so_and_answers_once_it_has_it(world, season):
    first = world.published(season, 1, arrives=False)
    world.clock.at(days=112)
    refused(world, lambda: world.ask(season, 2, first), RecordMissing, "no proven record of exchange 1")

    world.receive(first)

    assert read_contribution(world.ask(season, 2, first)).round == 2


def test_a_node_that_missed_an_exchange_takes_part_in_the_next(world, season):
    second = [world.published(season, number, arrives=number == 2) for number in (1, 2)][-1]
    world.clock.at(days=224)

    assert read_contribution(world.ask(season, 3, second)).round == 3
    assert [call[1] for call in world.club.ledger.calls if call[0] == "commit"] == [3]


def test_weights_that_the_exchange_before_did_not_publish_are_refused(world, season):
    first = world.published(season, 1)
    second = world.published(season, 2)
    world.published(season, 1, seed=7)  # one more record of the first exchange, with other sums
    again = world.league.publish_exchange(season, 1, seed=8)
    other = world.approve(world.league.season(exchanges=2))
    others = world.published(other, 1, seed=3)
    once = world.league.publish()
    world.clock.at(days=112)
    for start in (None, second, again, others, once):
        refused(world, lambda start=start: world.ask(season, 2, start), match="does not start at")
    near = np.nextafter(np.array(weights_in(first)), 9.0).tolist()
    asked = to_bytes(TrainRequest(manifest_sha256=season.sha256, round=2, weights=near))
    refused(world, lambda: world.participation.answer(asked), match="does not start at")

    assert read_contribution(world.ask(season, 2, first)).round == 2


def test_an_older_record_of_the_same_season_is_no_start(world, season):
    first, second = (world.published(season, number) for number in (1, 2))
    world.clock.at(days=224)

    for start in (None, first):
        refused(world, lambda start=start: world.ask(season, 3, start), match="does not start at")
    assert read_contribution(world.ask(season, 3, second)).round == 3


def test_the_third_exchange_is_not_answered_before_the_second_has_published(world, season):
    first = world.published(season, 1)
    world.clock.at(days=224)

    refused(world, lambda: world.ask(season, 3, first), RecordMissing)


def test_a_later_exchange_is_not_asked_again_with_other_weights_or_after_one_more(world, season):
    first = world.published(season, 1)
    world.clock.at(days=112)
    reply = world.ask(season, 2, first)

    assert world.ask(season, 2, first) == reply
    refused(world, lambda: world.ask(season, 1), match="ended on")
    refused(world, lambda: world.ask(season, 2), match="does not start at")
    second = world.published(season, 2)
    world.clock.at(days=224)
    world.ask(season, 3, second)
    refused(world, lambda: world.ask(season, 2, first), match="ended on")
    refused(world, lambda: world.ask(season, 4, second), match="no such round")


def test_a_record_of_another_season_does_not_stand_in(world, season):
    other = world.approve(world.league.season(exchanges=2))
    others = world.published(other, 1, seed=3)
    world.clock.at(days=112)

    refused(world, lambda: world.ask(season, 2, others), RecordMissing)


def test_going_back_between_two_exchanges_does_not_move_the_season(world, season):
    first = world.published(season, 1)
    world.receive(world.league.publish_exchange(season, 2))
    back = world.league.registry.keep_return(world.league.registry.returning_to(first.name))
    world.league.days += 1
    world.league.registry.publish(back, b"{}")
    world.receive(world.league.folder / back)
    second = world.received.chain.of_exchange(season.sha256, 2)
    world.clock.at(days=224)

    refused(world, lambda: world.ask(season, 3, first), match="does not start at")
    assert second is not None
    assert world.ask(season, 3, world.league.folder / second.record.sha256)


def test_a_node_that_is_told_of_no_records_takes_part_in_first_exchanges_alone(world, season):
    first = world.published(season, 1)
    deaf = world.club.participation
    weights = to_bytes(TrainRequest(manifest_sha256=season.sha256, round=1, weights=initial_weights(RECOVERY)))
    assert read_contribution(deaf.answer(weights)).round == 1

    world.clock.at(days=112)
    asked = to_bytes(TrainRequest(manifest_sha256=season.sha256, round=2, weights=weights_in(first)))
    refused(world, lambda: deaf.answer(asked), RecordMissing)
