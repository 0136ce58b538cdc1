"""Attacks on the ledger: a round answered twice for one price, a campaign beyond its cap, counting heads in the log."""

from collections import Counter

import pytest

from audit.entries.details.league import CampaignClosed
from audit.entries.events import EventKind
from consent.errors import AlreadyAnswered, Conflict, NotAllowed
from consent.grants.values import ConsentMethod
from policies.budget import CAMPAIGN_CAP, campaign_cost, rho_micro_per_round
from policies.campaign import SignedManifest
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import Caller, World

CLUB_A, LEAGUE = OrgId("club-a"), OrgId("league")
ROUND = rho_micro_per_round(SIGMA := 5.0)


def entries_since(world: World, start: int) -> Counter[tuple[EventKind, str]]:
    """What anybody can count in the public log from entry `start` on."""
    shown = world.published_since(start)
    return Counter((entry.kind, f"{entry.org}, tag of {len(entry.tag)} bytes") for entry in shown)


def cheap(world: World, name: str) -> SignedManifest:
    """A campaign of which several fit one season line."""
    return world.campaign(campaign_id=name, noise_multiplier=20.0)


def season(world: World, campaign: str, squad: list[AthleteId]) -> list[Counter[tuple[EventKind, str]]]:
    """What the log shows of a club's first request for tokens, a second one, and two rounds."""
    shown = []
    tokens: list[str] = []
    for step in ("tokens", "tokens", 1, 2):
        start = world.publish()
        if isinstance(step, int):
            world.store.commit_round(CLUB_A, campaign, step, tokens)
        else:
            tokens = [issued.token for issued in world.store.issue_tokens(CLUB_A, campaign, squad).tokens]
        shown.append(entries_since(world, start))
    return shown


def test_a_node_that_lost_its_journal_cannot_use_a_paid_round_again(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    token = world.store.issue_tokens(CLUB_A, campaign, [athlete]).tokens[0].token
    world.store.commit_round(CLUB_A, campaign, 1, [token])

    replayed = world.store.commit_round(CLUB_A, campaign, 1, [token])

    assert replayed.accepted == ()
    assert world.store.budget(athlete).spent_micro_rho == ROUND
    (newest,) = world.store.looks(athlete, limit=1).entries
    assert (newest.kind, newest.is_access, newest.allowed) == (EventKind.ROUND_COMMITTED.value, True, False)
    assert world.store.commit_round(CLUB_A, campaign, 2, [token]).accepted == (athlete,)


def test_after_a_noted_answer_no_other_one_counts_whatever_the_node_says(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    token = world.store.issue_tokens(CLUB_A, campaign, [athlete]).tokens[0].token
    world.store.commit_round(CLUB_A, campaign, 1, [token])
    assert world.store.commit_round(CLUB_A, campaign, 1, [token], again=True).accepted == (athlete,)

    world.store.note_answer(CLUB_A, campaign, 1, "a" * 64)
    world.store.note_answer(CLUB_A, campaign, 1, "a" * 64)

    for again in (False, True):
        with pytest.raises(AlreadyAnswered):
            world.store.commit_round(CLUB_A, campaign, 1, [token], again=again)
    with pytest.raises(AlreadyAnswered):
        world.store.note_answer(CLUB_A, campaign, 1, "b" * 64)
    assert world.store.budget(athlete).spent_micro_rho == ROUND
    world.store.note_answer(OrgId("club-b"), campaign, 1, "b" * 64)  # another club's round is another round
    assert world.store.commit_round(CLUB_A, campaign, 2, [token]).accepted == (athlete,)


@pytest.mark.parametrize("round_no", [0, 5])
def test_a_round_that_the_campaign_does_not_have_takes_no_answer(lite: World, round_no: int) -> None:
    campaign = lite.store.register_campaign(LEAGUE, lite.campaign())

    with pytest.raises(Conflict):
        lite.store.note_answer(CLUB_A, campaign, round_no, "a" * 64)


def test_a_closed_campaign_takes_no_answer(lite: World) -> None:
    campaign = lite.store.register_campaign(LEAGUE, lite.campaign())
    lite.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))

    with pytest.raises(Conflict):
        lite.store.note_answer(CLUB_A, campaign, 1, "a" * 64)


