"""Random interleavings of everything that moves a budget, crashes included: no over-spend, no lost spend, one answer.

A club's node that always says it asked before, that computes anew whenever it is let, and that notes whatever hash it
likes; athletes who withdraw and come back; a league that closes; a service that dies between log and database. The
drill `ledger` does a hundred thousand.

A service dies here as a program does: it loses its connection before the commit, and what it wrote stays. No power is
cut, so nothing that is asked here depends on what was forced to a disk, and the league lies in memory where that can be
had. What a power cut leaves is asked of the log by `tests/audit/writer/test_log_faults.py`.
"""

import contextlib
import os
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from audit.entries.details.league import CampaignClosed
from audit.errors import LogUnavailable
from consent.errors import AlreadyAnswered, ConsentError
from consent.grants.values import Change, ConsentMethod
from consent.ledger import ledger
from consent.service import open_service
from consent.storage.rows import BudgetRow
from policies.budget import rho_micro_per_round
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import FakeClock, Template, World, break_log
from tests.consent.portal_choices import portal
from tests.scale import FACTOR, counts, scaled, seeded

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
ROUNDS, CAP_ROUNDS = 4, 26
SIGMA = 20.0  # all campaigns of a league fit one season line: what stops here is the cap of a life
ROUND = rho_micro_per_round(SIGMA)
CAMPAIGNS = 10  # interleavings in one league, until its athletes' small caps are reached
STEPS = 9
DIES = 0.01
PLAYS_AT_ONCE = 20  # go to one process together: the gate's do, and a drill's are shared among all that it has

Round = tuple[str, int]


@dataclass(frozen=True, slots=True)
class League:
    """A league before its first token. campaigns: their hashes. choices: what each athlete gives to take part."""

    template: Template
    campaigns: list[str]
    choices: dict[AthleteId, list[Change]]

    @classmethod
    def make(cls, folder: Path) -> "League":
        """Register the campaigns; three athletes take part, each with a small cap of their own."""
        before, directory = Template.make(folder / "filled"), folder / "ready"
        world = before.open_copy(directory, FakeClock())
        choices = {athlete: _choices(world, athlete) for athlete in world.athletes[CLUB]}
        for place, (athlete, given) in enumerate(choices.items()):
            portal(world.store).change(athlete, given, method=ConsentMethod.PORTAL)
            portal(world.store).lower_cap(athlete, (CAP_ROUNDS - 5 * place) * ROUND)
        signed = [
            world.campaign(campaign_id=f"campaign-{number}", noise_multiplier=SIGMA, rounds=ROUNDS)
            for number in range(CAMPAIGNS)
        ]
        campaigns = [world.store.register_campaign(LEAGUE, one) for one in signed]
        world.publish()
        world.service.close()
        return cls(replace(before, directory=directory), campaigns, choices)


def _choices(world: World, athlete: AthleteId) -> list[Change]:
    """What `World.take_part` gives, for one form."""
    ends, wanted = world.clock.now + timedelta(days=200), (Category.SLEEP, Category.WELLNESS)
    cells = [cell for cell in world.store.matrix(athlete) if cell.recipient.role is Role.FL_AGGREGATOR]
    return [Change(cell.cell, cell.ceiling, ends) for cell in cells if cell.category in wanted]


