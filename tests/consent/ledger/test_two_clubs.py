"""An athlete of two clubs in the ledger: a token at each, w² of the price, and never more than one athlete in all."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlmodel import col, select

from audit.entries.details.league import CampaignClosed
from audit.entries.events import EventKind
from consent.errors import Conflict, InvalidChange, NotAllowed
from consent.grants.values import ConsentMethod
from consent.ledger import ledger, unused
from consent.registry.values import SecondClub
from consent.storage.rows import BudgetRow, RoundAnswerRow, TokenRow
from policies.budget import rho_micro_per_round
from policies.campaigns.memberships import HALF, WHOLE
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import World
from tests.consent.portal_choices import portal

OWN, SECOND, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")
SIGMA = 20.0
ROUND = rho_micro_per_round(SIGMA)


@pytest.fixture
def both(world: World) -> AthleteId:
    """An athlete of club-a who is at club-b as well, half and half, and lets the league learn."""
    athlete = world.athletes[OWN][0]
    world.store.set_second_club(athlete, SecondClub(SECOND, HALF, None))
    world.take_part(athlete)
    return athlete


def campaign(world: World, name: str = "campaign-1", **changes: object) -> str:
    signed = world.campaign(campaign_id=name, noise_multiplier=SIGMA, rounds=4, **changes)
    return world.store.register_campaign(LEAGUE, signed)


def issued(world: World, club: OrgId, sha256: str, athlete: AthleteId) -> dict[AthleteId, tuple[str, int]]:
    tokens = world.store.issue_tokens(club, sha256, [athlete]).tokens
    return {one.athlete: (one.token, one.sixteenths) for one in tokens}


def account(world: World, sha256: str, athlete: AthleteId) -> ledger.Account:
    """The athlete's account; the chain, the budget and what each token has left agree with it."""
    with world.store.transactions.read() as tx:
        ledger.verify(tx, athlete)
        found = ledger.accounts(tx, [athlete], sha256)[athlete]
        query = select(TokenRow).where(col(TokenRow.campaign) == sha256, col(TokenRow.athlete) == athlete)
        tokens = tx.session.exec(query).all()
        left = unused.of_tokens(tx, tokens)
        assert found.outstanding == sum(left[token.digest] for token in tokens if not token.is_closed)
        assert sum(token.sixteenths for token in tokens) <= WHOLE
    return found