def test_the_interface_refuses_another_answer_as_gone(caller: Caller) -> None:
    campaign = caller.world.store.register_campaign(LEAGUE, caller.world.campaign())

    def noted(answer: str) -> int:
        return caller.send(
            "club-a", "POST", f"/v1/campaigns/{campaign}/rounds/1/answer", {"answer": answer}
        ).status_code

    assert [noted("a" * 64), noted("a" * 64), noted("b" * 64), noted("no hash")] == [200, 200, 410, 422]
    again = caller.send("club-a", "POST", f"/v1/campaigns/{campaign}/rounds/1/commit", {"tokens": [], "again": True})
    assert again.status_code == 410


def test_the_interface_takes_a_repeat_only_if_the_node_says_that_it_is_one(caller: Caller) -> None:
    world = caller.world
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    token = world.store.issue_tokens(CLUB_A, campaign, [athlete]).tokens[0].token

    def accepted(**words: bool) -> object:
        target = f"/v1/campaigns/{campaign}/rounds/1/commit"
        return caller.send("club-a", "POST", target, {"tokens": [token], **words}).json()["accepted"]

    assert [accepted(), accepted(), accepted(again=True)] == [[athlete], [], [athlete]]


def test_the_public_log_does_not_tell_how_many_of_a_club_take_part(lite: World) -> None:
    squad = lite.athletes["club-a"]
    campaigns = [lite.store.register_campaign(LEAGUE, cheap(lite, f"season-{n}")) for n in range(3)]

    nobody = season(lite, campaigns[0], squad)
    lite.take_part(squad[0])
    one = season(lite, campaigns[1], squad)
    for athlete in squad[1:]:
        lite.take_part(athlete)
    everyone = season(lite, campaigns[2], squad)

    assert nobody == one == everyone
    assert [sum(step.values()) for step in nobody] == [len(squad)] * 4


def test_a_node_asks_for_nobody_as_it_asks_for_many(lite: World) -> None:
    campaign = lite.store.register_campaign(LEAGUE, lite.campaign())
    start = lite.publish()

    assert lite.store.issue_tokens(CLUB_A, campaign, []).tokens == ()
    assert lite.store.commit_round(CLUB_A, campaign, 1, []).accepted == ()

    kinds = {kind for kind, _ in entries_since(lite, start)}
    assert kinds == {EventKind.BUDGET_RESERVED, EventKind.ROUND_COMMITTED}


def test_closing_a_campaign_shows_no_heads_either(lite: World) -> None:
    squad = lite.athletes["club-a"]
    campaigns = [lite.store.register_campaign(LEAGUE, cheap(lite, f"closed-{n}")) for n in range(2)]
    shown = []
    for campaign in campaigns:
        lite.store.issue_tokens(CLUB_A, campaign, squad)
        start = lite.publish()
        lite.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))
        shown.append(entries_since(lite, start))
        lite.take_part(squad[0])

    assert shown[0] == shown[1]


def test_dummies_are_nobodys_so_that_no_athlete_finds_foreign_lines(world: World) -> None:
    taking, not_taking, _ = world.athletes["club-a"]
    world.take_part(taking)
    season(world, world.store.register_campaign(LEAGUE, world.campaign()), [taking, not_taking])

    kinds = [look.kind for look in world.store.looks(not_taking, limit=50).entries]

    assert EventKind.BUDGET_RESERVED.value not in kinds
    assert EventKind.ROUND_COMMITTED.value not in kinds


def test_a_campaign_dearer_than_a_season_allows_is_not_registered(lite: World) -> None:
    dear = lite.campaign(noise_multiplier=2.0, rounds=8)
    assert campaign_cost(2.0, 8) > CAMPAIGN_CAP

    with pytest.raises(NotAllowed):
        lite.store.register_campaign(LEAGUE, dear)


def test_withdrawal_between_token_and_commit_is_in_time(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    token = world.store.issue_tokens(CLUB_A, campaign, [athlete]).tokens[0].token
    world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)

    for again in (False, True):
        assert world.store.commit_round(CLUB_A, campaign, 1, [token], again=again).accepted == ()
    assert world.store.budget(athlete).spent_micro_rho == 0
