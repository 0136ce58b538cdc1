"""A snapshot given again without reading it anew says what a whole reading says, whatever was done meanwhile."""

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.entries.details.codes import FreezeCause
from consent.decisions import snapshots
from consent.decisions.snapshots import ClubSnapshots
from consent.errors import ConsentError
from consent.grants.matrix import Limit
from consent.grants.values import ConsentMethod
from consent.registry.values import SecondClub
from consent.store import ConsentStore
from policies.grant import Recipient
from policies.snapshot import ConsentSnapshot, open_snapshot
from policies.vocabulary import AthleteId, Granularity, OrgId, Role
from tests.consent.league import World
from tests.consent.portal_choices import portal
from tests.scale import scaled, seeded

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
ROLES = (Role.COACH, Role.MEDICAL, Role.NATIONAL_TEAM, Role.FL_AGGREGATOR)
ACTS = 40

Act = Callable[[World, AthleteId, random.Random], object]


def give(world: World, athlete: AthleteId, draw: random.Random) -> None:
    open_to_yes = [cell for cell in world.store.matrix(athlete) if cell.recipient.role in ROLES and cell.ceiling]
    if open_to_yes:  # a minor has none
        ends, cell = world.clock.now + timedelta(minutes=draw.randrange(1, 90)), draw.choice(open_to_yes).cell
        portal(world.store).give(athlete, cell, granularity=Granularity.COHORT, ends=ends, method=ConsentMethod.PORTAL)


def stop(world: World, athlete: AthleteId, draw: random.Random) -> None:
    if held := [cell.cell for cell in world.store.matrix(athlete) if cell.grant is not None]:
        world.store.withdraw(athlete, draw.choice(held), method=ConsentMethod.PORTAL)


def enrol(world: World, athlete: AthleteId, draw: random.Random) -> None:
    known = world.store.member(athlete)
    is_minor = draw.random() < 0.2
    world.store.enrol(known.club, athlete, name=known.name, shirt_no=draw.randrange(99), is_minor=is_minor)


def newcomer(world: World, _athlete: AthleteId, draw: random.Random) -> None:
    added = AthleteId(f"ath-{draw.randrange(16):016x}")
    world.store.enrol(CLUB, added, name="New", shirt_no=1, is_minor=draw.random() < 0.2)
    world.athletes[CLUB] = sorted({*world.athletes[CLUB], added})


def second(world: World, _athlete: AthleteId, draw: random.Random) -> None:
    until = draw.choice([None, world.clock.now + timedelta(minutes=draw.randrange(1, 90))])
    athlete = draw.choice(world.athletes["club-b"])
    world.store.set_second_club(athlete, SecondClub(CLUB, draw.randrange(1, 16), until))
    world.athletes[CLUB] = sorted({*world.athletes[CLUB], athlete})


ACTS_OF_ALL: dict[str, Act] = {
    "give": give,
    "give more": lambda world, athlete, draw: [give(world, athlete, draw) for _ in range(3)],
    "stop": stop,
    "stop a recipient": lambda world, athlete, draw: world.store.withdraw_recipient(
        athlete, Recipient(CLUB, draw.choice(ROLES)), method=ConsentMethod.PORTAL
    ),
    "stop everything": lambda world, athlete, draw: (
        draw.random() < 0.5 and world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
    ),
    "freeze": lambda world, athlete, _: world.store.freeze(athlete, FreezeCause.ATHLETE),
    "unfreeze": lambda world, athlete, _: portal(world.store).unfreeze(athlete, FreezeCause.ATHLETE),
    "enrol": enrol,
    "newcomer": newcomer,
    "erase": lambda world, athlete, draw: world.store.erase(athlete) if draw.random() < 0.1 else None,
    "release": lambda world, athlete, _: world.approved(athlete),
    "second": second,
    "end a second": lambda world, athlete, _: world.store.end_second_club(athlete),
    "join": lambda world, _, __: world.store.join_league(CLUB, LEAGUE),
    "leave": lambda world, _, __: world.store.leave_league(CLUB, LEAGUE),
    "time": lambda world, _, draw: world.clock.forward(minutes=draw.randrange(40)),
    "an older clock": lambda world, _, draw: world.clock.forward(minutes=-draw.randrange(40)),
}


def told(world: World, store: ConsentStore | None = None) -> ConsentSnapshot:
    """What the service tells the club's node now."""
    data, key = (store or world.store).snapshot(CLUB).signed, world.service.keys.service.verify_key
    return open_snapshot(data, key, club=CLUB, now=world.clock.now)


def read_anew(world: World) -> bytes | None:
    """The snapshot of a whole reading, if it says what was recorded last."""
    with world.store.transactions.read() as tx:
        answer = ClubSnapshots().repeated(tx, CLUB)
    return None if answer is None else answer.signed


@pytest.mark.parametrize("number", range(scaled(1)))
def test_whatever_is_done_a_snapshot_says_what_a_whole_reading_says(lite: World, number: int) -> None:
    draw = random.Random(seeded(number))
    for _ in range(ACTS):
        act = draw.choice([*ACTS_OF_ALL])
        with contextlib.suppress(ConsentError):  # not possible now: nothing was done
            ACTS_OF_ALL[act](lite, draw.choice(lite.athletes[CLUB]), draw)

        assert lite.store.snapshot(CLUB).signed == read_anew(lite), act


def test_nothing_is_read_anew_while_nothing_changes(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    athlete = lite.athletes[CLUB][0]
    lite.give(athlete)
    first = lite.store.snapshot(CLUB)
    monkeypatch.setattr(snapshots, "live_grants", None)

    lite.clock.forward(minutes=4)
    again = lite.store.snapshot(CLUB)

    assert again.event is None
    assert again.signed != first.signed
    monkeypatch.undo()
    assert again.signed == read_anew(lite)


def test_a_grant_that_time_ends_leaves_the_snapshot(lite: World) -> None:
    athlete = lite.athletes[CLUB][0]
    cell, ends = lite.cell(athlete), lite.clock.now + timedelta(hours=1)
    portal(lite.store).give(athlete, cell, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL)
    assert len(told(lite).grants) == 1

    lite.clock.forward(hours=1)

    assert told(lite).grants == ()


def test_after_a_start_with_other_rules_a_snapshot_tells_what_they_honour(
    lite: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lite.give(lite.athletes[CLUB][0])
    lite.store.snapshot(CLUB)
    size = lite.log_size
    monkeypatch.setattr(snapshots, "limit", lambda *_: Limit(Granularity.BAND, None))
    started = ConsentStore(lite.store.transactions)

    honoured = {grant.max_granularity for grant in told(lite, started).grants}

    assert honoured == {Granularity.BAND}
    assert lite.log_size == size + 1
