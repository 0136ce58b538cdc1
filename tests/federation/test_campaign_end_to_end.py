"""A whole campaign: manifest, approval, rounds over TLS through Flower, aggregation, registered and delivered model."""

import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from client.federation.client_app import build_client_app
from client.league_models.received import ReceivedModels
from models.masks.node_line import node_line
from models.privacy.public_axes import public_axes
from models.training.derivation import recomputed
from models.training.initial_weights import initial_weights
from policies.vocabulary import OrgId
from server.errors import ConsentDown, ConsentServiceFailed
from server.federation.opening import Terms, plan_campaign
from server.store import CampaignState
from tests.cosigned_campaigns import cosigned
from tests.federation.conftest import UNION_KEY, campaign_worker
from tests.published import League
from tests.waiting import HANG_S

WEEK = timedelta(days=7)


def real_time():
    return datetime.now(UTC)


class FakeConsent:
    def __init__(self):
        self.events, self.registered, self.down_after = [], [], None
        self.faults = []

    def register_campaign(self, signed):
        if self.faults:
            raise self.faults.pop()
        self.registered.append(signed.manifest.sha256)

    def event(self, details):
        if self.down_after is not None and len(self.events) >= self.down_after:
            raise ConsentServiceFailed("down")
        self.events.append((details.kind, details.body()))
        return len(self.events)

    def register_model(self, details):
        self.event(details)
        return b"{}"


@pytest.fixture
def world(tmp_path, coordinator, league_key):
    """A worker on the shared Fleet API with its own database."""
    return campaign_worker(tmp_path, coordinator.fleet, FakeConsent(), league_key)


@pytest.fixture
def clubs(make_club, request):
    stem = f"club-{abs(hash(request.node.name)) % 10**8}"
    return [make_club(f"{stem}-{letter}", clock=real_time) for letter in "ab"]


def open_with(worker, clubs, league_key, key_line, **terms):
    for club in clubs:
        worker.store.add_node(club.club, key_line(club.key))
    planned = plan_campaign(
        Terms(**({"model": "recovery-linear-1", "public_athletes": 40, "rounds": 3} | terms)),
        campaign_id="recovery-test",
        league=OrgId("league"),
        clubs={club.club: key_line(club.key) for club in clubs},
        now=real_time(),
    )
    return worker.store.add_campaign(cosigned(planned, league_key, UNION_KEY))


def bring_online(clubs, worker, coordinator, start_node, wait_until, tmp_path):
    worker.enrol_nodes()
    received = {}
    for club in clubs:
        received[club.club] = ReceivedModels(tmp_path / club.club / "models", club.approvals)
        app = build_client_app(answer=club.participation.answer, receive=received[club.club].receive)
        start_node(coordinator, club.key, app)
    wait_until(lambda: {club.club for club in clubs} <= coordinator.fleet.online())
    return received


def test_a_campaign_of_two_clubs_ends_with_a_signed_model_at_both(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    received = bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)

    world.conduct(campaign)

    done = world.store.campaign(campaign.sha256)
    assert (done.state, done.rounds_done, done.detail) == (CampaignState.DONE, 3, "")
    assert [kind for kind, _ in world.consent.events] == ["round_aggregated"] * 3 + [
        "model_registered",
        "campaign_closed",
    ]
    assert world.consent.registered == [campaign.sha256]
    model = world.registry.load(done.model_id)
    assert not np.allclose(model.weights, initial_weights("recovery-linear-1"))
    assert world.checkpoints.last(campaign.sha256).weights.tobytes() == model.weights.tobytes()
    assert recomputed(model.record.follows, campaign.manifest).tobytes() == model.weights.tobytes()
    for club in clubs:
        assert received[club.club].latest("recovery-linear-1").record.sha256 == done.model_id
        assert club.journal.rounds_done(campaign.sha256) == 3


def test_one_exchange_of_two_clubs_ends_with_the_posterior_at_both(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line, rounds=None)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
        world.store.add_node(club.club, node_line(club.key))  # its key for masks came after the campaign was planned
    received = bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)

    world.conduct(campaign)

    done, model = world.store.campaign(campaign.sha256), "recovery-linear-1"
    assert (done.state, done.rounds_done, done.detail) == (CampaignState.DONE, 1, "")
    found = world.registry.load(done.model_id)
    weights = found.weights
    assert recomputed(found.record.follows, campaign.manifest).tobytes() == weights.tobytes()
    moved = public_axes(model).metric.T @ (weights - np.array(initial_weights(model)))
    asked = done.manifest.exchange.axes
    inside = public_axes(model).axes[:, :asked]
    assert np.linalg.norm(moved) > 0
    np.testing.assert_allclose(inside @ (inside.T @ moved), moved, atol=1e-3)  # along the axes asked for, and no other
    for club in clubs:
        assert received[club.club].latest(model).record.sha256 == done.model_id
        assert club.journal.rounds_done(campaign.sha256) == 1


