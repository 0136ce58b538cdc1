"""A whole campaign under masks over the real engine: clubs that drop, a cheat that is named, kills on both sides."""

import contextlib
import logging
import sqlite3

import numpy as np
import pytest

from models.privacy.discrete_gaussian import add_in_ring, to_ring
from models.training.derivation import recomputed
from models.wire import read_contribution, to_bytes
from server.federation.masked.collection import MaskedCollection
from server.federation.masked.stages import MaskedStages
from server.store import CampaignState
from tests.federation.masked_league import MaskedNode, _masked_nodes
from tests.federation.test_campaign_end_to_end import open_with, real_time, world

__all__ = ["_masked_nodes", "world"]


@pytest.fixture
def clubs(make_club, request):
    stem = f"club-{abs(hash(request.node.name)) % 10**8}"
    return [make_club(f"{stem}-{letter}", clock=real_time) for letter in "abc"]


@pytest.fixture
def running(world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path, masked_nodes):
    """Opens a masked campaign of one exchange, or of rounds, and brings its three nodes online."""

    def begin(**terms):
        campaign = open_with(world, clubs, league_key, key_line, **({"rounds": None, "masks": True} | terms))
        for club in clubs:
            club.approvals.approve(campaign.signed, club.node_key, now=real_time())
        world.enrol_nodes()
        nodes = masked_nodes(clubs)
        for node in nodes:
            start_node(coordinator, node.club.key, node.app(tmp_path / node.club.club / "models"))
        wait_until(lambda: {club.club for club in clubs} <= coordinator.fleet.online())
        return campaign, nodes

    return begin


@pytest.fixture
def sums(monkeypatch):
    """Every sum over clubs that the coordinator has unmasked, with the number of clubs in it."""
    seen, collect = [], MaskedCollection.collect

    def spy(self, grid, train):
        seen.append(collect(self, grid, train))
        return seen[-1]

    monkeypatch.setattr(MaskedCollection, "collect", spy)
    return seen


@pytest.fixture
def plain(monkeypatch):
    """The vector of each club as it was before its masks, by club."""
    vectors, mask = {}, MaskedNode.start

    def start(node):
        mask(node)
        part, answer = node.part.participation, node.part.participation.answer

        def spied(data, masking=None):
            def put_on(values):
                vectors.setdefault(node.club.club, []).append(values)
                return masking.put_on(values)

            return answer(data, type(masking)(masking.asked, put_on))

        node.part.participation = _Spied(part, spied)

    monkeypatch.setattr(MaskedNode, "start", start)
    return vectors


class _Spied:
    def __init__(self, part, answer):
        self._part, self.answer = part, answer

    def __getattr__(self, name):
        return getattr(self._part, name)


def stored_reply(node, campaign, number=1):
    query = "SELECT reply FROM federation_round WHERE manifest = ? AND round = ?"
    with contextlib.closing(sqlite3.connect(node.journal_path)) as database:
        return database.execute(query, (campaign.sha256, number)).fetchone()[0]


def test_an_exchange_of_three_clubs_of_which_one_drops_after_dealing_shares(world, running, sums, plain, clubs):
    campaign, nodes = running()
    nodes[1].failing = {"masked"}

    world.conduct(campaign)

    done = world.store.campaign(campaign.sha256)
    assert (done.state, done.detail) == (CampaignState.DONE, "")
    ((total, counted),) = sums
    stayed = [plain[node.club.club][0] for node in (nodes[0], nodes[2])]
    assert counted == 2
    assert total == add_in_ring(stayed, campaign.manifest.modulus_bits)
    assert nodes[0].heard == ["keys", "shares", "masked", "confirm", "reveal"]
    assert nodes[1].heard == ["keys", "shares", "masked"]
    for node, vector in zip((nodes[0], nodes[2]), stayed, strict=True):
        sent = read_contribution(stored_reply(node, campaign)).values
        assert sent != vector
    model = world.registry.load(done.model_id)
    assert recomputed(model.record.follows, campaign.manifest).tobytes() == model.weights.tobytes()
    assert [body["clubs"] for kind, body in world.consent.events if kind == "round_aggregated"] == [2]
    assert list((world.checkpoints.folder(campaign.sha256)).glob("masks-*")) == []


