"""The epsilon on an athlete's page is the better proved figure, and only where it is proved for what was spent."""

import math

import pytest

from consent.ledger import ledger
from policies.budget import BUDGET_DELTA, MICRO, epsilon_gaussian, epsilon_proved, rho_micro_per_round
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import World

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")


def paid(world: World, athlete: AthleteId, rounds: int, **changes: object) -> int:
    """Pay for rounds of a new campaign; returns what they cost."""
    campaign = world.store.register_campaign(LEAGUE, world.campaign(**changes))
    tokens = [one.token for one in world.store.issue_tokens(CLUB, campaign, [athlete]).tokens]
    for number in range(1, rounds + 1):
        assert world.store.commit_round(CLUB, campaign, number, tokens).accepted == (athlete,)
    return rounds * rho_micro_per_round(float(changes.get("noise_multiplier", 5.0)))  # type: ignore[arg-type]


@pytest.fixture
def one(lite: World) -> AthleteId:
    """An athlete who takes part in everything."""
    lite.take_part(lite.athletes[CLUB][0])
    return lite.athletes[CLUB][0]


def test_rounds_of_several_campaigns_add_as_the_root_of_the_sum_of_squares(lite: World, one: AthleteId) -> None:
    spent = paid(lite, one, 3) + paid(lite, one, 2, noise_multiplier=7.5, model="risk-logistic-1")

    shown = lite.store.budget(one)

    mu = math.sqrt(3 / 5.0**2 + 2 / 7.5**2)
    assert shown.spent_micro_rho == spent
    assert math.sqrt(2 * spent / MICRO) == pytest.approx(mu, rel=1e-4)
    assert epsilon_gaussian(mu, BUDGET_DELTA) < shown.epsilon_spent < epsilon_proved(spent, BUDGET_DELTA)
    assert shown.epsilon_spent == pytest.approx(epsilon_gaussian(mu, BUDGET_DELTA), rel=1e-3)
    assert lite.store.status().epsilon_spent_most == shown.epsilon_spent


@pytest.mark.parametrize("unproved", ["too small a scale", "a recovery's charge"])
def test_what_is_not_proved_is_converted_from_what_is_booked(lite: World, one: AthleteId, unproved: str) -> None:
    spent = paid(lite, one, 2)
    if unproved == "too small a scale":
        spent += paid(lite, one, 1, scale_bits=8, model="risk-logistic-1")  # 256 of noise and less
    else:
        with lite.store.transactions.write() as tx:
            spent += ledger.charge(tx, one, 1_000)
            tx.without_entry("a test")

    assert lite.store.budget(one).epsilon_spent == epsilon_proved(spent, BUDGET_DELTA)


def test_the_league_reads_what_is_proved_for_the_rounds_that_ran(lite: World, one: AthleteId) -> None:
    campaign = lite.store.register_campaign(LEAGUE, lite.campaign())
    tokens = [token.token for token in lite.store.issue_tokens(CLUB, campaign, [one]).tokens]
    for number in (1, 2):
        lite.store.commit_round(CLUB, campaign, number, tokens)

    shown = lite.store.campaign_spend(LEAGUE, campaign).epsilon_per_athlete_max

    exact = epsilon_gaussian(math.sqrt(2) / 5.0, lite.campaign().manifest.delta)
    assert shown == math.ceil(100 * exact) / 100 < epsilon_proved(2 * rho_micro_per_round(5.0), BUDGET_DELTA)
