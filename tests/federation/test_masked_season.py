"""A season whose exchanges are masked: fresh keys for each exchange, weeks apart, under one approval."""

import shutil
from dataclasses import replace

import pytest

from client.league_models.received import ReceivedModels
from client.league_models.season_starts import SeasonStarts
from models.masks.messages import KeyAnnouncement, read_message
from policies.vocabulary import OrgId
from server.federation.opening import Terms, plan_campaign
from server.store import CampaignState
from tests.cosigned_campaigns import cosigned
from tests.federation.conftest import UNION_KEY
from tests.federation.masked_league import _masked_nodes
from tests.federation.test_campaign_end_to_end import world
from tests.federation.test_season_end_to_end import MODEL, Now, Season, paid

__all__ = ["_masked_nodes", "world"]


@pytest.fixture
def clock():
    return Now()


@pytest.fixture
def season(
    world, make_club, coordinator, league_key, key_line, start_node, wait_until, clock, tmp_path, masked_nodes, request
):
    """A masked season of two exchanges, three nodes that are online and have approved it, and what each announced."""
    worker = replace(world, clock=clock, store=replace_clock(world.store, clock))
    stem = f"club-{abs(hash(request.node.name)) % 10**8}"
    clubs = [make_club(f"{stem}-{letter}", clock=clock) for letter in "abc"]
    named = {club.club: key_line(club.key) for club in clubs}
    for club, key in named.items():
        worker.store.add_node(club, key)
    terms = Terms(model=MODEL, public_athletes=60, epsilon=1.0, exchanges=2, every_days=112, masks=True)
    planned = plan_campaign(terms, campaign_id="masked-season", league=OrgId("league"), clubs=named, now=clock())
    campaign = worker.store.add_campaign(cosigned(planned, league_key, UNION_KEY))
    worker.enrol_nodes()
    received = {}
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=clock())
        received[club.club] = ReceivedModels(tmp_path / club.club / "models", club.approvals, clock=clock)
        club.participation = replace(club.participation, published=SeasonStarts(received[club.club]).published)
    nodes = masked_nodes(clubs)
    for node in nodes:
        start_node(coordinator, node.club.key, node.app(tmp_path / node.club.club / "models"))
    wait_until(lambda: set(named) <= coordinator.fleet.online())
    return Season(worker, clubs, received, clock, campaign.sha256), nodes


def replace_clock(store, clock):
    return type(store)(store._engine, clock=clock)


def announced(node):
    """Collects every announcement that a node makes."""
    made = []

    def keep(reply: bytes) -> bytes:
        if b'"seal_key"' in reply:
            made.append(read_message(KeyAnnouncement, reply))
        return reply

    node.changing = keep
    return made


def test_every_exchange_of_a_season_is_masked_under_keys_of_its_own(season):
    going, nodes = season
    made = [announced(node) for node in nodes]

    first, last = going.turn(days=0), going.turn(days=112)

    assert (first.state, last.state) == (CampaignState.RESTING, CampaignState.DONE)
    assert paid(going) == [[1, 2]] * 3
    assert [node.heard for node in nodes] == [2 * ["keys", "shares", "masked", "confirm", "reveal"]] * 3
    for announcements in made:
        assert [one.round for one in announcements] == [1, 2]
        keys = [key for one in announcements for key in (one.mask_key, one.seal_key, one.seed_hash)]
        assert len(set(keys)) == len(keys)
    assert [one.follows.exchange for one in going.records()] == [1, 2]


def test_a_node_that_lacks_the_record_is_sent_it_before_its_vector(season):
    going, nodes = season
    going.turn(days=0)
    shutil.rmtree(going.received[nodes[0].club.club].directory)

    done = going.turn(days=112)

    assert done.state is CampaignState.DONE
    assert nodes[0].heard[5:] == ["keys", "shares", "masked", "masked", "confirm", "reveal"]
    assert paid(going) == [[1, 2]] * 3


def test_an_exchange_with_keys_of_too_few_clubs_is_asked_again_while_it_is_open(season):
    going, nodes = season
    for node in nodes[:2]:
        node.failing = {"keys"}
    going.worker.wait_s = 0.0
    waiting = going.turn(days=0)
    for node in nodes[:2]:
        node.failing = set()

    resting = going.turn(hours=2)

    assert waiting.state is CampaignState.RESTING
    assert "asked again every hour" in waiting.detail
    assert (resting.state, resting.rounds_done) == (CampaignState.RESTING, 1)
    assert paid(going) == [[1]] * 3
