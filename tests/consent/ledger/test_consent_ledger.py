"""The privacy ledger: never over the cap, nothing spent twice, refunds only of what was never released."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.entries.details.league import CampaignClosed
from audit.entries.events import EventKind
from consent.errors import (
    BudgetExhausted,
    ChangedMeanwhile,
    Conflict,
    InvalidChange,
    NotAllowed,
    NotFound,
    StoreUnavailable,
)
from consent.grants.values import ConsentMethod
from consent.ledger import ledger
from consent.storage.rows import BudgetRow
from policies.budget import LIFETIME_CAP, campaign_cost, rho_micro_per_round
from policies.errors import BadSignature
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import World
from tests.consent.portal_choices import portal

CLUB_A, CLUB_B, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")
ROUND = rho_micro_per_round(5.0)


def opened(world: World, **changes: object) -> str:
    """Register the usual campaign."""
    return world.store.register_campaign(LEAGUE, world.campaign(**changes))


def token_of(world: World, campaign: str, athlete: AthleteId) -> str:
    return world.store.issue_tokens(CLUB_A, campaign, [athlete]).tokens[0].token


def figures(world: World, athlete: AthleteId) -> tuple[int, int]:
    view = world.store.budget(athlete)
    return view.spent_micro_rho, view.reserved_micro_rho


def test_a_token_sets_the_whole_campaign_aside(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    world.take_part(one)
    campaign = opened(world)

    issued = world.store.issue_tokens(CLUB_A, campaign, [one, two])

    assert [token.athlete for token in issued.tokens] == [one]
    assert issued.skipped == 1
    assert figures(world, one) == (0, campaign_cost(5.0, 4))
    assert figures(world, two) == (0, 0)
    assert world.store.looks(one, limit=1).entries[0].kind == EventKind.BUDGET_RESERVED.value


def test_the_status_says_the_most_that_any_athlete_spent_and_not_whose(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    for athlete in (one, two):
        world.take_part(athlete)
    first, second = opened(world), opened(world, campaign_id="risk-2026", model="risk-logistic-1")
    for campaign, athletes in ((first, [one, two]), (second, [two])):
        tokens = world.store.issue_tokens(CLUB_A, campaign, athletes).tokens
        world.store.commit_round(CLUB_A, campaign, 1, [token.token for token in tokens])

    status = world.store.status()

    assert status.spent_most_micro_rho == max(figures(world, athlete)[0] for athlete in (one, two)) == 2 * ROUND
    assert status.epsilon_spent_most == world.store.budget(two).epsilon_spent
    assert one not in repr(status)
    assert two not in repr(status)


def test_asking_again_gives_the_same_token_and_reserves_nothing(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)

    first, second = token_of(world, campaign, athlete), token_of(world, campaign, athlete)

    assert first == second
    assert figures(world, athlete) == (0, 4 * ROUND)


def test_a_yes_to_half_the_categories_is_no_part(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete, Category.SLEEP, Role.FL_AGGREGATOR)

    assert world.store.issue_tokens(CLUB_A, opened(world), [athlete]).tokens == ()


def test_a_round_is_paid_once_however_often_it_is_asked(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    token = token_of(world, campaign, athlete)

    for again in (False, True, True):
        assert world.store.commit_round(CLUB_A, campaign, 1, [token, token], again=again).accepted == (athlete,)

    assert figures(world, athlete) == (ROUND, 3 * ROUND)


def test_withdrawing_stops_the_next_round_and_gives_back_only_what_was_not_released(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    token = token_of(world, campaign, athlete)
    world.store.commit_round(CLUB_A, campaign, 1, [token])

    world.store.withdraw(athlete, world.cell(athlete, Category.SLEEP, Role.FL_AGGREGATOR), method=ConsentMethod.PORTAL)

    assert world.store.commit_round(CLUB_A, campaign, 2, [token]).accepted == ()
    assert world.store.commit_round(CLUB_A, campaign, 1, [token], again=True).accepted == ()  # not even again
    assert figures(world, athlete) == (ROUND, 0)
    looks = world.store.looks(athlete, limit=5).entries
    told = next(look for look in looks if look.also)
    assert told.kind == EventKind.CONSENT_DECISION.value
    assert told.also == f"With it, {3 * ROUND:,} micro-rho of your privacy budget came back"
    assert (looks[0].kind, looks[0].allowed) == (EventKind.ROUND_COMMITTED.value, False)
    assert looks[0].because == "your yes did not count for it any more"


def test_coming_back_gives_no_second_token_for_the_same_campaign(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    token = token_of(world, campaign, athlete)
    world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
    world.take_part(athlete)

    assert world.store.issue_tokens(CLUB_A, campaign, [athlete]).tokens == ()
    assert world.store.commit_round(CLUB_A, campaign, 1, [token]).accepted == ()
    assert figures(world, athlete) == (0, 0)


def test_any_decision_since_makes_the_token_stale_until_it_is_asked_for_again(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    token = token_of(world, campaign, athlete)
    world.give(athlete, Category.HEART, Role.COACH)

    stale = world.store.commit_round(CLUB_A, campaign, 1, [token])
    renewed = token_of(world, campaign, athlete)

    assert stale.accepted == ()
    assert renewed == token
    assert world.store.commit_round(CLUB_A, campaign, 1, [token]).accepted == (athlete,)


def test_tokens_of_another_club_or_campaign_and_invented_ones_count_for_nothing(world: World) -> None:
    own, foreign = world.athletes["club-a"][0], world.athletes["club-b"][0]
    for athlete in (own, foreign):
        world.take_part(athlete)
    campaign, other = opened(world), opened(world, campaign_id="risk-2026")
    foreign_token = world.store.issue_tokens(CLUB_B, campaign, [foreign]).tokens[0].token
    own_token = token_of(world, campaign, own)

    assert world.store.commit_round(CLUB_A, campaign, 1, [foreign_token, "0" * 64]).accepted == ()
    assert world.store.commit_round(CLUB_A, other, 1, [own_token]).accepted == ()
    assert figures(world, foreign) == (0, 4 * ROUND)


def test_a_club_cannot_ask_for_anothers_athletes(world: World) -> None:
    own, foreign = world.athletes["club-a"][0], world.athletes["club-b"][0]
    for athlete in (own, foreign):
        world.take_part(athlete)
    campaign = opened(world)

    for named in (foreign, AthleteId("ath-ffffffffffffffff")):
        with pytest.raises(NotAllowed):
            world.store.issue_tokens(CLUB_A, campaign, [own, named])
    assert figures(world, own) == (0, 0)


@pytest.mark.parametrize("round_no", [0, 5, 17])
def test_rounds_outside_the_campaign_are_refused(lite: World, round_no: int) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.take_part(athlete)
    campaign = opened(lite)
    token = token_of(lite, campaign, athlete)

    with pytest.raises(Conflict):
        lite.store.commit_round(CLUB_A, campaign, round_no, [token])


def test_no_token_before_after_or_outside_the_campaign(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    later = opened(lite, opens=lite.clock.now + timedelta(hours=1), campaign_id="later")
    without_us = opened(lite, clubs={"club-b": "key"}, campaign_id="theirs")
    now = opened(lite)

    with pytest.raises(Conflict):
        lite.store.issue_tokens(CLUB_A, later, [athlete])
    with pytest.raises(NotFound):
        lite.store.issue_tokens(CLUB_A, without_us, [athlete])
    with pytest.raises(NotFound):
        lite.store.issue_tokens(CLUB_A, "0" * 64, [athlete])
    lite.clock.forward(days=8)
    with pytest.raises(Conflict):
        lite.store.issue_tokens(CLUB_A, now, [athlete])


def test_closing_a_campaign_gives_back_what_never_ran(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    token = token_of(world, campaign, athlete)
    world.store.commit_round(CLUB_A, campaign, 1, [token])

    world.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))

    assert figures(world, athlete) == (ROUND, 0)
    with pytest.raises(Conflict):
        world.store.commit_round(CLUB_A, campaign, 2, [token])


def test_an_expired_campaign_is_settled_when_the_next_one_opens(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    world.store.commit_round(CLUB_A, campaign, 1, [token_of(world, campaign, athlete)])
    world.clock.forward(days=8)

    opened(world, campaign_id="next-season")

    assert figures(world, athlete) == (ROUND, 0)


def test_the_cap_is_a_hard_stop_without_partial_campaigns(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    portal(world.store).lower_cap(athlete, 4 * ROUND - 1)

    issued = world.store.issue_tokens(CLUB_A, opened(world), [athlete])

    assert (issued.tokens, issued.skipped) == ((), 1)
    assert figures(world, athlete) == (0, 0)


def test_the_cap_can_only_be_lowered_and_not_below_what_is_used(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.take_part(athlete)
    token_of(lite, opened(lite), athlete)

    for wanted, refusal in (
        (LIFETIME_CAP, InvalidChange),
        (LIFETIME_CAP + 1, InvalidChange),
        (4 * ROUND - 1, ChangedMeanwhile),
        (-1, ChangedMeanwhile),
    ):
        with pytest.raises(refusal):
            portal(lite.store).lower_cap(athlete, wanted)
    assert portal(lite.store).lower_cap(athlete, 4 * ROUND).left_micro_rho == 0


def test_the_database_itself_refuses_to_pass_the_cap(world: World) -> None:
    athlete = world.athletes["club-a"][0]

    def overspend() -> None:
        with world.store.transactions.write() as tx:
            row = tx.session.get_one(BudgetRow, athlete)
            row.spent = row.cap + 1
            tx.session.flush()

    with pytest.raises(StoreUnavailable):
        overspend()


def test_the_ledger_chain_verifies_and_shows_tampering(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = opened(world)
    world.store.commit_round(CLUB_A, campaign, 1, [token_of(world, campaign, athlete)])
    with world.store.transactions.read() as tx:
        assert ledger.verify(tx, athlete) == 2

    with world.store.transactions.write() as tx:
        tx.without_entry("an attacker with the database")
        tx.session.execute(text("UPDATE ledger SET micro_rho = 1 WHERE seq = 2"))

    with world.store.transactions.read() as tx, pytest.raises(BadSignature):
        ledger.verify(tx, athlete)


def test_only_the_league_registers_its_own_signed_campaigns(lite: World) -> None:
    signed = lite.campaign()
    forged = signed.model_copy(update={"manifest": lite.campaign(rounds=5).manifest})

    with pytest.raises(NotAllowed):
        lite.store.register_campaign(LEAGUE, forged)
    with pytest.raises(NotAllowed):
        lite.store.register_campaign(CLUB_A, signed)
    with pytest.raises(NotAllowed):
        lite.store.register_campaign(LEAGUE, lite.campaign(categories=(Category.CYCLE,)))
    with pytest.raises(Conflict):
        lite.store.register_campaign(
            LEAGUE, lite.campaign(opens=lite.clock.now - timedelta(days=2), expires=lite.clock.now)
        )
    assert lite.store.register_campaign(LEAGUE, signed) == lite.store.register_campaign(LEAGUE, signed)


def test_the_spend_tells_rounds_and_not_people(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    campaign = opened(world)
    for athlete in (one, two):
        world.take_part(athlete)
    tokens = [t.token for t in world.store.issue_tokens(CLUB_A, campaign, [one, two]).tokens]
    world.store.commit_round(CLUB_A, campaign, 1, tokens)

    cost = world.store.campaign_spend(LEAGUE, campaign)

    assert cost.rho_micro_per_athlete_max == ROUND
    assert cost.epsilon_per_athlete_max == round(cost.epsilon_per_athlete_max, 2)
    with pytest.raises(NotAllowed):
        world.store.campaign_spend(CLUB_A, campaign)


def test_the_athletes_view_names_campaign_and_rounds(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.take_part(athlete)
    campaign = opened(lite)
    token = token_of(lite, campaign, athlete)
    for round_no in (1, 2):
        lite.store.commit_round(CLUB_A, campaign, round_no, [token])

    lines = lite.store.budget(athlete).lines

    assert [(line.rounds, line.state, line.micro_rho) for line in lines] == [
        ("rounds 1 to 2", "used", 2 * ROUND),
        ("rounds 3 to 4", "set aside", 2 * ROUND),
    ]


def test_reserving_nothing_is_refused(lite: World) -> None:
    with pytest.raises(BudgetExhausted), lite.store.transactions.write() as tx:
        ledger.Books.open(tx, [one := lite.athletes["club-a"][0]], "0" * 64).reserve(one, 0)