def test_no_event_of_a_campaign_tells_a_number_of_athletes(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)

    world.conduct(campaign)

    fields = {name for _, details in world.consent.events for name in details}
    assert fields == {"manifest", "round", "clubs", "model", "model_id", "campaign"}


def test_the_first_round_waits_for_a_club_that_approves_late(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    clubs[0].approvals.approve(campaign.signed, clubs[0].node_key, now=real_time())
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    running = threading.Thread(target=world.conduct, args=(campaign,))

    running.start()
    wait_until(lambda: clubs[0].journal.rounds_done(campaign.sha256) == 1)
    assert clubs[1].journal.rounds_done(campaign.sha256) == 0
    clubs[1].approvals.approve(campaign.signed, clubs[1].node_key, now=real_time())
    running.join(HANG_S)

    assert world.store.campaign(campaign.sha256).state is CampaignState.DONE
    assert clubs[1].journal.rounds_done(campaign.sha256) == 3


def test_a_campaign_stops_where_its_round_cannot_be_logged(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    world.consent.down_after = 1

    world.conduct(campaign)

    failed = world.store.campaign(campaign.sha256)
    assert (failed.state, failed.rounds_done, failed.model_id) == (CampaignState.FAILED, 1, "")
    assert max(club.journal.rounds_done(campaign.sha256) for club in clubs) == 2  # nothing was asked after that
    assert world.registry.latest("recovery-linear-1") is None


def test_the_first_round_waits_for_a_club_that_was_not_online_since_the_start(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    world.enrol_nodes()
    assert not {club.club for club in clubs} & coordinator.fleet.online()
    running = threading.Thread(target=world.conduct, args=(campaign,))

    running.start()
    wait_until(lambda: world.store.campaign(campaign.sha256).state is not CampaignState.OPEN)
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    running.join(HANG_S)

    assert world.store.campaign(campaign.sha256).state is CampaignState.DONE


def test_a_campaign_that_no_club_approved_fails_and_publishes_nothing(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    world.wait_s = 0.0
    campaign = open_with(world, clubs, league_key, key_line)
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)

    world.conduct(campaign)

    failed = world.store.campaign(campaign.sha256)
    assert failed.state is CampaignState.FAILED
    assert "0 of 2 clubs" in failed.detail
    assert all(club.days.read == [] for club in clubs)


def test_a_service_that_is_down_at_the_start_is_waited_for(world, clubs, league_key, key_line, coordinator):
    campaign = open_with(world, clubs, league_key, key_line)
    world.consent_pause_s, world.wait_s = 0.001, 0.002
    world.consent.faults = [ConsentDown("down"), ConsentDown("down")]

    world.conduct(campaign)

    assert world.consent.registered == [campaign.sha256]


def test_a_service_that_refuses_or_stays_down_fails_the_campaign(world, clubs, league_key, key_line):
    campaign = open_with(world, clubs, league_key, key_line)
    world.consent_pause_s, world.wait_s = 0.001, 0.002
    world.consent.faults = [ConsentServiceFailed("refused")]

    world.conduct(campaign)

    assert world.store.campaign(campaign.sha256).state is CampaignState.FAILED
    assert world.consent.registered == []


def test_an_unexpected_fault_fails_one_campaign_and_not_the_worker(world, clubs, league_key, key_line, caplog):
    campaign = open_with(world, clubs, league_key, key_line)
    world.consent.faults = [RuntimeError("a value that must not be printed")]

    world.conduct(campaign)

    assert world.store.campaign(campaign.sha256).state is CampaignState.FAILED
    assert "must not be printed" not in caplog.text


def test_a_club_that_was_away_gets_the_whole_chain_once_it_is_online_and_is_sent_it_once(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path, monkeypatch
):
    for club in clubs:
        world.store.add_node(club.club, key_line(club.key))
    published = League(tmp_path / "models", key=league_key, clubs={one.club: key_line(one.key) for one in clubs})
    for _ in range(3):
        manifest = published.manifest().model_copy(update={"opens": real_time(), "expires": real_time() + WEEK})
        for club in clubs:
            club.approvals.approve(cosigned(manifest, league_key, UNION_KEY), club.node_key, now=real_time())
        newest = published.publish(manifest=manifest)
    world.deliver_missed()  # nobody is online yet

    received = bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    world.deliver_missed()

    assert {one.latest("recovery-linear-1").record.sha256 for one in received.values()} == {newest.name}
    monkeypatch.setattr(world.registry.__class__, "parcel", lambda *_: pytest.fail("sent again"))
    world.deliver_missed()
