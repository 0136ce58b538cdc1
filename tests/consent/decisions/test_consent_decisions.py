"""What clubs may see: live consent, own athletes only, revoke-then-read, races, and the snapshot."""

import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from consent.decisions.values import Actor, DecisionItem
from consent.errors import InvalidChange, NotAllowed
from consent.grants.values import ConsentMethod
from policies.errors import BadSignature, OutsideItsTime
from policies.snapshot import open_snapshot
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import World

CLUB_A, CLUB_B = OrgId("club-a"), OrgId("club-b")
COACH = Actor("R. D.", Role.COACH)


def look(world: World, *athletes: AthleteId, club: OrgId = CLUB_A, category: Category = Category.SLEEP) -> list[bool]:
    items = [DecisionItem(athlete, category, Granularity.DAILY) for athlete in athletes]
    answer = decided(world.store, club, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=items)
    return [result.allowed for result in answer.results]


def test_without_a_yes_the_answer_is_no(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    world.give(one)

    assert look(world, one, two) == [True, False]


def test_every_item_is_logged_before_the_answer(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    world.give(one)
    size = world.log_size

    look(world, one, two)

    assert world.log_size == size + 2
    newest = world.store.looks(one, limit=1).entries[0]
    assert (newest.kind, newest.allowed, newest.person) == ("access", True, "R. D.")
    assert newest.because == "because of your yes of 23 November 2026"
    refused = world.store.looks(two, limit=1).entries[0]
    assert (refused.kind, refused.allowed, refused.outcome) == ("access", False, None)


def test_revoke_then_read_fails_at_once(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell = world.give(athlete)
    assert look(world, athlete) == [True]

    world.store.withdraw(athlete, cell, method=ConsentMethod.PORTAL)

    assert look(world, athlete) == [False]


def test_a_yes_for_one_thing_is_none_for_another(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete, Category.SLEEP, Role.COACH)
    item = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY)]
    medic = Actor("M. F.", Role.MEDICAL)

    for actor, purpose in ((COACH, Purpose.CARE), (COACH, Purpose.CONTRACT), (medic, Purpose.CARE)):
        answer = decided(world.store, CLUB_A, actor, action=Action.READ, purpose=purpose, items=item)
        assert not answer.results[0].allowed
    assert look(world, athlete, category=Category.HEART) == [False]


def test_another_clubs_athlete_and_nobody_look_alike(world: World) -> None:
    own, foreign = world.athletes["club-a"][0], world.athletes["club-b"][0]
    world.give(foreign)
    invented = AthleteId("ath-ffffffffffffffff")
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in (foreign, invented)]
    before = world.log_size

    results = decided(world.store, CLUB_A, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=items).results

    assert [(r.allowed, r.epoch) for r in results] == [(False, 0), (False, 0)]
    assert world.log_size == before + 2
    parsed = world.store.looks(foreign, limit=1).entries[0]
    assert (parsed.org, parsed.allowed, parsed.because) == (CLUB_A, False, "they were not your club")
    assert world.store.looks(own, limit=1).entries[0].kind == "member_enrolled"


def test_only_coaches_and_medics_of_clubs_decide(lite: World) -> None:
    item = [DecisionItem(lite.athletes["club-a"][0], Category.SLEEP, Granularity.DAILY)]

    for org, role in ((CLUB_A, Role.FRONT_OFFICE), (CLUB_A, Role.ATHLETE), (OrgId("league"), Role.COACH)):
        with pytest.raises(NotAllowed):
            decided(lite.store, org, Actor("X", role), action=Action.READ, purpose=Purpose.TRAINING, items=item)
    with pytest.raises(InvalidChange):
        decided(lite.store, CLUB_A, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=[])


@pytest.fixture
def quick_switching() -> Iterator[None]:
    """Make threads change places far more often than usual, to provoke races."""
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(old)


@pytest.mark.usefixtures("quick_switching")
def test_no_read_is_allowed_after_the_withdrawal_has_committed(world: World) -> None:
    athletes = world.athletes["club-a"]
    cells = {athlete: world.give(athlete) for athlete in athletes}
    withdrawn: dict[AthleteId, bool] = dict.fromkeys(athletes, False)
    wrong: list[AthleteId] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            for athlete in athletes:
                was_over = withdrawn[athlete]
                if look(world, athlete) == [True] and was_over:
                    wrong.append(athlete)

    def withdraw() -> None:
        for athlete in athletes:
            world.store.withdraw(athlete, cells[athlete], method=ConsentMethod.PORTAL)
            withdrawn[athlete] = True

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    withdraw()
    assert [look(world, athlete) for athlete in athletes] == [[False]] * 3
    stop.set()
    for thread in readers:
        thread.join()

    assert wrong == []


def test_the_snapshot_holds_own_athletes_and_what_the_node_needs(world: World) -> None:
    one = world.athletes["club-a"][0]
    world.give(one, Category.SLEEP, Role.COACH)
    world.give(one, Category.SLEEP, Role.NATIONAL_TEAM)
    world.give(one, Category.SLEEP, Role.FL_AGGREGATOR)
    world.give(world.athletes["club-b"][0])
    key = world.service.keys.service.verify_key

    data = world.store.snapshot(CLUB_A).signed
    made = open_snapshot(data, key, club=CLUB_A, now=world.clock.now)

    assert set(made.epochs) == set(world.athletes["club-a"])
    assert {g.athlete for g in made.grants} == {one}
    assert {g.recipient_role for g in made.grants} == {Role.COACH, Role.FL_AGGREGATOR}
    with pytest.raises(BadSignature):
        open_snapshot(data, key, club=CLUB_B, now=world.clock.now)
    with pytest.raises(OutsideItsTime):
        open_snapshot(data, key, club=CLUB_A, now=world.clock.now + timedelta(minutes=6))


def test_a_snapshot_is_logged_when_it_says_something_new(world: World) -> None:
    world.store.snapshot(CLUB_A)
    size = world.log_size

    world.store.snapshot(CLUB_A)
    unchanged = world.log_size
    world.give(world.athletes["club-a"][0])
    world.store.snapshot(CLUB_A)

    assert unchanged == size
    assert world.log_size == size + 2  # the yes, and the snapshot that tells of it
