"""A frozen account: nothing of the athlete is read, trained or released, nobody can tell, and stopping works."""

import itertools

import pytest

from audit.entries.details.codes import FreezeCause
from audit.entries.details.league import CampaignClosed
from audit.entries.events import EventKind
from consent.decisions.values import Actor, DecisionAnswer, DecisionItem
from consent.errors import Conflict, NotAllowed, NotFound
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.registry.values import Member
from policies.budget import campaign_cost
from policies.snapshot import open_snapshot
from policies.vocabulary import Action, AthleteId, Category, ConsentState, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import World, opened_eights
from tests.consent.portal_choices import portal

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
ATHLETE, OPERATOR, RECOVERY = FreezeCause.ATHLETE, FreezeCause.OPERATOR, FreezeCause.RECOVERY
BY_PORTAL = ConsentMethod.PORTAL


def asked(world: World, *athletes: AthleteId) -> DecisionAnswer:
    """A coach asks for the sleep of these athletes."""
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in athletes]
    coach = Actor("R. D.", Role.COACH)
    return decided(world.store, CLUB, coach, action=Action.READ, purpose=Purpose.TRAINING, items=items)


def lift(world: World, athlete: AthleteId, cause: FreezeCause) -> Member:
    """The operator lifts what the operator froze, and the athlete the rest, in the portal."""
    if cause is OPERATOR:
        return world.store.unfreeze(athlete)
    return portal(world.store).unfreeze(athlete, cause)


def listed(world: World) -> set[AthleteId]:
    """Who stands with a grant in the club's snapshot."""
    key = world.service.keys.service.verify_key
    snapshot = open_snapshot(world.store.snapshot(CLUB).signed, key, club=CLUB, now=world.clock.now)
    return {grant.athlete for grant in snapshot.grants}


def bands(world: World) -> list[str | None]:
    page = world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))
    return [row.band for row in page.rows]