def test_each_club_has_a_token_of_its_own_and_pays_its_part(world: World, both: AthleteId) -> None:
    sha256 = campaign(world)
    (own, own_weight), (second, second_weight) = (issued(world, club, sha256, both)[both] for club in (OWN, SECOND))

    assert own != second
    assert (own_weight, second_weight) == (HALF, HALF)
    for club, token in ((OWN, own), (SECOND, second)):
        assert world.store.commit_round(club, sha256, 1, [token]).accepted == (both,)
        assert issued(world, club, sha256, both)[both] == (token, HALF)

    found, part = account(world, sha256, both), -(-ROUND // 4)
    assert found.committed == 2 * part <= ROUND
    assert found.committed >= Fraction(2 * ROUND, 4)
    assert found.reserved == 8 * part


def test_a_token_of_one_club_pays_nothing_at_the_other(world: World, both: AthleteId) -> None:
    sha256 = campaign(world)
    (own, _), _ = (issued(world, club, sha256, both)[both] for club in (OWN, SECOND))

    assert world.store.commit_round(SECOND, sha256, 1, [own]).accepted == ()
    assert account(world, sha256, both).committed == 0


def test_an_athlete_of_one_club_costs_and_gets_what_they_always_did(world: World, both: AthleteId) -> None:
    one = world.athletes[OWN][1]
    world.take_part(one)
    sha256 = campaign(world)

    token, weight = issued(world, OWN, sha256, one)[one]
    world.store.commit_round(OWN, sha256, 1, [token])

    assert weight == WHOLE
    assert account(world, sha256, one) == ledger.Account(4 * ROUND, ROUND, 0)


@pytest.mark.parametrize("first", [OWN, SECOND])
def test_weights_that_change_while_a_campaign_runs_never_add_up_to_more_than_one(
    world: World, both: AthleteId, first: OrgId
) -> None:
    other, sha256 = {OWN: SECOND, SECOND: OWN}[first], campaign(world)
    issued(world, first, sha256, both)

    world.store.set_second_club(both, SecondClub(SECOND, 15 if other == SECOND else 1, None))

    assert issued(world, first, sha256, both)[both][1] == HALF
    assert issued(world, other, sha256, both)[both][1] == HALF
    account(world, sha256, both)
    assert issued(world, other, campaign(world, "campaign-2"), both)[both][1] == 15


def test_a_second_club_that_comes_after_the_token_of_a_whole_athlete_gets_none(world: World) -> None:
    athlete, sha256 = world.athletes[OWN][0], campaign(world)
    world.take_part(athlete)
    issued(world, OWN, sha256, athlete)
    world.store.set_second_club(athlete, SecondClub(SECOND, HALF, None))

    assert issued(world, SECOND, sha256, athlete) == {}
    assert issued(world, SECOND, campaign(world, "campaign-2"), athlete)[athlete][1] == HALF


def test_a_membership_that_ended_pays_nothing_more_and_gives_back_its_own_part(world: World, both: AthleteId) -> None:
    sha256 = campaign(world)
    (own, _), (second, _) = (issued(world, club, sha256, both)[both] for club in (OWN, SECOND))
    world.store.commit_round(OWN, sha256, 1, [own])
    world.store.commit_round(SECOND, sha256, 1, [second])

    world.store.end_second_club(both)

    part = -(-ROUND // 4)
    assert account(world, sha256, both) == ledger.Account(8 * part, 2 * part, 3 * part)
    assert world.store.commit_round(SECOND, sha256, 2, [second]).accepted == ()
    with pytest.raises(NotAllowed):
        issued(world, SECOND, sha256, both)
    own, weight = issued(world, OWN, sha256, both)[both]
    assert weight == HALF  # for as long as this campaign runs
    assert world.store.commit_round(OWN, sha256, 2, [own]).accepted == (both,)


def test_a_membership_whose_time_is_over_counts_no_more(world: World) -> None:
    athlete = world.athletes[OWN][0]
    world.take_part(athlete)
    until = world.clock.now + timedelta(hours=1)
    world.store.set_second_club(athlete, SecondClub(SECOND, HALF, until))
    sha256 = campaign(world)
    token, _ = issued(world, SECOND, sha256, athlete)[athlete]

    world.clock.forward(hours=1)

    assert world.store.commit_round(SECOND, sha256, 1, [token]).accepted == ()
    assert world.store.member(athlete).second is None
    assert issued(world, OWN, sha256, athlete)[athlete][1] == HALF  # the other half is held by the token of before
    assert issued(world, OWN, campaign(world, "campaign-2"), athlete)[athlete][1] == WHOLE


@pytest.mark.parametrize("how", ["withdraw", "erase", "close", "leave"])
def test_whatever_ends_it_gives_back_both_parts_or_the_one_that_ends(world: World, both: AthleteId, how: str) -> None:
    sha256, part = campaign(world), -(-ROUND // 4)
    (own, _), (second, _) = (issued(world, club, sha256, both)[both] for club in (OWN, SECOND))
    world.store.commit_round(OWN, sha256, 1, [own])
    world.store.commit_round(SECOND, sha256, 1, [second])
    world.store.commit_round(SECOND, sha256, 2, [second])

    if how == "withdraw":
        world.store.withdraw_all(both, method=ConsentMethod.PORTAL)
    elif how == "erase":
        world.store.erase(both)
    elif how == "close":
        world.store.append_event(LEAGUE, CampaignClosed(campaign=sha256))
    else:
        world.store.leave_league(SECOND, LEAGUE)

    back = 2 * part if how == "leave" else 5 * part
    assert account(world, sha256, both) == ledger.Account(8 * part, 3 * part, back)


def kinds(world: World, start: int) -> list[EventKind]:
    return [entry.kind for entry in world.published_since(start)]


def test_the_public_log_counts_second_members_at_both_clubs_whatever_becomes_of_them(
    world: World, both: AthleteId
) -> None:
    sha256 = campaign(world)
    size = world.publish()

    for club, squad in ((OWN, 3), (SECOND, 4)):
        issued(world, club, sha256, both)
        assert kinds(world, size).count(EventKind.BUDGET_RESERVED) == squad
        size = world.publish()
    world.store.end_second_club(both)
    assert kinds(world, size).count(EventKind.MEMBER_ENROLLED) == 1
    size = world.publish()
    world.store.append_event(LEAGUE, CampaignClosed(campaign=sha256))
    assert kinds(world, size).count(EventKind.BUDGET_REFUNDED) == 7


def test_a_season_counts_both_parts(world: World, both: AthleteId) -> None:
    """With σ = 2.5 a round costs 80,000 of the season's 88,152: two halves of it fit, a half more does not."""
    first, second = (
        world.store.register_campaign(LEAGUE, world.campaign(campaign_id=name, noise_multiplier=2.5, rounds=1))
        for name in ("campaign-1", "campaign-2")
    )
    for club in (OWN, SECOND):
        token, _ = issued(world, club, first, both)[both]
        world.store.commit_round(club, first, 1, [token])

    assert issued(world, OWN, second, both)[both][1] == HALF  # 60,000 in all
    assert issued(world, SECOND, second, both)[both][1] == HALF  # 80,000
    third = world.store.register_campaign(
        LEAGUE, world.campaign(campaign_id="campaign-3", noise_multiplier=2.5, rounds=1)
    )
    assert issued(world, OWN, third, both) == {}


def test_the_lifetime_cap_holds_for_both_tokens_together(world: World, both: AthleteId) -> None:
    part = -(-ROUND // 4)
    portal(world.store).lower_cap(both, 7 * part)
    sha256 = campaign(world)

    assert issued(world, OWN, sha256, both)
    assert issued(world, SECOND, sha256, both) == {}
    with world.store.transactions.read() as tx:
        assert tx.session.get_one(BudgetRow, both).reserved == 4 * part


def test_each_club_answers_a_round_for_itself(world: World, both: AthleteId) -> None:
    sha256 = campaign(world)
    for club, answer in ((OWN, "a" * 64), (SECOND, "b" * 64)):
        token, _ = issued(world, club, sha256, both)[both]
        world.store.commit_round(club, sha256, 1, [token])
        world.store.note_answer(club, sha256, 1, answer)

    with world.store.transactions.read() as tx:
        assert {row.club: row.sha256 for row in tx.session.exec(select(RoundAnswerRow)).all()} == {
            OWN: "a" * 64,
            SECOND: "b" * 64,
        }


def test_the_league_hears_of_whole_rounds_alone(world: World, both: AthleteId) -> None:
    """What a part costs would tell that all who take part are of two clubs."""
    sha256 = campaign(world)
    token, _ = issued(world, OWN, sha256, both)[both]
    world.store.commit_round(OWN, sha256, 1, [token])

    assert world.store.campaign_spend(LEAGUE, sha256).rho_micro_per_athlete_max == ROUND


def test_the_athlete_sees_what_both_cost(world: World, both: AthleteId) -> None:
    sha256 = campaign(world)
    for club in (OWN, SECOND):
        token, _ = issued(world, club, sha256, both)[both]
        world.store.commit_round(club, sha256, 1, [token])
    part = -(-ROUND // 4)

    view = world.store.budget(both)

    assert [(line.rounds, line.micro_rho, line.state) for line in view.lines] == [
        ("round 1", 2 * part, "used"),
        ("rounds 2 to 4", 6 * part, "set aside"),
    ]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (SecondClub(OWN, HALF, None), InvalidChange),
        (SecondClub(SECOND, 0, None), InvalidChange),
        (SecondClub(SECOND, 16, None), InvalidChange),
        (SecondClub(LEAGUE, HALF, None), NotAllowed),
    ],
)
def test_no_other_second_club_is_taken(world: World, wanted: SecondClub, error: type[Exception]) -> None:
    with pytest.raises(error):
        world.store.set_second_club(world.athletes[OWN][0], wanted)


def test_there_is_one_second_club_at_a_time(world: World, both: AthleteId) -> None:
    with pytest.raises(Conflict):
        world.store.end_second_club(world.athletes[OWN][1])
    size = world.publish()
    world.store.set_second_club(both, SecondClub(SECOND, HALF, None))
    assert world.published_since(size) == []
