"""Random interleavings of everything that moves a budget, crashes included: no over-spend, no lost spend, one answer.

Clubs' nodes that always say they asked before, that compute anew whenever they are let, and that note whatever hash
they like; athletes who withdraw and come back; one who is at a second club as well, with weights that change and a
membership that ends and begins again; a league that closes; a service that dies between log and database. The drill
`ledger` does a hundred thousand.

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
from sqlmodel import select

from audit.entries.details.league import CampaignClosed
from audit.errors import LogUnavailable
from consent.errors import AlreadyAnswered, ConsentError
from consent.grants.values import Change, ConsentMethod
from consent.ledger import ledger, unused
from consent.registry.values import SecondClub
from consent.service import open_service
from consent.storage.rows import BudgetRow, TokenRow
from policies.budget import rho_micro_per_round
from policies.campaigns.memberships import HALF, WHOLE
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import FakeClock, Template, World, break_log
from tests.consent.portal_choices import portal
from tests.scale import FACTOR, counts, scaled, seeded

CLUB, SECOND, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")
ROUNDS, CAP_ROUNDS = 4, 26
SIGMA = 20.0  # all campaigns of a league fit one season line: what stops here is the cap of a life
ROUND = rho_micro_per_round(SIGMA)
CAMPAIGNS = 10  # interleavings in one league, until its athletes' small caps are reached
STEPS = 9
DIES = 0.01
PLAYS_AT_ONCE = 20  # go to one process together: the gate's do, and a drill's are shared among all that it has

Round = tuple[OrgId, str, int]
"""A club's part in one round of one campaign."""


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
        world.store.set_second_club(world.athletes[CLUB][0], SecondClub(SECOND, HALF, None))
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


