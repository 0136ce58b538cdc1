"""The cap of ε 2 holds for an athlete and a season line in any 365 days, however campaigns are cut, named and timed."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from audit.entries.details.league import CampaignClosed
from consent.ledger import ledger
from consent.ledger.season_lines import counted_in, movements
from policies.budget import CAMPAIGN_EPSILON, campaign_cost, epsilon_proved, rho_micro_per_round, sigma_for
from policies.campaigns.season_line import SEASON, SEASON_CAP, season_line
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import World
from tests.scale import counts, scaled, seeded

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
MODELS = ("recovery-linear-1", "recovery-network-1", "risk-logistic-1")
STEPS = 60


def opened(world: World, **changes: object) -> str:
    """Register a campaign at most as dear as a season allows; returns its hash."""
    dearest = {"noise_multiplier": sigma_for(CAMPAIGN_EPSILON, 1, 1e-6), "rounds": 1}
    return world.store.register_campaign(LEAGUE, world.campaign(**dearest | changes))


def tokens(world: World, campaign: str, athlete: AthleteId) -> list[str]:
    """The athlete's token for a campaign, if there is one."""
    return [one.token for one in world.store.issue_tokens(CLUB, campaign, [athlete]).tokens]


@pytest.fixture
def one(lite: World) -> AthleteId:
    """An athlete who takes part in everything."""
    lite.take_part(lite.athletes[CLUB][0])
    return lite.athletes[CLUB][0]


@pytest.mark.parametrize("other", ["recovery-linear-1", "recovery-network-1", "recovery-linear-2"])
def test_two_plans_side_by_side_share_one_cap(lite: World, one: AthleteId, other: str) -> None:
    first, second = opened(lite), opened(lite, campaign_id="beside", model=other)
    assert tokens(lite, first, one)
    before = lite.store.budget(one)

    assert not tokens(lite, second, one)

    assert lite.store.budget(one) == before  # refused before anything is reserved
    assert epsilon_proved(before.reserved_micro_rho, 1e-6) <= CAMPAIGN_EPSILON


def test_another_family_is_another_line(lite: World, one: AthleteId) -> None:
    first, second = opened(lite), opened(lite, campaign_id="risk", model="risk-logistic-1")

    assert tokens(lite, first, one)
    assert tokens(lite, second, one)


def test_three_exchanges_at_epsilon_1_fit_a_year_and_a_fourth_does_not(lite: World, one: AthleteId) -> None:
    issued = []
    for number in range(4):
        lite.take_part(one)
        campaign = opened(lite, campaign_id=f"part-{number}", noise_multiplier=sigma_for(1.0, 1, 1e-6))
        issued.append(tokens(lite, campaign, one))
        lite.store.commit_round(CLUB, campaign, 1, issued[-1])
        lite.clock.forward(weeks=16)

    assert [len(each) for each in issued] == [1, 1, 1, 0]
    lite.take_part(one)
    assert tokens(lite, opened(lite, campaign_id="a-year-on", noise_multiplier=sigma_for(1.0, 1, 1e-6)), one)


def test_the_cap_does_not_begin_anew_on_a_day_of_the_year(lite: World, one: AthleteId) -> None:
    campaign = opened(lite)
    lite.store.commit_round(CLUB, campaign, 1, tokens(lite, campaign, one))
    spent_at = lite.clock.now

    lite.clock.forward(days=364)
    lite.take_part(one)
    assert not tokens(lite, opened(lite, campaign_id="day-364"), one)
    lite.clock.now = spent_at + SEASON
    assert tokens(lite, opened(lite, campaign_id="day-365"), one)


def test_what_is_set_aside_counts_until_it_comes_back(lite: World, one: AthleteId) -> None:
    first, second = opened(lite), opened(lite, campaign_id="second")
    assert tokens(lite, first, one)

    lite.store.append_event(LEAGUE, CampaignClosed(campaign=first))

    assert tokens(lite, second, one)


def test_what_a_recovery_charged_counts_in_every_line(lite: World, one: AthleteId) -> None:
    with lite.store.transactions.write() as tx:
        ledger.charge(tx, one, 1_000)
        tx.without_entry("a test")

    assert not tokens(lite, opened(lite), one)
    assert not tokens(lite, opened(lite, campaign_id="risk", model="risk-logistic-1"), one)


