"""A campaign that is interrupted, resumed, closed or turned down, on the same Fleet API as a whole one."""

import contextlib
import sqlite3
import threading

import numpy as np
import pytest

from audit.entries.events import EventKind
from client.federation.decided.decisions import Against
from models.training import server_step
from models.training.initial_weights import initial_weights
from models.wire import read_contribution
from policies.campaign import SignedManifest
from server.errors import BadCoordinatorSettings, ConsentDown
from server.registry_store import RegistryStore
from server.store import CampaignState
from tests.federation.test_campaign_end_to_end import bring_online, clubs, open_with, real_time, world
from tests.waiting import HANG_S
from tests.waiting import wait_until as wait_until_true

__all__ = ["clubs", "world"]


def test_a_restart_marks_what_was_under_way_as_interrupted_and_gives_nothing_back(world, clubs, league_key, key_line):
    campaign = open_with(world, clubs, league_key, key_line)
    world.store.set_state(campaign.sha256, CampaignState.RUNNING)

    assert world.recover() == ("recovery-test",)

    left = world.store.campaign(campaign.sha256)
    assert (left.state, world.consent.events) == (CampaignState.INTERRUPTED, [])
    assert "resume" in left.detail


class Killed(BaseException):
    """The end of the process, as nothing in it can handle."""


def recomputed(manifest, clubs, tmp_path):
    """The weights that follow from the answers that stand in the clubs' journals."""
    state = server_step.start(initial_weights(manifest.model))
    for number in range(1, manifest.rounds + 1):
        replies = []
        for club in clubs:
            with contextlib.closing(sqlite3.connect(tmp_path / club.club / "journal.sqlite3")) as database:
                query = "SELECT reply FROM federation_round WHERE manifest = ? AND round = ?"
                (reply,) = database.execute(query, (manifest.sha256, number)).fetchone()
            replies.append(read_contribution(reply).values)
        total = [sum(part) % 2**manifest.modulus_bits for part in zip(*replies, strict=True)]
        state = server_step.step(state, total, manifest)
    return state.weights


@pytest.mark.parametrize("moment", ["answers in", "round kept", "round logged"])
def test_a_campaign_goes_on_after_a_kill_with_the_same_answers_and_one_price(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path, moment, monkeypatch
):
    campaign = open_with(world, clubs, league_key, key_line)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    save, told = world.checkpoints.save, world.consent.event

    def kill(at, number):
        if (at, number) == (moment, 2):
            monkeypatch.undo()
            raise Killed

    def killed_save(sha256, state):
        kill("answers in", state.round)
        path = save(sha256, state)
        kill("round kept", state.round)
        return path

    def killed_event(details):
        told(details)
        kill("round logged", details.body().get("round"))

    monkeypatch.setattr(world.checkpoints, "save", killed_save)
    monkeypatch.setattr(world.consent, "event", killed_event)
    with pytest.raises(Killed):
        world.conduct(campaign)

    assert world.recover() == ("recovery-test",)
    assert world.store.campaign(campaign.sha256).rounds_done == 1
    world.conduct(world.store.resume(campaign.sha256))

    done = world.store.campaign(campaign.sha256)
    assert (done.state, done.rounds_done, done.detail) == (CampaignState.DONE, 3, "")
    assert np.array_equal(world.registry.load(done.model_id).weights, recomputed(done.manifest, clubs, tmp_path))
    for club in clubs:
        assert [call[1] for call in club.ledger.calls if call[0] == "commit"] == [1, 2, 3]


def test_a_kill_after_the_model_was_published_publishes_no_second_one(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path, monkeypatch
):
    campaign = open_with(world, clubs, league_key, key_line)
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    received = bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    publish = world.registry.publish

    def killed_publish(*args):
        publish(*args)
        raise Killed

    monkeypatch.setattr(RegistryStore, "publish", lambda _self, *args: killed_publish(*args))
    with pytest.raises(Killed):
        world.conduct(campaign)
    first = world.registry.latest("recovery-linear-1")
    world.recover()
    world.conduct(world.store.resume(campaign.sha256))

    assert world.store.campaign(campaign.sha256).model_id == first
    assert all(received[club.club].latest("recovery-linear-1").record.sha256 == first for club in clubs)


