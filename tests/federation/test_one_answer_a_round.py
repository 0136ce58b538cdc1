"""Attacks on the promise of one answer to one paid round, by a real node against the real service and its ledger.

A node is cut off at every step of a round, and its journal is put back from every copy that could have been made.
"""

import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from chassis.http.signed_client import SignedClient
from client.consent_answers import ContributionToken
from client.consent_client import NodeConsentClient
from client.errors import ClientError, ConsentUnavailable, RoundRefused
from client.federation.approval import Approvals
from client.federation.journal import RoundJournal
from client.federation.participation import Participation
from consent.app import app_of
from models.training.initial_weights import initial_weights
from models.training.recipes import manifest_from, rounds_recipe
from models.wire import TrainRequest, to_bytes
from policies.budget import rho_micro_per_round
from policies.campaign import AnswerNote
from policies.campaigns.signatures import CampaignSigners
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId, Role
from tests.consent.league import FakeClock, World, fill, make_service
from tests.federation.conftest import FakeDays, key_line

MODEL, CLUB = "recovery-linear-1", OrgId("club-a")
STEPS = ("commit", "compute", "record", "note", "keep note")
MOMENTS = [f"{when} {step}" for step in STEPS for when in ("before", "after")]


class PowerCut(ConsentUnavailable):
    """The node is cut off here."""


@dataclass
class Cuts:
    """Cuts the power at one moment, once."""

    at: str = ""

    def around(self, step: str, do: Callable[[], object]) -> object:
        self._perhaps(f"before {step}")
        done = do()
        self._perhaps(f"after {step}")
        return done

    def _perhaps(self, moment: str) -> None:
        if self.at == moment:
            self.at = ""
            raise PowerCut("power cut")


@dataclass
class CutLedger:
    """The real client, cut off before or after a step."""

    real: NodeConsentClient
    cuts: Cuts

    def snapshot(self) -> ConsentSnapshot:
        return self.real.snapshot()

    def tokens(self, manifest_sha256: str, athletes: Iterable[AthleteId]) -> dict[AthleteId, ContributionToken]:
        return self.real.tokens(manifest_sha256, athletes)

    def commit_round(
        self, manifest_sha256: str, number: int, tokens: Iterable[str], *, again: bool
    ) -> frozenset[AthleteId]:
        return self.cuts.around(  # type: ignore[return-value]
            "commit", lambda: self.real.commit_round(manifest_sha256, number, tokens, again=again)
        )

    def note_answer(self, manifest_sha256: str, number: int, note: AnswerNote) -> None:
        self.cuts.around("note", lambda: self.real.note_answer(manifest_sha256, number, note))


class CutJournal(RoundJournal):
    """The real journal, cut off before or after a step."""

    cuts: Cuts

    def record(self, *what: object) -> None:
        self.cuts.around("record", lambda: super(CutJournal, self).record(*what))  # type: ignore[arg-type]

    def noted(self, *what: object) -> None:
        self.cuts.around("keep note", lambda: super(CutJournal, self).noted(*what))  # type: ignore[arg-type]


class CutDays(FakeDays):
    """Days whose reading is cut off."""

    cuts: Cuts

    def series(self, *what: object) -> object:  # type: ignore[override]
        return self.cuts.around("compute", lambda: super(CutDays, self).series(*what))  # type: ignore[arg-type]


