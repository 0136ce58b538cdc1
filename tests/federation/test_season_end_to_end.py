"""A season over the real engine: exchanges weeks apart by a clock that tests move, rests, kills, and nodes away."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client.federation.client_app import build_client_app
from client.league_models.received import ReceivedModels
from client.league_models.season_starts import SeasonStarts
from models.registry import read_weights_file
from models.training.exchange import posterior_after
from policies.campaigns.signatures import CampaignSigners
from policies.vocabulary import OrgId
from server.errors import BadCoordinatorSettings, ConsentDown
from server.federation.campaigns import CampaignWorker
from server.federation.checkpoints import Checkpoints
from server.federation.opening import Terms, plan_campaign
from server.federation.rounds import MOST_SENDS
from server.registry_store import RegistryStore
from server.settings import CoordinatorSettings
from server.store import CampaignState, CoordinatorStore, open_database
from server.verify_model import VersionFiles, check_version, is_proven
from tests.cosigned_campaigns import cosigned
from tests.federation.conftest import UNION_KEY
from tests.federation.test_campaign_end_to_end import FakeConsent
from tests.waiting import HANG_S

MODEL = "recovery-linear-1"
START = datetime(2026, 11, 24, 8, tzinfo=UTC)
EVERY = timedelta(days=112)


class Now:
    """A clock of everybody in the season."""

    now = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Season:
    """A coordinator, two clubs whose nodes are online, and a season of three exchanges that both have approved."""

    worker: CampaignWorker
    clubs: list[Any]
    received: dict[str, ReceivedModels]
    clock: Now
    sha256: str

    @property
    def campaign(self):
        return self.worker.store.campaign(self.sha256)

    def turn(self, **after: float):
        """One turn of the worker over every campaign, so long after the plan was made."""
        self.clock.now = START + timedelta(**after)
        for campaign in self.worker.store.campaigns():
            self.worker._attend(campaign)
        return self.campaign

    def restarted(self) -> "Season":
        """The same coordinator after a kill: everything that was in memory is gone."""
        return replace(self, worker=replace(self.worker, _deliveries=None))

    def records(self) -> list[Any]:
        registry = self.worker.registry
        latest = registry.latest(MODEL)
        return [version.record for version in registry.versions(latest)] if latest else []


@pytest.fixture
def clock():
    return Now()


@pytest.fixture
def season(tmp_path, coordinator, league_key, key_line, make_club, start_node, wait_until, clock, request):
    stem = f"club-{abs(hash(request.node.name)) % 10**8}"
    clubs = [make_club(f"{stem}-{letter}", clock=clock) for letter in "ab"]
    settings = CoordinatorSettings(tmp_path, OrgId("league"), "League", "http://127.0.0.1:9")
    worker = CampaignWorker(
        store=CoordinatorStore(open_database(settings), clock=clock),
        fleet=coordinator.fleet,
        consent=FakeConsent(),
        registry=RegistryStore(tmp_path / "models", key=league_key, clock=clock),
        checkpoints=Checkpoints(tmp_path / "checkpoints"),
        signers=CampaignSigners([league_key.verify_key], {"union": [UNION_KEY.verify_key]}),
        clock=clock,
        wait_s=HANG_S,
        consent_pause_s=0.001,
        retry_pause_s=0.02,
    )
    named = {club.club: key_line(club.key) for club in clubs}
    for club, key in named.items():
        worker.store.add_node(club, key)
    terms = Terms(model=MODEL, public_athletes=40, epsilon=1.0, exchanges=3, every_days=112)
    planned = plan_campaign(terms, campaign_id="season", league=OrgId("league"), clubs=named, now=clock())
    campaign = worker.store.add_campaign(cosigned(planned, league_key, UNION_KEY))
    worker.enrol_nodes()
    received = {}
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=clock())
        received[club.club] = ReceivedModels(tmp_path / club.club / "models", club.approvals, clock=clock)
        part = replace(club.participation, published=SeasonStarts(received[club.club]).published)
        start_node(coordinator, club.key, build_client_app(answer=part.answer, receive=received[club.club].receive))
    wait_until(lambda: set(named) <= coordinator.fleet.online())
    return Season(worker, clubs, received, clock, campaign.sha256)


def paid(season):
    """Which exchanges each club has paid at the ledger."""
    return [[call[1] for call in club.ledger.calls if call[0] == "commit"] for club in season.clubs]


def test_a_season_publishes_after_each_exchange_rests_and_ends(season, tmp_path):
    states, details = [], []
    for days in (0, 1, 111, 112, 200, 224):
        found = season.turn(days=days)
        states.append((found.state, found.rounds_done, len(season.records())))
        details.append(found.detail)

    resting, done = CampaignState.RESTING, CampaignState.DONE
    assert states == [(resting, 1, 1), (resting, 1, 1), (resting, 1, 1), (resting, 2, 2), (resting, 2, 2), (done, 3, 3)]
    assert details[1] == "rests until 16 March 2027, 07:59 UTC, when exchange 2 of 3 opens"
    assert details[-1] == ""
    assert [kind for kind, _ in season.worker.consent.events] == [
        *["round_aggregated", "model_registered"] * 3,
        "campaign_closed",
    ]
    assert paid(season) == [[1, 2, 3]] * 2
    records = season.records()
    assert [one.follows.exchange for one in records] == [1, 2, 3]
    assert [one.follows.start_record for one in records] == [None, records[0].sha256, records[1].sha256]
    assert season.campaign.model_id == records[-1].sha256
    for one in records:
        assert is_proven(check_version(VersionFiles(season.worker.registry.directory / one.sha256)))
    sums = [[int(value) for value in one.follows.sums[0]] for one in records]
    assert sums == [list(total) for total in season.worker.checkpoints.last(season.sha256).sums]
    variance = [posterior_after(sums[:number], season.campaign.manifest).variance for number in (1, 2, 3)]
    assert (variance[2] < variance[1]).all()
    assert (variance[1] < variance[0]).all()
    for received in season.received.values():
        assert received.latest(MODEL).record.sha256 == records[-1].sha256


@pytest.mark.parametrize("away_for", ["the record", "both exchanges"])
def test_a_node_that_was_away_gets_the_record_when_it_is_asked(season, away_for):
    season.turn(days=0)
    club = season.clubs[0].club
    shutil.rmtree(season.received[club].directory)  # it never received the first exchange's model
    season = season.restarted() if away_for == "both exchanges" else season

    found = season.turn(days=112)

    assert (found.state, found.rounds_done) == (CampaignState.RESTING, 2)
    assert paid(season) == [[1, 2]] * 2
    held = season.received[club].chain
    assert [held.of_exchange(season.sha256, number) is not None for number in (1, 2)] == [True, True]


def test_a_kill_in_the_rest_changes_nothing(season):
    season.turn(days=0)
    season = season.restarted()

    assert season.worker.recover() == ()
    with pytest.raises(BadCoordinatorSettings, match="season is resting; it goes on by itself"):
        season.worker.store.resume(season.sha256)
    assert season.turn(days=112).rounds_done == 2
    season = season.restarted()
    assert season.worker.recover() == ()
    assert season.turn(days=224).state is CampaignState.DONE
    assert paid(season) == [[1, 2, 3]] * 2


class Killed(BaseException):
    """The end of the process, as nothing in it can handle."""


@pytest.mark.parametrize("moment", ["save", "seal", "publish", "send"])
def test_a_kill_around_an_exchange_is_resumed_also_in_the_rest(season, monkeypatch, moment):
    season.turn(days=0)
    worker = season.worker
    target = {"save": worker.checkpoints, "seal": worker.registry, "publish": worker.registry}.get(moment)

    def killed(*_arguments, **_named):
        monkeypatch.undo()
        raise Killed

    where = type(target) if target is not None else type(worker._delivery())
    monkeypatch.setattr(where, moment, killed)
    with pytest.raises(Killed):
        season.turn(days=112)
    season = season.restarted()
    assert season.worker.recover() == ("season",)
    assert season.turn(days=113).state is CampaignState.INTERRUPTED  # it waits for the operator
    season.worker.store.resume(season.sha256)

    days = 113 if moment == "save" else 150  # what was answered may be published in the rest
    found = season.turn(days=days)

    assert (found.state, found.rounds_done, len(season.records())) == (CampaignState.RESTING, 2, 2)
    assert paid(season) == [[1, 2]] * 2
    assert season.turn(days=224).state is CampaignState.DONE
    assert [one.follows.exchange for one in season.records()] == [1, 2, 3]


def test_an_exchange_whose_window_has_passed_ends_the_season_and_gives_the_rest_back(season):
    first = season.turn(days=0)

    found = season.turn(days=112 + 28)

    assert (found.state, found.rounds_done, found.model_id) == (CampaignState.FAILED, 1, first.model_id)
    assert found.detail == "exchange 2 of 3 ended on 2027-04-13 07:59 UTC and is not asked any more"
    assert season.worker.consent.events[-1][0] == "campaign_closed"
    assert paid(season) == [[1]] * 2


def test_an_interrupted_exchange_whose_window_has_passed_ends_the_season(season):
    season.turn(days=0)
    season.worker.store.set_state(season.sha256, CampaignState.RUNNING)
    season.worker.recover()

    found = season.turn(days=150)

    assert (found.state, found.rounds_done) == (CampaignState.FAILED, 1)
    assert "exchange 2 of 3 ended on" in found.detail


def test_closing_in_the_rest_ends_the_season_at_once(season):
    season.turn(days=0)
    season.worker.store.close(season.sha256, detail="closed by the league after 1 rounds")

    found = season.turn(days=112)

    assert (found.state, found.rounds_done) == (CampaignState.CLOSED, 1)
    assert paid(season) == [[1]] * 2


def test_another_campaign_is_carried_out_while_a_season_rests(season, league_key, key_line):
    season.turn(days=0)
    named = {club.club: key_line(club.key) for club in season.clubs}
    season.clock.now = START + timedelta(days=40)
    terms = Terms(model=MODEL, public_athletes=40, epsilon=0.5)
    planned = plan_campaign(terms, campaign_id="beside", league=OrgId("league"), clubs=named, now=season.clock())
    beside = season.worker.store.add_campaign(cosigned(planned, league_key, UNION_KEY))
    for club in season.clubs:
        club.approvals.approve(beside.signed, club.node_key, now=season.clock())

    assert season.turn(days=40).state is CampaignState.RESTING

    assert season.worker.store.campaign(beside.sha256).state is CampaignState.DONE
    season.turn(days=112)
    first, between, second = season.records()
    assert (second.previous, second.follows.start_record) == (between.sha256, first.sha256)
    assert [received.latest(MODEL).record.sha256 for received in season.received.values()] == [second.sha256] * 2


def test_going_back_in_the_rest_does_not_move_the_season(season):
    season.turn(days=0)
    season.turn(days=112)
    registry = season.worker.registry
    first, second = season.records()
    season.clock.now += timedelta(days=1)
    back = registry.keep_return(registry.returning_to(first.sha256))
    registry.publish(back, b"{}")

    found = season.turn(days=224)

    third = season.records()[-1]
    assert found.state is CampaignState.DONE
    assert (third.previous, third.follows.start_record) == (back, second.sha256)
    weights = read_weights_file((registry.directory / third.sha256 / "weights.safetensors").read_bytes())
    for received in season.received.values():
        assert received.latest(MODEL).weights.tobytes() == weights.tobytes()


def test_an_exchange_that_too_few_clubs_answer_is_asked_again_while_it_is_open(season):
    season.turn(days=0)
    season.worker.wait_s = 0.0
    for club in season.clubs:
        club.ledger.down = True
    asked = season.turn(days=112)
    assert (asked.state, asked.rounds_done) == (CampaignState.RESTING, 1)
    assert asked.detail.startswith("round 2 had 0 of 2 clubs; the exchange is asked again every hour until 13 April")
    for club in season.clubs:
        club.ledger.down = False

    assert season.turn(days=112, minutes=59).rounds_done == 1
    assert season.turn(days=112, minutes=61).rounds_done == 2
    assert paid(season) == [[1, 2]] * 2


def test_a_consent_service_that_is_away_at_an_exchange_leaves_the_season_to_the_operator(season):
    season.turn(days=0)
    season.worker.wait_s = 0.0
    season.worker.consent.faults = [ConsentDown("away")]

    found = season.turn(days=112)
    assert (found.state, found.rounds_done) == (CampaignState.INTERRUPTED, 1)
    season.worker.store.resume(season.sha256)

    assert season.turn(days=112).rounds_done == 2


def test_a_club_that_has_left_by_a_later_exchange_is_left_out_of_it(season, monkeypatch):
    season.turn(days=0)
    stays = season.clubs[0].club
    enrolled = [node for node in season.worker.store.nodes() if node.club == stays]
    monkeypatch.setattr(type(season.worker.store), "nodes", lambda _: enrolled)

    found = season.turn(days=112)

    assert (found.state, found.rounds_done) == (CampaignState.RESTING, 2)
    assert paid(season) == [[1, 2], [1]]


def test_a_node_that_keeps_lacking_the_record_is_sent_it_a_few_times_and_left_out(season, monkeypatch):
    season.turn(days=0)
    deaf, sent = season.clubs[0].club, []
    received = season.received[deaf]
    shutil.rmtree(received.directory)
    kept = lambda _chain, parcel, _new: sent.append(parcel.newest.record.of_season)  # noqa: E731
    monkeypatch.setattr(type(received.chain), "keep", kept)
    season.worker.wait_s = 0.0

    found = season.turn(days=112)

    assert (found.state, found.rounds_done) == (CampaignState.RESTING, 2)
    assert 1 <= sent.count(1) <= MOST_SENDS
    assert paid(season) == [[1], [1, 2]]
