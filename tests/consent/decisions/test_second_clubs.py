"""What a second club gets: the athlete in its own snapshot, what they share with it, and nothing of the other club."""

from datetime import timedelta

import pytest

from audit.entries.details.clubs import NodeDataErased
from consent.decisions.values import Actor, DecisionItem
from consent.errors import NotAllowed
from consent.grants.values import ConsentMethod
from consent.registry.values import SecondClub
from policies.campaigns.memberships import HALF
from policies.grant import Cell, Recipient
from policies.snapshot import ConsentSnapshot, open_snapshot
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import World
from tests.consent.portal_choices import portal

OWN, SECOND, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")


@pytest.fixture
def both(lite: World) -> AthleteId:
    athlete = lite.athletes[OWN][0]
    lite.store.set_second_club(athlete, SecondClub(SECOND, HALF, None))
    return athlete


def share(world: World, athlete: AthleteId, club: OrgId, role: Role = Role.COACH) -> Cell:
    cells = [one for one in world.store.matrix(athlete) if one.recipient == Recipient(club, role)]
    cell = next(one for one in cells if one.category is Category.SLEEP)
    ends = world.clock.now + timedelta(days=100)
    portal(world.store).give(athlete, cell.cell, granularity=cell.ceiling, ends=ends, method=ConsentMethod.PORTAL)
    return cell.cell


def told(world: World, club: OrgId) -> ConsentSnapshot:
    key = world.service.keys.service.verify_key
    return open_snapshot(world.store.snapshot(club).signed, key, club=club, now=world.clock.now)


def may_see(world: World, athlete: AthleteId, club: OrgId) -> bool:
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY)]
    coach = Actor("R. D.", Role.COACH)
    (result,) = decided(world.store, club, coach, action=Action.READ, purpose=Purpose.TRAINING, items=items).results
    return result.allowed


@pytest.mark.parametrize(("club", "other"), [(OWN, SECOND), (SECOND, OWN)])
def test_each_club_gets_what_is_shared_with_it_and_nothing_of_the_other(
    lite: World, both: AthleteId, club: OrgId, other: OrgId
) -> None:
    share(lite, both, club)

    assert (may_see(lite, both, club), may_see(lite, both, other)) == (True, False)
    assert [one.recipient_org for one in told(lite, club).grants] == [club]
    assert told(lite, other).grants == ()
    assert both in told(lite, other).epochs
    assert other.encode() not in lite.store.snapshot(club).signed


def test_a_club_of_whom_somebody_is_no_member_gets_nothing(lite: World) -> None:
    athlete = lite.athletes[OWN][0]

    assert athlete not in told(lite, SECOND).epochs
    assert all(one.recipient.org != SECOND for one in lite.store.matrix(athlete))
    with pytest.raises(NotAllowed):
        lite.store.append_event(SECOND, NodeDataErased(athlete=athlete, club=SECOND))


def test_a_second_club_learns_for_the_leagues_that_it_has_joined(lite: World, both: AthleteId) -> None:
    lite.take_part(both)

    for club in (OWN, SECOND):
        categories, now = (Category.SLEEP, Category.WELLNESS), lite.clock.now
        assert told(lite, club).may_learn(both, categories=categories, league=LEAGUE, now=now)


@pytest.mark.parametrize("how", ["ended", "its time is over"])
def test_a_second_club_gets_nothing_once_it_is_over(lite: World, both: AthleteId, how: str) -> None:
    share(lite, both, SECOND)
    if how == "ended":
        lite.store.end_second_club(both)
        assert all(one.grant is None for one in lite.store.matrix(both) if one.recipient.org == SECOND)
    else:
        until = lite.clock.now + timedelta(minutes=3)
        lite.store.set_second_club(both, SecondClub(SECOND, HALF, until))
        assert not may_see(lite, both, SECOND)  # a yes that lasts longer than the membership ended with the change
        share(lite, both, SECOND)
        assert may_see(lite, both, SECOND)
        assert [one.grant.ends for one in lite.store.matrix(both) if one.grant is not None] == [until]
        lite.clock.forward(minutes=3)

    assert not may_see(lite, both, SECOND)
    assert both not in told(lite, SECOND).epochs
    with pytest.raises(NotAllowed):
        lite.store.enrol(SECOND, both, name="X", shirt_no=1, is_minor=False)


def test_a_second_club_corrects_no_record_and_is_told_none(lite: World, both: AthleteId) -> None:
    before, size = lite.store.member(both), lite.publish()

    lite.store.enrol(SECOND, both, name="Another name", shirt_no=77, is_minor=True)

    assert lite.store.member(both) == before
    assert lite.published_since(size) == []


def test_a_frozen_or_young_athlete_shares_as_little_with_the_second_club(lite: World, both: AthleteId) -> None:
    share(lite, both, SECOND)
    known = lite.store.member(both)

    lite.store.enrol(OWN, both, name=known.name, shirt_no=known.shirt_no, is_minor=True)

    assert not may_see(lite, both, SECOND)
    assert told(lite, SECOND).grants == ()


def test_what_one_club_erased_the_other_need_not(lite: World, both: AthleteId) -> None:
    lite.store.append_event(SECOND, NodeDataErased(athlete=both, club=SECOND))

    assert lite.store.erased_members(SECOND) == [both]
    assert lite.store.erased_members(OWN) == []
    lite.store.end_second_club(both)
    assert lite.store.erased_members(SECOND) == [both]


def test_a_record_that_is_erased_is_erased_at_both_and_at_a_former_second_club(lite: World, both: AthleteId) -> None:
    lite.store.end_second_club(both)
    lite.store.erase(both)

    assert lite.store.erased_members(OWN) == lite.store.erased_members(SECOND) == [both]


def test_the_athlete_finds_both_in_the_own_record(lite: World, both: AthleteId) -> None:
    lite.store.end_second_club(both)

    newest = lite.store.looks(both, limit=2).entries
    assert [one.kind for one in newest] == ["member_enrolled"] * 2
    assert "no longer" in newest[0].headline
    assert "second club" in newest[1].headline
