"""A club joins and leaves leagues: what follows for snapshots, campaigns, budgets, releases and athletes' lists."""

from datetime import timedelta

import pytest

from audit.entries.events import EventKind
from consent.errors import Conflict, NotAllowed, NotFound
from consent.grants import event_chain
from consent.grants.values import Change, ConsentAnswer, ConsentMethod
from consent.registry.values import OrgKind
from consent.storage.rows import ReleaseRow
from policies.signing import SigningKey
from policies.snapshot import ConsentSnapshot, open_snapshot
from policies.vocabulary import AthleteId, Category, ConsentState, OrgId, Role
from tests.consent.league import World, acts
from tests.consent.portal_choices import portal

CLUB, LEAGUE, RIVAL = OrgId("club-a"), OrgId("league"), OrgId("a-rival")


def add_rival(world: World) -> None:
    world.keys[RIVAL] = SigningKey.generate()
    world.store.add_org(RIVAL, name="A rival", kind=OrgKind.LEAGUE, key=world.keys[RIVAL].verify_key)


def snapshot(world: World, club: OrgId = CLUB) -> ConsentSnapshot:
    signed = world.store.snapshot(club).signed
    return open_snapshot(signed, world.service.keys.service.verify_key, club=club, now=world.clock.now)


def leagues_in(made: ConsentSnapshot) -> set[str]:
    return {grant.recipient_org for grant in made.grants if grant.recipient_role is Role.FL_AGGREGATOR}


def campaign(world: World, athlete: AthleteId) -> tuple[str, str]:
    """A registered campaign and this athlete's token in it."""
    world.take_part(athlete)
    sha256 = world.store.register_campaign(LEAGUE, world.campaign())
    (token,) = world.store.issue_tokens(CLUB, sha256, [athlete]).tokens
    return sha256, token.token


def test_a_club_may_be_in_several_leagues_and_reads_back_in_which(lite: World) -> None:
    add_rival(lite)

    assert [(one.league, one.joined is not None) for one in lite.store.leagues(CLUB)] == [
        (RIVAL, False),
        (LEAGUE, True),
    ]
    joined = lite.store.join_league(CLUB, RIVAL)

    assert (joined.name, joined.joined) == ("A rival", lite.clock.now)
    assert [one.joined is not None for one in lite.store.leagues(CLUB)] == [True, True]


def test_joining_again_leaves_nothing_and_keeps_the_day(lite: World) -> None:
    (before,) = lite.store.leagues(CLUB)
    size = lite.log_size
    lite.clock.forward(hours=1)

    assert lite.store.join_league(CLUB, LEAGUE) == before
    assert lite.log_size == size


@pytest.mark.parametrize("league", ["nobody", "club-b", "gb", "players-union"])
def test_only_a_registered_league_can_be_joined_or_left(lite: World, league: str) -> None:
    for step in (lite.store.join_league, lite.store.leave_league):
        with pytest.raises(NotFound, match="expected a registered league"):
            step(CLUB, OrgId(league))


def test_what_was_not_joined_cannot_be_left_and_only_clubs_join(lite: World) -> None:
    add_rival(lite)

    with pytest.raises(Conflict, match="nothing was changed"):
        lite.store.leave_league(CLUB, RIVAL)
    for org in (LEAGUE, RIVAL, OrgId("gb")):
        for step in (lite.store.join_league, lite.store.leave_league):
            with pytest.raises(NotAllowed):
                step(org, RIVAL)


def test_each_athlete_of_the_club_and_nobody_else_finds_it_in_their_list(lite: World) -> None:
    add_rival(lite)

    before = set(acts(lite.service))
    lite.store.join_league(CLUB, RIVAL)
    lite.store.leave_league(CLUB, RIVAL)

    for athlete in lite.athletes["club-a"]:
        left, joined = lite.store.looks(athlete, limit=2).entries
        assert (joined.kind, joined.org, joined.because) == (
            "league_joined",
            CLUB,
            "your club joined A rival; what you share with it counts from now on",
        )
        assert (left.kind, left.because) == (
            "league_left",
            "your club left A rival; nothing of you goes to it through your club any more",
        )
    assert all("league" not in one.kind for one in lite.store.looks(lite.athletes["club-b"][0]).entries)
    new = [act for event, act in acts(lite.service).items() if event not in before]
    assert sorted(len(act.entries) for act in new) == [3, 3]  # one entry for each athlete, whatever each shares


def test_a_snapshot_lists_only_leagues_that_the_club_has_joined(world: World) -> None:
    add_rival(world)
    one = world.athletes["club-a"][0]
    for cell in world.store.matrix(one):
        if cell.recipient.role is Role.FL_AGGREGATOR and cell.category is Category.SLEEP:
            ends = world.clock.now + timedelta(days=100)
            portal(world.store).change(one, [Change(cell.cell, cell.ceiling, ends)], method=ConsentMethod.PORTAL)

    assert leagues_in(snapshot(world)) == {LEAGUE}
    world.store.join_league(CLUB, RIVAL)
    assert leagues_in(snapshot(world)) == {LEAGUE, RIVAL}
    world.store.leave_league(CLUB, LEAGUE)
    assert leagues_in(snapshot(world)) == {RIVAL}
    assert {cell.recipient.org for cell in world.store.matrix(one) if cell.is_on} == {LEAGUE, RIVAL}


