"""The privacy ledger against a model in three numbers: random interleavings, restarts included."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audit.entries.details.league import CampaignClosed
from consent.errors import Conflict
from consent.grants.values import ConsentMethod
from consent.ledger import ledger
from policies.budget import rho_micro_per_round
from policies.vocabulary import OrgId
from tests.consent.league import FakeClock, World, fill, make_service
from tests.consent.portal_choices import portal
from tests.scale import fuzzed

CLUB_A, LEAGUE = OrgId("club-a"), OrgId("league")
SIGMA = 10.0  # all three campaigns fit one season line: what stops here is the cap of a life
ROUND = rho_micro_per_round(SIGMA)


class Ledger(RuleBasedStateMachine):
    """Random interleavings of issue, commit, withdraw, return, close and restart, against a model in three numbers."""

    @initialize()
    def start(self) -> None:
        """One athlete with a small cap, three campaigns."""
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.world = fill(make_service(Path(self.folder.name) / "union", self.clock), self.clock)
        self.athlete = self.world.athletes["club-a"][0]
        self.world.take_part(self.athlete)
        portal(self.world.store).lower_cap(self.athlete, 9 * ROUND)
        names = [f"campaign-{n}" for n in range(3)]
        signed = [self.world.campaign(campaign_id=name, noise_multiplier=SIGMA) for name in names]
        self.campaigns = [self.world.store.register_campaign(LEAGUE, campaign) for campaign in signed]
        self.tokens: dict[str, str] = {}
        self.paid: set[tuple[str, int]] = set()
        self.ended: set[str] = set()
        self.is_in = True

    def teardown(self) -> None:
        """Remove the folder."""
        if hasattr(self, "world"):
            self.world.service.close()
            self.folder.cleanup()

    @rule(n=st.integers(0, 2))
    def issue(self, n: int) -> None:
        """A token exactly if the athlete is in, the campaign is not over for them, and the cap allows all of it."""
        campaign = self.campaigns[n]
        try:
            issued = self.world.store.issue_tokens(CLUB_A, campaign, [self.athlete]).tokens
        except Conflict:
            return
        fits = campaign in self.tokens or self.in_use() + 4 * ROUND <= 9 * ROUND
        assert bool(issued) == (self.is_in and campaign not in self.ended and fits)
        if issued:
            self.tokens[campaign] = issued[0].token

    @rule(n=st.integers(0, 2), round_no=st.integers(1, 4))
    def commit(self, n: int, round_no: int) -> None:
        """Whatever is accepted is paid, once."""
        campaign = self.campaigns[n]
        if campaign not in self.tokens:
            return
        with suppress(Conflict):
            if self.world.store.commit_round(CLUB_A, campaign, round_no, [self.tokens[campaign]]).accepted:
                assert campaign not in self.ended
                self.paid.add((campaign, round_no))

    @rule()
    def leave(self) -> None:
        """Every open campaign is over for this athlete."""
        if self.is_in:
            self.world.store.withdraw_all(self.athlete, method=ConsentMethod.PORTAL)
            self.ended |= set(self.tokens)
            self.is_in = False

    @rule()
    def come_back(self) -> None:
        """Coming back never resets anything."""
        if not self.is_in:
            self.world.take_part(self.athlete)
            self.is_in = True

    @rule(n=st.integers(0, 2))
    def close(self, n: int) -> None:
        """The league closes a campaign."""
        self.world.store.append_event(LEAGUE, CampaignClosed(campaign=self.campaigns[n]))
        self.ended.add(self.campaigns[n])

    @rule()
    def restart(self) -> None:
        """The service dies and comes back: what was set aside stays set aside, what was spent stays spent."""
        keys, athletes = self.world.keys, self.world.athletes
        self.world.service.close()
        service = make_service(Path(self.folder.name) / "union", self.clock)
        self.world = World(service, self.clock, keys, athletes)

    def figures(self) -> tuple[int, int]:
        """What the ledger says is spent and reserved."""
        view = self.world.store.budget(self.athlete)
        return view.spent_micro_rho, view.reserved_micro_rho

    def in_use(self) -> int:
        """The model's own sum of spent and reserved."""
        open_rounds = sum(
            4 - len([r for c, r in self.paid if c == campaign]) for campaign in set(self.tokens) - self.ended
        )
        return (len(self.paid) + open_rounds) * ROUND

    @invariant()
    def the_ledger_is_the_model(self) -> None:
        """Spent is what was paid; spent and reserved are what the model says; the chain holds; the cap holds."""
        if not hasattr(self, "world"):
            return
        spent, reserved = self.figures()
        assert spent == len(self.paid) * ROUND
        assert spent + reserved == self.in_use() <= 9 * ROUND
        with self.world.store.transactions.read() as tx:
            ledger.verify(tx, self.athlete)


Ledger.TestCase.settings = settings(fuzzed(4), stateful_step_count=14)
TestLedger = Ledger.TestCase