@pytest.mark.parametrize("cause", list(FreezeCause))
def test_nothing_of_a_frozen_athlete_is_read_trained_or_released(world: World, cause: FreezeCause) -> None:
    one, two, _ = world.athletes["club-a"]
    for athlete in (one, two):
        world.give(athlete)
        world.take_part(athlete)
        world.approved(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    tokens = [token.token for token in world.store.issue_tokens(CLUB, campaign, [one, two]).tokens]

    world.store.freeze(one, cause)

    assert [result.allowed for result in asked(world, one, two).results] == [False, True]
    assert listed(world) == {two}
    assert bands(world) == [None, "80-85", None]
    assert world.store.commit_round(CLUB, campaign, 1, tokens).accepted == (two,)
    assert [token.athlete for token in world.store.issue_tokens(CLUB, campaign, [one, two]).tokens] == [two]


def test_unfreezing_puts_everything_back_as_it_was(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    world.take_part(athlete)
    world.approved(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    world.store.issue_tokens(CLUB, campaign, [athlete])
    before = (world.store.matrix(athlete), world.store.budget(athlete))

    world.store.freeze(athlete, ATHLETE)
    frozen = (world.store.matrix(athlete), world.store.budget(athlete))
    lift(world, athlete, ATHLETE)

    assert frozen == before  # what is chosen stands on the athlete's page, and no budget moves
    assert asked(world, athlete).results[0].allowed
    assert listed(world) == {athlete}
    assert bands(world)[0] == "80-85"
    (token,) = world.store.issue_tokens(CLUB, campaign, [athlete]).tokens
    assert world.store.commit_round(CLUB, campaign, 1, [token.token]).accepted == (athlete,)


def test_a_club_cannot_tell_a_freeze_from_a_no(world: World) -> None:
    """Decisions, snapshot, squad page, tokens and the answer to a proposal are those of one who stopped sharing."""
    frozen, stopped, _ = world.athletes["club-a"]
    for athlete in (frozen, stopped):
        world.give(athlete)
    world.store.freeze(frozen, OPERATOR)
    world.store.withdraw_all(stopped, method=BY_PORTAL)

    one, two = asked(world, frozen, stopped).results
    proposed = [
        world.store.propose_release(CLUB, world.proposal(athlete)).state is ConsentState.REQUESTED
        for athlete in (frozen, stopped)
    ]

    assert (one.allowed, one.epoch) == (two.allowed, two.epoch)
    assert listed(world) == set()
    assert proposed == [True, True]


def test_a_squad_line_of_a_frozen_athlete_opens_as_one_that_was_never_asked(lite: World) -> None:
    lite.approved(lite.athletes["club-a"][0])
    lite.store.freeze(lite.athletes["club-a"][0], OPERATOR)
    before = set(opened_eights(lite.service))

    bands(lite)

    new = [eight for leaf, eight in opened_eights(lite.service).items() if leaf not in before]
    lines = [tuple(eight.items()) for eight in new if eight["category"] == Category.DURABILITY]
    assert (len(lines), len(set(lines))) == (3, 1)


def test_the_athletes_own_record_says_why(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    world.store.freeze(athlete, OPERATOR)
    asked(world, athlete)
    lift(world, athlete, OPERATOR)

    lifted, tried, frozen, *_ = world.store.looks(athlete, limit=5).entries

    assert (frozen.kind, frozen.headline) == (EventKind.CONSENT_DECISION, "Your data was frozen")
    assert frozen.because == "decided by the union’s desk"
    assert (tried.allowed, tried.because) == (False, "your data was frozen then")
    assert lifted.headline == "Your data is no longer frozen"
    assert world.store.looks(athlete).is_whole


def test_in_public_a_freeze_is_a_decision_like_any_other(lite: World) -> None:
    one, two, _ = lite.athletes["club-a"]
    start = lite.publish()
    lite.store.freeze(one, OPERATOR)
    lite.give(two)

    first, second = lite.published_since(start)

    assert (first.kind, first.org, len(first.leaf())) == (second.kind, second.org, len(second.leaf()))


@pytest.mark.parametrize(("cause", "lifted_by"), list(itertools.permutations(FreezeCause, 2)))
def test_a_freeze_is_lifted_only_as_what_it_is(world: World, cause: FreezeCause, lifted_by: FreezeCause) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    world.store.freeze(athlete, cause)

    with pytest.raises(NotAllowed):
        lift(world, athlete, lifted_by)

    assert world.store.member(athlete).frozen == {cause}
    assert not asked(world, athlete).results[0].allowed


def test_two_causes_hold_until_both_are_lifted(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    for cause in FreezeCause:
        world.store.freeze(athlete, cause)

    for left, cause in enumerate((OPERATOR, ATHLETE, RECOVERY), start=1):
        assert not asked(world, athlete).results[0].allowed
        assert len(lift(world, athlete, cause).frozen) == 3 - left

    assert asked(world, athlete).results[0].allowed


def test_what_changes_nothing_is_a_conflict_and_leaves_no_entry(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.store.freeze(athlete, ATHLETE)
    size = world.log_size

    with pytest.raises(Conflict):
        world.store.freeze(athlete, ATHLETE)
    with pytest.raises(Conflict):
        lift(world, world.athletes["club-a"][1], ATHLETE)
    with pytest.raises(NotFound):
        world.store.freeze(AthleteId("ath-00000000000000ff"), OPERATOR)

    assert world.log_size == size


def test_while_frozen_stopping_works_and_giving_does_not(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    sleep, release = world.give(athlete), world.approved(athlete)
    world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    world.store.issue_tokens(CLUB, campaign, [athlete])
    world.store.freeze(athlete, OPERATOR)

    with pytest.raises(NotAllowed, match="D02"):
        world.give(athlete, Category.HEART)
    world.store.withdraw(athlete, sleep, method=BY_PORTAL)
    assert world.store.budget(athlete).reserved_micro_rho == campaign_cost(5.0, 4)  # that stop concerned no campaign
    world.store.withdraw_release(athlete, release, method=BY_PORTAL)
    world.store.withdraw_all(athlete, method=BY_PORTAL)

    assert not any(cell.is_on for cell in world.store.matrix(athlete))
    assert world.store.budget(athlete).reserved_micro_rho == 0
    world.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))


def test_while_frozen_a_request_takes_a_no_and_no_yes(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.store.freeze(athlete, ATHLETE)
    asked_for = world.store.propose_release(CLUB, world.proposal(athlete))

    with pytest.raises(NotAllowed):
        portal(world.store).answer_release(
            athlete, asked_for.release_id, ConsentAnswer.YES, sha256=asked_for.sha256, method=BY_PORTAL
        )
    portal(world.store).answer_release(
        athlete, asked_for.release_id, ConsentAnswer.NO, sha256=asked_for.sha256, method=BY_PORTAL
    )

    assert world.store.release(athlete, asked_for.release_id).state is ConsentState.REFUSED


def test_erasing_a_frozen_athlete_works(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    world.store.freeze(athlete, OPERATOR)

    world.store.erase(athlete)

    assert not any(cell.is_on for cell in world.store.matrix(athlete))