def test_leaving_closes_the_open_campaigns_gives_back_and_no_token_counts_any_more(world: World) -> None:
    one = world.athletes["club-a"][0]
    sha256, token = campaign(world, one)
    world.store.commit_round(CLUB, sha256, 1, [token])
    paid = world.store.budget(one)

    world.store.leave_league(CLUB, LEAGUE)

    assert (world.store.budget(one).spent_micro_rho, world.store.budget(one).reserved_micro_rho) == (
        paid.spent_micro_rho,
        0,
    )
    for step in (
        lambda: world.store.commit_round(CLUB, sha256, 2, [token]),
        lambda: world.store.commit_round(CLUB, sha256, 1, [token], again=True),
        lambda: world.store.issue_tokens(CLUB, sha256, [one]),
    ):
        with pytest.raises(NotAllowed, match="a league that your club has joined"):
            step()


def test_joining_again_opens_no_campaign_that_leaving_closed(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    sha256, token = campaign(world, one)
    world.take_part(two)
    world.store.leave_league(CLUB, LEAGUE)
    world.store.join_league(CLUB, LEAGUE)

    for step in (
        lambda: world.store.commit_round(CLUB, sha256, 1, [token]),
        lambda: world.store.issue_tokens(CLUB, sha256, [one, two]),
    ):
        with pytest.raises(NotAllowed, match="not left since"):
            step()
    later = world.store.register_campaign(LEAGUE, world.campaign(campaign_id="later"))
    assert len(world.store.issue_tokens(CLUB, later, [one, two]).tokens) == 2


def test_the_other_clubs_go_on_and_the_campaigns_end_still_adds_up(world: World) -> None:
    one, other = world.athletes["club-a"][0], world.athletes["club-b"][0]
    sha256, _ = campaign(world, one)
    world.take_part(other)
    (token,) = world.store.issue_tokens(OrgId("club-b"), sha256, [other]).tokens

    world.store.leave_league(CLUB, LEAGUE)
    paid = world.store.commit_round(OrgId("club-b"), sha256, 1, [token.token])
    world.clock.forward(days=8)
    world.store.register_campaign(LEAGUE, world.campaign(campaign_id="next", clubs={"club-b": "key"}))

    assert paid.accepted == (other,)
    assert world.store.budget(other).reserved_micro_rho == 0
    assert world.store.budget(one).reserved_micro_rho == 0


@pytest.mark.parametrize("taking_part", [0, 1, 3])
def test_leaving_does_not_tell_how_many_took_part(lite: World, taking_part: int) -> None:
    athletes = lite.athletes["club-a"]
    for athlete in athletes[:taking_part]:
        lite.take_part(athlete)
    sha256 = lite.store.register_campaign(LEAGUE, lite.campaign())
    lite.store.issue_tokens(CLUB, sha256, athletes)
    size = lite.publish()

    lite.store.leave_league(CLUB, LEAGUE)

    kinds = sorted(entry.kind for entry in lite.published_since(size))
    assert kinds == [EventKind.BUDGET_REFUNDED] * 3 + [EventKind.LEAGUE_LEFT] * 3


@pytest.mark.parametrize("given", [ConsentAnswer.YES, ConsentAnswer.LATER, None])
def test_leaving_ends_releases_to_that_league_and_no_other(lite: World, given: ConsentAnswer | None) -> None:
    """No release to a league can be proposed today; one that stands in the database all the same ends."""
    one, two, _ = lite.athletes["club-a"]
    views = {athlete: lite.store.propose_release(CLUB, lite.proposal(athlete)) for athlete in (one, two)}
    if given is not None:
        for athlete, view in views.items():
            method = ConsentMethod.PORTAL
            portal(lite.store).answer_release(athlete, view.release_id, given, sha256=view.sha256, method=method)
    with lite.store.transactions.write() as tx:
        tx.session.get_one(ReleaseRow, views[one].release_id).recipient_org = LEAGUE
        tx.without_entry("set up")
    before = lite.store.releases(two)[0].state

    lite.store.leave_league(CLUB, LEAGUE)

    ended = ConsentState.REVOKED if given is ConsentAnswer.YES else ConsentState.EXPIRED
    assert [release.state for release in lite.store.releases(one)] == [ended]
    assert lite.store.releases(two)[0].state is before
    with lite.store.transactions.read() as tx:
        assert event_chain.verify(tx, one, lite.service.keys.service.verify_key)


def test_with_the_log_failing_nothing_is_joined_and_nothing_left(lite: World) -> None:
    add_rival(lite)
    lite.service.log.close()

    for step, league in ((lite.store.join_league, RIVAL), (lite.store.leave_league, LEAGUE)):
        with pytest.raises(Exception, match="log"):
            step(CLUB, league)

    assert [(one.league, one.joined is not None) for one in lite.store.leagues(CLUB)] == [
        (RIVAL, False),
        (LEAGUE, True),
    ]


def test_a_campaign_in_which_too_little_time_is_left_is_not_registered(lite: World) -> None:
    now = lite.clock.now
    short = {"opens": now, "expires": now + timedelta(seconds=119), "campaign_id": "short"}
    with pytest.raises(Conflict, match="open for at least 120 s more"):
        lite.store.register_campaign(LEAGUE, lite.campaign(**short))

    assert lite.store.register_campaign(LEAGUE, lite.campaign(**short | {"expires": now + timedelta(seconds=120)}))
