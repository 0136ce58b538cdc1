"""Seasons at the ledger: one reservation for the plan, one payment in each window, and what is not paid comes back."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from audit.entries.details.league import CampaignClosed
from consent.errors import Conflict, NotAllowed
from consent.grants.values import ConsentMethod
from policies.budget import campaign_cost, rho_micro_per_round, sigma_for
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON, SEASON_CAP
from policies.snapshot import CLOCK_TOLERANCE
from policies.vocabulary import AthleteId
from tests.consent.league import World
from tests.consent.ledger.test_season_lines import CLUB, LEAGUE, tokens
from tests.scale import counts, scaled, seeded

EVERY, OPEN_FOR = timedelta(days=112), timedelta(days=28)
SIGMA = sigma_for(1.0, 1, 1e-6)
ONE = rho_micro_per_round(SIGMA)
HOUR = timedelta(hours=1)


def planned(world: World, *, exchanges: int = 3, every: timedelta = EVERY, **changes: object) -> str:
    """Register a season that opens now; returns its hash."""
    return world.store.register_campaign(LEAGUE, world.signed(made(world, exchanges=exchanges, every=every, **changes)))


def made(world: World, *, exchanges: int = 3, every: timedelta = EVERY, **changes: object) -> CampaignManifest:
    """A season that opens now."""
    values: dict[str, Any] = {
        "campaign_id": "season",
        "noise_multiplier": SIGMA,
        "rounds": exchanges,
        "momentum": 0.0,
        "opens": world.clock.now,
        "expires": world.clock.now + (exchanges - 1) * every + OPEN_FOR,
        "exchange": {
            "artefacts": "d" * 64,
            "axes": 3,
            "season": {"exchanges": exchanges, "every_days": every.days, "drift": "1/10"},
        },
    }
    return world.campaign(**values | changes).manifest


def move(world: World, moment: datetime) -> None:
    """Move the clock; what waits in the log is published before."""
    world.clock.forward(seconds=(moment - world.clock.now).total_seconds())


def in_use(world: World, athlete: AthleteId) -> tuple[int, int]:
    """What is spent and what is set aside, in exchanges."""
    found = world.store.budget(athlete)
    return found.spent_micro_rho // ONE, found.reserved_micro_rho // ONE


@pytest.fixture
def one(lite: World) -> AthleteId:
    """An athlete who takes part in everything."""
    lite.take_part(lite.athletes[CLUB][0])
    return lite.athletes[CLUB][0]


def paid(world: World, season: str, number: int, athlete: AthleteId) -> bool:
    presented = tokens(world, season, athlete)
    return bool(world.store.commit_round(CLUB, season, number, presented).accepted)


def test_a_plan_is_set_aside_whole_and_paid_in_its_windows(lite: World, one: AthleteId) -> None:
    opens, season = lite.clock.now, planned(lite)
    assert tokens(lite, season, one)
    seen = [in_use(lite, one)]
    for number in (1, 2, 3):
        move(lite, opens + (number - 1) * EVERY + HOUR)
        lite.take_part(one)
        assert paid(lite, season, number, one)
        seen.append(in_use(lite, one))

    assert seen == [(0, 3), (1, 2), (2, 1), (3, 0)]


@pytest.mark.parametrize(("number", "after"), [(2, HOUR), (3, EVERY), (1, OPEN_FOR), (1, EVERY), (2, EVERY + OPEN_FOR)])
def test_an_exchange_is_paid_in_its_window_alone(lite: World, one: AthleteId, number: int, after: timedelta) -> None:
    season, opens = planned(lite), lite.clock.now
    presented = tokens(lite, season, one)
    before = in_use(lite, one)
    move(lite, opens + after)
    lite.take_part(one)

    with pytest.raises(Conflict, match=f"exchange {number} of 3 (opens|ended) on"):
        lite.store.commit_round(CLUB, season, number, tokens(lite, season, one) or presented)
    with pytest.raises(Conflict, match=f"exchange {number} of 3"):
        lite.store.note_answer(CLUB, season, number, "a" * 64)

    assert in_use(lite, one) == before


def test_a_clock_that_is_a_little_ahead_pays_a_little_early(lite: World, one: AthleteId) -> None:
    season, opens = planned(lite), lite.clock.now
    move(lite, opens + EVERY - CLOCK_TOLERANCE)
    lite.take_part(one)

    assert paid(lite, season, 2, one)


def test_a_season_beyond_the_cap_is_not_registered(lite: World) -> None:
    with pytest.raises(NotAllowed, match="the most that one may cost"):
        planned(lite, exchanges=4, every=timedelta(days=84))


def test_a_withdrawal_in_the_rest_gives_back_what_is_left_and_lets_nobody_in_again(lite: World, one: AthleteId) -> None:
    opens, season = lite.clock.now, planned(lite)
    paid(lite, season, 1, one)
    move(lite, opens + timedelta(days=60))
    lite.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    assert in_use(lite, one) == (1, 0)

    move(lite, opens + EVERY + HOUR)
    lite.take_part(one)

    assert tokens(lite, season, one) == []
    assert not paid(lite, season, 2, one)
    assert in_use(lite, one) == (1, 0)


def test_closing_in_the_rest_gives_back_what_no_exchange_has_used(lite: World, one: AthleteId) -> None:
    season = planned(lite)
    paid(lite, season, 1, one)

    lite.store.append_event(LEAGUE, CampaignClosed(campaign=season))

    assert in_use(lite, one) == (1, 0)
    lite.clock.forward(days=112)
    lite.take_part(one)
    with pytest.raises(Conflict, match="not closed"):
        tokens(lite, season, one)


@pytest.mark.parametrize(("after", "left"), [(OPEN_FOR, 2), (EVERY + HOUR, 2), (EVERY + OPEN_FOR, 1), (2 * EVERY, 1)])
def test_who_joins_later_sets_aside_what_is_left_and_takes_part_from_then_on(
    lite: World, after: timedelta, left: int
) -> None:
    newcomer, opens = lite.athletes[CLUB][1], lite.clock.now
    season = planned(lite)
    assert tokens(lite, season, newcomer) == []
    move(lite, opens + after)
    lite.take_part(newcomer)

    assert tokens(lite, season, newcomer)

    assert in_use(lite, newcomer) == (0, left)
    move(lite, opens + 2 * EVERY + HOUR)
    lite.take_part(newcomer)
    assert paid(lite, season, 3, newcomer)
    lite.store.append_event(LEAGUE, CampaignClosed(campaign=season))
    assert in_use(lite, newcomer) == (1, 0)


def test_who_has_no_room_for_the_plan_may_have_some_for_its_rest(lite: World, one: AthleteId) -> None:
    before = lite.store.register_campaign(
        LEAGUE, lite.campaign(campaign_id="once", noise_multiplier=SIGMA, rounds=1, momentum=0.0)
    )
    paid(lite, before, 1, one)
    opens, season = lite.clock.now, planned(lite)

    assert tokens(lite, season, one) == []
    move(lite, opens + OPEN_FOR)
    assert tokens(lite, season, one)
    assert in_use(lite, one) == (1, 2)


def test_next_years_plan_fits_as_soon_as_each_exchange_finds_the_one_of_this_year_a_year_away(
    lite: World, one: AthleteId
) -> None:
    opens, season = lite.clock.now, planned(lite)
    for number in (1, 2, 3):
        move(lite, opens + (number - 1) * EVERY + HOUR)
        lite.take_part(one)
        assert paid(lite, season, number, one)

    move(lite, opens + SEASON)
    lite.take_part(one)
    assert tokens(lite, planned(lite, campaign_id="an-hour-early"), one) == []
    move(lite, opens + SEASON + HOUR + CLOCK_TOLERANCE)
    following = planned(lite, campaign_id="next")
    assert tokens(lite, following, one)
    assert paid(lite, following, 1, one)


def test_the_athletes_own_page_names_the_exchanges_that_are_left(lite: World, one: AthleteId) -> None:
    opens, season = lite.clock.now, planned(lite)
    paid(lite, season, 1, one)
    lines = [(line.rounds, line.state, line.micro_rho) for line in lite.store.budget(one).lines]
    assert lines == [("round 1", "used", ONE), ("rounds 2 to 3", "set aside", 2 * ONE)]

    move(lite, opens + EVERY + OPEN_FOR)  # the second one has passed without them

    aside = [line.rounds for line in lite.store.budget(one).lines if line.state == "set aside"]
    assert aside == ["round 3"]


@pytest.mark.parametrize("seed", range(scaled(2)))
def test_no_365_days_hold_more_than_the_cap_however_seasons_follow_one_another(
    lite: World, one: AthleteId, seed: int
) -> None:
    chance, spent, open_now = random.Random(seeded(seed)), list[tuple[datetime, int]](), list[tuple[str, int, int]]()
    for step in range(60):
        if chance.random() < 0.3:
            exchanges, sigma = chance.randint(2, 4), chance.uniform(3.0, 9.0)
            if campaign_cost(sigma, exchanges) > SEASON_CAP:
                continue
            every = timedelta(days=chance.choice([28, 60, 100]))
            season = planned(
                lite, campaign_id=f"season-{step}", exchanges=exchanges, every=every, noise_multiplier=sigma
            )
            tokens(lite, season, one)
            open_now.append((season, exchanges, rho_micro_per_round(sigma)))
        for season, exchanges, price in open_now:
            number = chance.randint(1, exchanges)
            try:
                if paid(lite, season, number, one):
                    spent.append((lite.clock.now, price))
            except Conflict:  # outside of its window, or over
                continue
        lite.clock.forward(days=chance.choice([1, 10, 28, 60]))
        lite.take_part(one)
        for end, _ in spent:
            assert sum(rho for at, rho in spent if end - SEASON < at <= end) <= SEASON_CAP
    counts["series of seasons"] += 1
    assert len(spent) > 3
    assert spent[-1][0] - spent[0][0] > SEASON


def test_a_season_is_registered_while_its_first_exchange_is_open(lite: World) -> None:
    opens = lite.clock.now
    signed = lite.signed(made(lite))
    lite.clock.now = opens + OPEN_FOR - timedelta(minutes=1)
    with pytest.raises(Conflict, match="open for at least"):
        lite.store.register_campaign(LEAGUE, signed)
    lite.clock.now = opens + OPEN_FOR

    with pytest.raises(Conflict, match="exchange 1 of 3 ended on"):
        lite.store.register_campaign(LEAGUE, signed)


def test_the_coordinator_registers_a_season_again_at_a_later_exchange_and_nothing_changes(lite: World) -> None:
    opens, manifest = lite.clock.now, made(lite)
    signed = lite.signed(manifest)
    lite.store.register_campaign(LEAGUE, signed)
    move(lite, opens + EVERY)
    size = lite.log_size

    assert lite.store.register_campaign(LEAGUE, signed) == manifest.sha256
    assert lite.log_size == size