def test_a_coordinator_that_is_told_to_stop_leaves_its_campaign_to_be_resumed(
    world, clubs, league_key, key_line, coordinator
):
    campaign = open_with(world, clubs, league_key, key_line)
    world.stop.set()

    world.conduct(campaign)

    assert world.store.campaign(campaign.sha256).state is CampaignState.INTERRUPTED
    assert world.consent.events == []


def test_a_campaign_that_the_operator_closes_ends_at_once_and_stays_closed(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    running = threading.Thread(target=world.conduct, args=(campaign,))
    running.start()
    wait_until(lambda: world.store.campaign(campaign.sha256).state is CampaignState.WAITING)

    world.store.close(campaign.sha256, detail="closed by the league")
    running.join(HANG_S)

    closed = world.store.campaign(campaign.sha256)
    assert (closed.state, closed.detail) == (CampaignState.CLOSED, "closed by the league")
    assert not running.is_alive()
    assert world.consent.events == []  # `campaign close` has told the ledger before
    with pytest.raises(BadCoordinatorSettings, match="over already"):
        world.store.close(campaign.sha256, detail="again")
    with pytest.raises(BadCoordinatorSettings, match="expected a campaign that was interrupted"):
        world.store.resume(campaign.sha256)


def run_until(world, condition):
    """Let the worker run until something holds."""
    thread = threading.Thread(target=world.run)
    thread.start()
    wait_until_true(condition)
    world.stop.set()
    thread.join(HANG_S)


@pytest.mark.parametrize("state", [CampaignState.DONE, CampaignState.FAILED])
def test_a_ledger_that_is_away_when_a_campaign_ends_is_told_once_it_is_back_also_after_a_restart(
    world, clubs, league_key, key_line, state
):
    campaign, told = open_with(world, clubs, league_key, key_line), world.consent.event
    world.store.set_state(campaign.sha256, state)
    answers = iter([ConsentDown("away"), ConsentDown("away")])

    def event(details):
        if (fault := next(answers, None)) is not None:
            raise fault
        told(details)

    world.consent.event = event
    run_until(world, lambda: world.store.campaign(campaign.sha256).reported_at is not None)

    assert world.consent.events == [(EventKind.CAMPAIGN_CLOSED, {"campaign": campaign.sha256})]


def test_an_interrupted_campaign_that_nobody_resumes_ends_with_its_time(world, clubs, league_key, key_line):
    campaign = open_with(world, clubs, league_key, key_line)
    world.store.set_state(campaign.sha256, CampaignState.INTERRUPTED)
    world.clock = lambda: campaign.manifest.expires

    run_until(world, lambda: world.store.campaign(campaign.sha256).reported_at is not None)

    assert world.store.campaign(campaign.sha256).state is CampaignState.FAILED
    assert world.consent.events == [(EventKind.CAMPAIGN_CLOSED, {"campaign": campaign.sha256})]


def test_a_campaign_of_before_that_the_league_alone_signed_is_not_carried_out(world, clubs, league_key, key_line):
    opened = open_with(world, clubs, league_key, key_line)
    old = SignedManifest.create(opened.manifest.model_copy(update={"campaign_id": "of-before"}), league_key)
    campaign = world.store.add_campaign(old)

    world.conduct(campaign)

    failed = world.store.campaign(campaign.sha256)
    assert (failed.state, failed.signed) == (CampaignState.FAILED, old)
    assert "expected two signatures" in failed.detail
    assert world.consent.registered == []


def test_a_club_that_turned_the_campaign_down_is_shown_and_not_waited_for(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    campaign = open_with(world, clubs, league_key, key_line)
    taking_part, against = clubs
    taking_part.approvals.approve(campaign.signed, taking_part.node_key, now=real_time())
    against.approvals.decisions.keep(campaign.signed, Against.REJECTED, against.node_key, now=real_time())
    bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    notes = []
    set_note = world.store.set_note
    world.store.set_note = lambda sha256, text: (notes.append(text), set_note(sha256, text))

    world.conduct(campaign)

    over = world.store.campaign(campaign.sha256)
    assert over.state is CampaignState.DONE
    assert notes == [f"not waited for, since the club turned it down: {against.club}"] == [over.detail]
    assert against.ledger.calls == []