def test_rounds_of_steps_are_masked_too_each_under_keys_of_its_own(world, running, sums, plain):
    campaign, nodes = running(rounds=2)

    world.conduct(campaign)

    assert world.store.campaign(campaign.sha256).state is CampaignState.DONE
    for number, (total, counted) in enumerate(sums):
        assert counted == 3
        assert total == add_in_ring([of[number] for of in plain.values()], campaign.manifest.modulus_bits)
    assert nodes[0].heard == 2 * ["keys", "shares", "masked", "confirm", "reveal"]
    assert len(nodes[0].part._sides) == 1  # the first round's secrets are gone


def test_a_cheat_under_masks_is_named_and_left_out_once_all_opened(world, running, sums, plain, monkeypatch, caplog):
    campaign, nodes = running()
    cheat, manifest = nodes[2], campaign.manifest
    start = cheat.part.participation.answer

    def far_out(data, masking=None):
        huge = to_ring([1 << 30] * manifest.exchange.axes, manifest.modulus_bits)
        return start(data, type(masking)(masking.asked, lambda _: masking.put_on(huge)))

    cheat.part.participation = _Spied(cheat.club.participation, far_out)

    with caplog.at_level(logging.WARNING):
        world.conduct(campaign)

    done = world.store.campaign(campaign.sha256)
    assert done.state is CampaignState.DONE
    assert done.detail.endswith(f"these are left out of it: {cheat.club.club} (too large)")
    ((total, counted),) = sums
    honest = [plain[node.club.club][0] for node in nodes[:2]]
    assert (total, counted) == (add_in_ring(honest, manifest.modulus_bits), 2)
    assert all(node.heard[-1] == "open" for node in nodes)
    named = [record for record in caplog.records if record.msg == "a club is left out of a masked sum"]
    assert [(record.club, record.reason) for record in named] == [(cheat.club.club, "too_large")]


def test_a_club_that_cannot_open_is_left_out_and_not_called_a_cheat(world, running, sums, plain, monkeypatch):
    campaign, nodes = running()
    nodes[0].failing = {"open"}
    monkeypatch.setattr("server.federation.masked.collection.is_beyond", lambda *_: True)
    monkeypatch.setattr("models.masks.evidence.is_beyond", lambda *_: True)

    world.conduct(campaign)

    done = world.store.campaign(campaign.sha256)
    ((total, counted),) = sums
    opened = [plain[node.club.club][0] for node in nodes[1:]]
    assert (done.state, counted) == (CampaignState.DONE, 2)
    assert total == add_in_ring(opened, campaign.manifest.modulus_bits)
    assert done.detail.endswith(f"{nodes[0].club.club} (not opened)")


class Killed(BaseException):
    """The end of the process, as nothing in it can handle."""


@pytest.mark.parametrize("stage", ["keys", "shares", "masked", "confirm", "reveal"])
def test_a_coordinator_that_is_killed_at_a_stage_goes_on_with_the_same_bytes(
    world, running, sums, plain, monkeypatch, stage
):
    campaign, nodes = running()
    save = MaskedStages.save

    def killed(self, stages):
        save(self, stages)
        if list(stages)[-1] == stage:
            monkeypatch.setattr(MaskedStages, "save", save)
            raise Killed

    monkeypatch.setattr(MaskedStages, "save", killed)
    with pytest.raises(Killed):
        world.conduct(campaign)
    assert world.recover() == ("recovery-test",)

    world.conduct(world.store.resume(campaign.sha256))

    assert world.store.campaign(campaign.sha256).state is CampaignState.DONE
    ((total, counted),) = sums
    assert counted == 3
    assert total == add_in_ring([of[0] for of in plain.values()], campaign.manifest.modulus_bits)
    assert all(len(of) == 1 for of in plain.values())
    for node in nodes:
        assert [call[1] for call in node.club.ledger.calls if call[0] == "commit"] == [1]