@dataclass
class Play:
    """One league and what a model of it knows. paid: (athlete, campaign, round); left: hashes that were taken."""

    world: World
    league: League
    chance: random.Random
    campaign: str = ""
    tokens: dict[AthleteId, str] = field(default_factory=dict)
    paid: set[tuple[AthleteId, str, int]] = field(default_factory=set)
    left: defaultdict[Round, set[str]] = field(default_factory=lambda: defaultdict(set))
    before: dict[AthleteId, int] = field(default_factory=dict)
    deaths: int = 0

    @property
    def squad(self) -> list[AthleteId]:
        return self.world.athletes[CLUB]

    def open_campaign(self, number: int) -> None:
        """The next campaign, of which nobody has a token yet."""
        self.campaign, self.tokens = self.league.campaigns[number], {}

    def step(self) -> None:
        """One random act; what the state refuses is no act."""
        acts = [self.reserve, self.commit, self.commit, self.commit, self.note, self.note, self.withdraw, self.close]
        act = self.chance.choices(acts, weights=[3, 3, 2, 2, 3, 2, 1, 0.4])[0]
        if self.chance.random() < DIES:
            self.die_in(act)
            return
        with contextlib.suppress(ConsentError):
            act()

    def reserve(self) -> None:
        issued = self.world.store.issue_tokens(CLUB, self.campaign, self.squad)
        self.tokens |= {token.athlete: token.token for token in issued.tokens}

    def commit(self) -> None:
        number, again = self.chance.randint(1, ROUNDS), self.chance.random() < 0.7
        presented = [token for token in self.tokens.values() if self.chance.random() < 0.9]
        try:
            paid = self.world.store.commit_round(CLUB, self.campaign, number, presented, again=again)
        except AlreadyAnswered:
            assert self.left[self.campaign, number] or self.deaths
            raise
        assert not self.left[self.campaign, number]  # nothing is computed once an answer may have left
        self.paid |= {(athlete, self.campaign, number) for athlete in paid.accepted}

    def note(self) -> None:
        number = self.chance.randint(1, ROUNDS)
        taken = self.left[self.campaign, number]
        answer = self.chance.choice([f"{self.chance.getrandbits(256):064x}", *taken])
        self.world.store.note_answer(CLUB, self.campaign, number, answer)
        taken.add(answer)

    def withdraw(self) -> None:
        """Leave, and perhaps come back: that resets nothing."""
        athlete = self.chance.choice(self.squad)
        self.world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
        if self.chance.random() < 0.8:
            portal(self.world.store).change(athlete, self.league.choices[athlete], method=ConsentMethod.PORTAL)

    def close(self) -> None:
        self.world.store.append_event(LEAGUE, CampaignClosed(campaign=self.campaign))

    def die_in(self, act: object) -> None:
        """The service dies after an append and before its commit, or between two acts, and starts again."""
        failing = break_log(self.world)
        failing.appends_then_fails = True
        with contextlib.suppress(ConsentError, LogUnavailable):
            act()  # type: ignore[operator]
        self.world.service.close()
        self.world = replace(self.world, service=open_service(self.world.service.settings, clock=self.world.clock))
        self.deaths += 1

    def check(self) -> None:
        """The chain holds, the cap holds, what was paid stays paid, and no round has two answers."""
        assert all(len(taken) <= 1 for taken in self.left.values())
        with self.world.store.transactions.read() as tx:
            for athlete in self.squad:
                ledger.verify(tx, athlete)
                self._check_spend(athlete, tx.session.get_one(BudgetRow, athlete))

    def _check_spend(self, athlete: AthleteId, budget: BudgetRow) -> None:
        true = ROUND * sum(one[0] == athlete for one in self.paid)
        assert 0 <= budget.reserved <= budget.cap - budget.spent
        assert budget.spent >= max(true, self.before.get(athlete, 0))
        assert budget.spent == true or self.deaths  # what died with the service is charged at its worst
        self.before[athlete] = budget.spent


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> League:
    return League.make(tmp_path_factory.mktemp("template"))


@pytest.fixture
def play(league: League, request: pytest.FixtureRequest) -> Iterator[Play]:
    """A copy of the league, of which nothing is kept."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        world = league.template.open_copy(Path(folder) / "union", FakeClock())
        made = Play(world, league, random.Random(seeded(request.param)))
        yield made
        made.world.service.close()


@pytest.mark.parametrize(
    "play",
    [pytest.param(n, marks=pytest.mark.xdist_group(f"ledger-{n // PLAYS_AT_ONCE}")) for n in range(scaled(2))],
    indirect=True,
)
def test_no_interleaving_over_spends_loses_spend_or_buys_a_second_answer(play: Play) -> None:
    for number in range(CAMPAIGNS):
        play.open_campaign(number)
        for _ in range(STEPS):
            play.step()
        play.check()  # spend that was lost or doubled stays so
        counts["interleavings"] += 1

    counts["payments"] += len(play.paid)
    counts["answers"] += sum(len(taken) for taken in play.left.values())
    counts["crashes"] += play.deaths
    if FACTOR == 1:  # of a drill's thousands of plays a few pay or answer nothing by chance; the counts tell how many
        assert play.paid
        assert any(play.left.values())