@dataclass
class Node:
    """A club's node over the real service, whose journal can be copied and put back."""

    world: World
    ledger: CutLedger
    approvals: Approvals
    days: CutDays
    place: Path
    cuts: Cuts
    request: bytes = b""
    left: list[bytes] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)

    def ask(self, number: int = 1) -> None:
        """Ask as the coordinator does; what comes back has left the node."""
        journal = CutJournal(self.place / "journal.sqlite3")
        journal.cuts = self.cuts
        try:
            asked = Participation(CLUB, self.approvals, journal, self.ledger, self.days, self.world.clock)
            self.left.append(asked.answer(self.request))
        finally:
            journal.close()

    def tries(self) -> None:
        """Ask, whatever comes of it."""
        try:
            self.ask()
        except ClientError:
            return

    def copy(self) -> None:
        """Keep a copy of the journal as it is now."""
        self.copies.append(self.place / f"copy-{len(self.copies)}")
        with sqlite3.connect(self.place / "journal.sqlite3") as source, sqlite3.connect(self.copies[-1]) as target:
            source.backup(target)

    def put_back(self, copy: Path) -> None:
        """Put a copy in place of the journal."""
        (self.place / "journal.sqlite3").unlink()
        with sqlite3.connect(copy) as source, sqlite3.connect(self.place / "journal.sqlite3") as target:
            source.backup(target)

    def spent(self) -> set[int]:
        """What the athletes have spent."""
        return {self.world.store.budget(athlete).spent_micro_rho for athlete in self.world.athletes[CLUB]}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node whose three athletes take part in an approved and registered campaign."""
    clock, key = FakeClock(), generate_private_key(SECP384R1())
    world = fill(make_service(tmp_path / "union", clock), clock)
    manifest = manifest_from(
        rounds_recipe(MODEL, athletes=40),
        campaign_id="one-answer",
        league="league",
        clubs={CLUB: key_line(key)},
        opens=clock.now - timedelta(hours=1),
        expires=clock.now + timedelta(days=2),
    )
    for athlete, category in itertools.product(world.athletes[CLUB], manifest.categories):
        world.give(athlete, category, Role.FL_AGGREGATOR)
    signed = world.signed(manifest)
    world.store.register_campaign(OrgId("league"), signed)
    own, league = world.keys[CLUB], world.keys["league"]
    signers = CampaignSigners([league.verify_key], {"union": [world.service.keys.service.verify_key]})
    approvals = Approvals(tmp_path / "approved", CLUB, (own.verify_key,), signers, key_line(key))
    approvals.approve(signed, own, now=clock())
    service_key, cuts = world.service.keys.service.verify_key, Cuts()
    http = TestClient(app_of(world.service, clock=clock), raise_server_exceptions=False)
    line = SignedClient(
        "http://consent",
        own,
        audience=service_key.key_id,
        clock=clock,
        largest_answer=1 << 20,
        transport=http._transport,
    )
    days = CutDays(world.athletes[CLUB], MODEL)
    days.cuts = cuts
    made = Node(
        world, CutLedger(NodeConsentClient(line, service_key, CLUB, clock), cuts), approvals, days, tmp_path, cuts
    )
    made.request = to_bytes(TrainRequest(manifest_sha256=manifest.sha256, round=1, weights=initial_weights(MODEL)))
    RoundJournal(tmp_path / "journal.sqlite3").close()
    made.copy()
    yield made
    made.ledger.real.close()
    world.service.close()


def round_cost(node: Node) -> int:
    (manifest,) = node.approvals.open_at(node.world.clock())
    return rho_micro_per_round(manifest.noise_multiplier)


def test_three_restores_of_the_journal_buy_no_further_answer(node: Node) -> None:
    node.cuts.at = "after commit"
    node.tries()
    node.copy()  # begun, paid, not answered: the copy from which four answers came to one paid round
    node.ask()
    node.copy()

    for copy in (node.copies[1], node.copies[1], node.copies[0], node.copies[2]):
        node.put_back(copy)
        node.tries()

    assert len(set(node.left)) == 1
    assert len(node.left) == 2  # the copy that holds the answer gives it again
    assert node.spent() == {round_cost(node)}


@pytest.mark.parametrize("moment", MOMENTS)
def test_cut_off_anywhere_the_same_node_gives_one_answer_and_each_athlete_pays_once(node: Node, moment: str) -> None:
    node.cuts.at = moment
    with pytest.raises(PowerCut):
        node.ask()
    assert node.left == []

    node.ask()
    node.ask()

    assert len(set(node.left)) == 1
    assert node.days.read[-1] == tuple(sorted(node.world.athletes[CLUB]))
    assert node.spent() == {round_cost(node)}


@pytest.mark.parametrize("moment", MOMENTS)
def test_cut_off_anywhere_and_put_back_from_any_copy_at_most_one_answer_leaves(node: Node, moment: str) -> None:
    node.cuts.at = moment
    node.tries()
    node.copy()
    node.tries()
    node.copy()

    for copy in (*node.copies, *node.copies):
        node.put_back(copy)
        node.tries()

    assert len(set(node.left)) == 1
    assert node.spent() == {round_cost(node)}


def test_a_node_that_has_lost_its_answer_is_left_out_and_the_next_round_counts(node: Node) -> None:
    node.ask()
    node.put_back(node.copies[0])
    with pytest.raises(RoundRefused):
        node.ask()
    first = TrainRequest.model_validate_json(node.request)
    node.request = to_bytes(first.model_copy(update={"round": 2}))

    node.ask()

    assert len(set(node.left)) == 2
    assert node.spent() == {2 * round_cost(node)}


def test_the_log_holds_one_note_of_the_club_for_each_answer(node: Node) -> None:
    start = node.world.publish()

    for _ in range(3):
        node.ask()

    shown = [entry for entry in node.world.published_since(start) if entry.kind is EventKind.ROUND_ANSWERED]
    assert [len(entry.tag) for entry in shown] == [0]