@pytest.mark.parametrize(("stage", "in_the_sum"), [("keys", 2), ("shares", 2), ("masked", 3), ("confirm", 3)])
def test_a_node_started_anew_at_a_stage_is_left_out_of_the_rest_and_the_others_lift_its_mask(
    world, running, sums, plain, monkeypatch, stage, in_the_sum
):
    """A vector that had left stays in the sum: two of three are enough to reveal what lifts its masks."""
    campaign, nodes = running()
    save = MaskedStages.save

    def restarting(self, stages):
        save(self, stages)
        if list(stages)[-1] == stage:
            nodes[0].restart()

    monkeypatch.setattr(MaskedStages, "save", restarting)

    world.conduct(campaign)

    assert world.store.campaign(campaign.sha256).state is CampaignState.DONE
    ((total, counted),) = sums
    assert counted == in_the_sum == len(plain)
    assert total == add_in_ring([of[0] for of in plain.values()], campaign.manifest.modulus_bits)
    assert nodes[0].club.club in plain or in_the_sum == 2
    paid = [call for call in nodes[0].club.ledger.calls if call[0] == "commit"]
    assert len(paid) == (1 if in_the_sum == 3 else 0)  # what is left out before its vector costs nobody anything


def test_two_of_three_nodes_lost_end_the_campaign_and_no_vector_is_seen(world, running, sums):
    campaign, nodes = running()
    for node in nodes[:2]:
        node.failing = {"confirm"}

    world.conduct(campaign)

    failed = world.store.campaign(campaign.sha256)
    assert failed.state is CampaignState.FAILED
    assert "expected 2 of 3 clubs that agree to the same list" in failed.detail or "give no secret" in failed.detail
    assert sums == []
    assert world.registry.latest("recovery-linear-1") is None
    assert list((world.checkpoints.folder(campaign.sha256)).glob("masks-*")) == []


def test_too_few_clubs_with_keys_end_the_campaign_before_anything_is_dealt(world, running, sums):
    campaign, nodes = running()
    for node in nodes[:2]:
        node.failing = {"keys"}
    world.wait_s = 0.0

    world.conduct(campaign)

    failed = world.store.campaign(campaign.sha256)
    assert (failed.state, sums) == (CampaignState.FAILED, [])
    assert "round 1 had keys of 1 of 3 clubs, and masks need 2" in failed.detail
    assert all(node.heard == ["keys"] for node in nodes)


def test_a_campaign_that_is_closed_meanwhile_keeps_nothing_of_its_round_and_one_that_is_stopped_does(
    world, running, sums, monkeypatch
):
    campaign, _ = running()
    folder, save = world.checkpoints.folder(campaign.sha256), MaskedStages.save

    def at_masked(act):
        def acting(self, stages):
            save(self, stages)
            if list(stages)[-1] == "shares":
                act()

        monkeypatch.setattr(MaskedStages, "save", acting)

    at_masked(world.stop.set)
    world.conduct(campaign)
    assert world.store.campaign(campaign.sha256).state is CampaignState.INTERRUPTED
    assert [path.name for path in folder.glob("masks-*")] == ["masks-01.json"]

    world.stop.clear()
    at_masked(lambda: None)
    closing = CoordinatorClosing(world, campaign)
    monkeypatch.setattr(MaskedStages, "load", closing.load)
    world.conduct(world.store.resume(campaign.sha256))

    assert world.store.campaign(campaign.sha256).state is CampaignState.CLOSED
    assert list(folder.glob("masks-*")) == []
    assert sums == []


class CoordinatorClosing:
    """Closes the campaign as soon as its round is gone on with."""

    def __init__(self, world, campaign):
        self.world, self.campaign, self.read = world, campaign, MaskedStages.load

    def load(self, kept=None):
        self.world.store.close(self.campaign.sha256, detail="closed by the league")
        return {}


def test_a_node_that_answers_nonsense_at_a_stage_costs_itself_the_round_alone(world, running, sums):
    campaign, nodes = running()
    nodes[0].changing = lambda reply: reply.replace(b'"seal_key":"', b'"seal_key":"00', 1)

    world.conduct(campaign)

    assert world.store.campaign(campaign.sha256).state is CampaignState.DONE
    assert [counted for _, counted in sums] == [2]


def test_the_noise_of_an_absent_club_is_added_to_a_masked_sum_too(world, running, sums, monkeypatch):
    campaign, nodes = running()
    nodes[1].failing = {"keys"}
    world.wait_s = 0.0

    world.conduct(campaign)

    done = world.store.campaign(campaign.sha256)
    ((total, counted),) = sums
    assert (done.state, counted) == (CampaignState.DONE, 2)
    (published,) = world.registry.load(done.model_id).record.follows.sums
    assert tuple(published) != total
    assert not np.array_equal(published, total)
    assert to_bytes(read_contribution(stored_reply(nodes[0], campaign)))