def _price(sixteenths: int) -> int:
    """What a round costs at this weight; w² of a whole athlete's, rounded up, by hand."""
    return -(-ROUND * sixteenths * sixteenths // 256)


def _choices(world: World, athlete: AthleteId) -> list[Change]:
    """What `World.take_part` gives, for one form."""
    ends, wanted = world.clock.now + timedelta(days=200), (Category.SLEEP, Category.WELLNESS)
    cells = [cell for cell in world.store.matrix(athlete) if cell.recipient.role is Role.FL_AGGREGATOR]
    return [Change(cell.cell, cell.ceiling, ends) for cell in cells if cell.category in wanted]


@dataclass
class Play:
    """One league and what a model of it knows.

    tokens, weights: by club and athlete, those of the present campaign. paid: weight by (athlete, campaign, round,
    club). left: hashes that were taken.
    """

    world: World
    league: League
    chance: random.Random
    campaign: str = ""
    tokens: dict[tuple[OrgId, AthleteId], str] = field(default_factory=dict)
    weights: dict[tuple[OrgId, AthleteId], int] = field(default_factory=dict)
    paid: dict[tuple[AthleteId, str, int, OrgId], int] = field(default_factory=dict)
    left: defaultdict[Round, set[str]] = field(default_factory=lambda: defaultdict(set))
    before: dict[AthleteId, int] = field(default_factory=dict)
    deaths: int = 0

    @property
    def squad(self) -> list[AthleteId]:
        return self.world.athletes[CLUB]

    def open_campaign(self, number: int) -> None:
        """The next campaign, of which nobody has a token yet."""
        self.campaign, self.tokens, self.weights = self.league.campaigns[number], {}, {}

    @property
    def both(self) -> AthleteId:
        """The athlete of two clubs."""
        return self.squad[0]

    def club(self) -> OrgId:
        """Whose node acts."""
        return SECOND if self.chance.random() < 0.4 else CLUB

    def step(self) -> None:
        """One random act; what the state refuses is no act."""
        acts = [self.reserve, self.commit, self.note, self.withdraw, self.close, self.weigh, self.leave]
        act = self.chance.choices(acts, weights=[5, 8, 4, 0.8, 0.3, 1.2, 0.2])[0]
        if self.chance.random() < DIES:
            self.die_in(act)
            return
        with contextlib.suppress(ConsentError):
            act()

    def reserve(self) -> None:
        club = self.club()
        issued = self.world.store.issue_tokens(club, self.campaign, self.squad if club == CLUB else [self.both])
        for one in issued.tokens:
            before = self.weights.setdefault((club, one.athlete), one.sixteenths)
            assert before == one.sixteenths or self.deaths  # what a token was issued with stands
            self.tokens[club, one.athlete], self.weights[club, one.athlete] = one.token, one.sixteenths

    def commit(self) -> None:
        again, club = self.chance.random() < 0.7, self.club()
        paid_elsewhere = [one[2] for one in self.paid if one[1] == self.campaign and one[3] != club]
        number = self.chance.choice([*paid_elsewhere, self.chance.randint(1, ROUNDS)])
        presented = [
            one for (held_by, _), one in self.tokens.items() if self.chance.random() < (0.9, 0.1)[held_by != club]
        ]
        try:
            paid = self.world.store.commit_round(club, self.campaign, number, presented, again=again)
        except AlreadyAnswered:
            assert self.left[club, self.campaign, number] or self.deaths
            raise
        assert not self.left[club, self.campaign, number]  # nothing is computed once an answer may have left
        for athlete in paid.accepted:
            self.paid[athlete, self.campaign, number, club] = self.weights[club, athlete]

    def note(self) -> None:
        number, club = self.chance.randint(1, ROUNDS), self.club()
        taken = self.left[club, self.campaign, number]
        answer = self.chance.choice([f"{self.chance.getrandbits(256):064x}", *taken])
        self.world.store.note_answer(club, self.campaign, number, answer)
        taken.add(answer)

    def withdraw(self) -> None:
        """Leave, and perhaps come back: that resets nothing."""
        athlete = self.chance.choice(self.squad)
        self.world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
        if self.chance.random() < 0.8:
            portal(self.world.store).change(athlete, self.league.choices[athlete], method=ConsentMethod.PORTAL)

    def weigh(self) -> None:
        """Other weights from now on, or a membership that begins again."""
        wanted = SecondClub(SECOND, self.chance.randint(1, WHOLE - 1), None)
        self.world.store.set_second_club(self.both, wanted)

    def leave(self) -> None:
        """The second membership ends."""
        self.world.store.end_second_club(self.both)

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
        whole: defaultdict[tuple[AthleteId, str, int], int] = defaultdict(int)
        for (*what, _club), weight in self.paid.items():
            whole[tuple(what)] += weight  # type: ignore[index]
        assert max(whole.values(), default=0) <= WHOLE  # nobody is more than one athlete in a round
        with self.world.store.transactions.read() as tx:
            for athlete in self.squad:
                ledger.verify(tx, athlete)
                self._check_spend(athlete, tx.session.get_one(BudgetRow, athlete))
            tokens = tx.session.exec(select(TokenRow)).all()
            left, aside = unused.of_tokens(tx, tokens), defaultdict[str, int](int)
            for token in tokens:
                assert left[token.digest] >= 0
                aside[token.athlete] += 0 if token.is_closed else left[token.digest]
            for athlete in self.squad:
                assert tx.session.get_one(BudgetRow, athlete).reserved == aside[athlete]

    def _check_spend(self, athlete: AthleteId, budget: BudgetRow) -> None:
        true = sum(_price(weight) for (held_by, *_), weight in self.paid.items() if held_by == athlete)
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
    counts["payments of two clubs"] += len(
        {one[:3] for one in play.paid if one[3] == SECOND} & {one[:3] for one in play.paid if one[3] == CLUB}
    )
    if FACTOR == 1:  # of a drill's thousands of plays a few pay or answer nothing by chance; the counts tell how many
        assert play.paid
        assert any(play.left.values())