@dataclass
class Series:
    """A league that opens, repeats and ends campaigns as it likes, and a model of what one athlete has in use.

    open: cost of a campaign that may still be paid, by its hash; spent: when, in which line, how much.
    """

    world: World
    athlete: AthleteId
    chance: random.Random
    lines: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, tuple[int, int]] = field(default_factory=dict)
    expires: dict[str, datetime] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    spent: list[tuple[datetime, str, int]] = field(default_factory=list)
    refused: int = 0

    def step(self) -> None:
        """One random act."""
        self.chance.choices([self.plan, self.reserve, self.pay, self.close, self.wait], [3, 4, 5, 1, 2])[0]()

    def plan(self) -> None:
        sigma, number = self.chance.uniform(2.4, 9.0), self.chance.randint(1, 4)
        if campaign_cost(sigma, number) > SEASON_CAP:
            return
        lasts = timedelta(days=self.chance.randint(5, 150))
        signed = self.world.campaign(
            campaign_id=f"campaign-{len(self.lines)}",
            model=self.chance.choice(MODELS),
            noise_multiplier=sigma,
            rounds=number,
            expires=self.world.clock.now + lasts,
        )
        sha256 = self.world.store.register_campaign(LEAGUE, signed)
        self.lines[sha256], self.rounds[sha256] = season_line(signed.manifest), (rho_micro_per_round(sigma), number)
        self.expires[sha256] = signed.manifest.expires
        self._end({one for one, at in self.expires.items() if at <= self.world.clock.now})

    def reserve(self) -> None:
        campaign = self._any()
        if campaign is None:
            return
        price, number = self.rounds[campaign]
        fits = self.used(self.lines[campaign]) + price * number <= SEASON_CAP
        is_new = campaign not in self.aside
        room = self.world.store.budget(self.athlete).left_micro_rho >= price * number

        issued = tokens(self.world, campaign, self.athlete)

        assert bool(issued) == (not is_new or (fits and room))
        self.refused += not issued
        if issued and is_new:
            self.aside[campaign] = price * number

    def pay(self) -> None:
        campaign = self._any()
        if campaign is None or campaign not in self.aside:
            return
        number = self.chance.randint(1, self.rounds[campaign][1])
        presented = tokens(self.world, campaign, self.athlete)
        if self.world.store.commit_round(CLUB, campaign, number, presented).accepted:
            self.aside[campaign] -= self.rounds[campaign][0]
            self.spent.append((self.world.clock.now, self.lines[campaign], self.rounds[campaign][0]))

    def close(self) -> None:
        campaign = self._any()
        if campaign is not None:
            self.world.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))
            self._end({campaign})

    def wait(self) -> None:
        self.world.clock.forward(days=self.chance.choice([1, 20, 60, 120]))
        self.world.take_part(self.athlete)

    def used(self, line: str) -> int:
        """What the model says is in use in a line now."""
        since = self.world.clock.now - SEASON
        aside = sum(left for one, left in self.aside.items() if self.lines[one] == line and one not in self.gone)
        return aside + sum(micro_rho for at, of, micro_rho in self.spent if of == line and at > since)

    def check(self) -> None:
        """The ledger counts as the model does, and no 365 days of any line hold more than the cap."""
        for line in set(self.lines.values()):
            with self.world.store.transactions.read() as tx:
                found = movements(tx, [self.athlete], line)[self.athlete]
                assert counted_in(found, at=tx.now) == self.used(line) <= SEASON_CAP
            for end, _, _ in self.spent:
                within = [rho for at, of, rho in self.spent if of == line and end - SEASON < at <= end]
                assert sum(within) <= SEASON_CAP

    def _any(self) -> str | None:
        now = self.world.clock.now
        running = [one for one in self.lines if one not in self.gone and now < self.expires[one]]
        return self.chance.choice(running) if running else None

    def _end(self, over: set[str]) -> None:
        self.gone |= over


@pytest.mark.parametrize("seed", range(scaled(3)))
def test_no_series_of_campaigns_passes_the_cap_in_any_line(lite: World, one: AthleteId, seed: int) -> None:
    series = Series(lite, one, random.Random(seeded(seed)))
    for _ in range(STEPS):
        series.step()
        series.check()
    counts["series"] += 1

    assert series.spent
