"""Public squad sizes in a campaign: a node with a longer list asks nobody, a club beyond its own bound is left out."""

import json
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import client.cli
import consent.cli
import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.supercore.task_identity import TaskIdentity

from audit.entries.events import EventKind
from client.errors import NotApproved
from client.settings import load_settings
from client.vault.access import open_vault
from models.privacy.contribution import answer_length, largest_norm
from models.privacy.discrete_gaussian import sensitivity, to_ring
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, manifest_from
from models.wire import ContributionSum, TrainRequest, read_train_request, to_bytes
from policies.campaign import CampaignManifest
from policies.vocabulary import AthleteId
from server.federation.rounds import BYTES, REPLY, REQUEST, Training
from tests.privacy.programs import Programs, node_added, set_up

FIRST = tuple(float(one) for one in initial_weights("recovery-linear-1"))


@pytest.fixture
def two_clubs(make_club):
    return [make_club(), make_club("club-b")]


def request_for(manifest):
    return to_bytes(TrainRequest(manifest_sha256=manifest.sha256, round=1, weights=FIRST))


def approved(club, signed):
    return club.approvals.approve(signed, club.node_key, now=club.participation.clock())


def test_a_list_longer_than_the_clubs_own_size_is_refused_before_the_ledger_is_asked(two_clubs, make_manifest):
    """Whoever takes part, and with a public number that would hold the list twice over."""
    club, held = two_clubs[0], len(two_clubs[0].days.held)
    squads = {"club-a": held - 1, "club-b": 2 * held}
    manifest = approved(club, make_manifest(two_clubs, public_athletes=3 * held, squads=squads))
    said = []
    for live in (set(club.days.held), set()):
        club.ledger.live = live
        for asks in (
            lambda: club.participation.answer(request_for(manifest)),
            lambda: club.participation.reserve(manifest),
        ):
            with pytest.raises(NotApproved) as refused:
                asks()
            said.append((str(refused.value), refused.value.refusal))

    assert len(set(said)) == 1
    assert f"names a public squad size of {held - 1} for this club" in said[0][0]
    assert said[0][1] == "small_number"
    assert club.ledger.calls == []
    assert club.days.read == []


def test_a_list_as_long_as_the_size_is_answered_until_somebody_comes(two_clubs, make_manifest):
    club, held = two_clubs[0], len(two_clubs[0].days.held)
    manifest = approved(
        club, make_manifest(two_clubs, public_athletes=3 * held, squads={"club-a": held, "club-b": held})
    )

    answer = club.participation.answer(request_for(manifest))
    calls = len(club.ledger.calls)
    club.days.held = (*club.days.held, "ath-00000000000000ff")

    assert answer
    with pytest.raises(NotApproved, match="squad list is longer"):
        club.participation.answer(request_for(manifest))
    assert len(club.ledger.calls) == calls


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    yield made
    made.world.service.close()


def newcomer(programs: Programs) -> None:
    with open_vault(load_settings(programs.node)) as vault:
        vault.add_athlete(AthleteId("ath-00000000000000ff"), "Invented Newcomer", shirt_no=99)
        assert len(vault.athletes()) == 2


def test_a_club_reads_the_sizes_before_it_approves_and_cannot_with_a_longer_list(programs: Programs) -> None:
    out = programs.opened_campaign("sized.json", "--squad", "club-a=1")
    fits = " ".join(programs.done(client.cli.app, "campaign", "show", programs.node, out).stdout.split())
    told = json.loads(programs.done(client.cli.app, "campaign", "show", programs.node, out, "--json").stdout)
    signing = programs.folder / "again.signature"
    union = " ".join(
        programs.done(
            consent.cli.app, "campaign", "sign", programs.folder / "union", out, "--out", signing, "--yes"
        ).stdout.split()
    )
    newcomer(programs)

    shown = " ".join(programs.done(client.cli.app, "campaign", "show", programs.node, out).stdout.split())
    new, refused = programs.new_acts(
        lambda: programs.run(client.cli.app, "campaign", "approve", programs.node, out, "--yes")
    )

    assert "club-a 1; each bounds what that club may send" in fits
    assert "1 here: this node refuses while its squad list is longer, whoever takes part" in fits
    assert "cannot be approved" not in fits
    assert told["squads"] == {"club-a": 1}
    assert "club-a 1; each bounds what that club may send" in union
    assert "It cannot be approved here: the campaign names a public squad size of 1 for this club" in shown
    assert isinstance(refused.exception, NotApproved)
    assert [one.kinds for one in new] == [{EventKind.CAMPAIGN_REFUSED}]
    assert new[0].entries[0]["reason"] == "small_number"
    assert not list(load_settings(programs.node).approved.glob("*.json"))


@dataclass
class AnsweringGrid:
    """Clubs that answer at once: each with this vector."""

    vectors: dict[int, list[int]]
    manifest: CampaignManifest
    asked: list[int] = field(default_factory=list)

    def send_and_receive(self, messages, *, timeout):
        for message in messages:
            node = message.metadata.dst_node_id
            self.asked.append(node)
            request = read_train_request(message.content[REQUEST][BYTES])
            part = ContributionSum(
                manifest_sha256=self.manifest.sha256,
                round=request.round,
                club=f"club-{'ab'[node - 1]}",
                values=to_ring(self.vectors[node], self.manifest.modulus_bits),
            )
            yield Message(RecordDict({REPLY: ConfigRecord({BYTES: to_bytes(part)})}), reply_to=message)


class Noting:
    """Where progress goes."""

    def __init__(self):
        self.finished = []

    def part_received(self, number, parts):
        """Not kept."""

    def turned_down(self, clubs):
        raise AssertionError(clubs)

    def round_finished(self, state, clubs):
        self.finished.append((state.round, clubs))


@pytest.mark.parametrize(("squads", "counted"), [({"club-a": 15, "club-b": 25}, 1), (None, 2)])
def test_a_club_beyond_its_own_bound_is_left_out_and_logged_and_the_round_goes_on(caplog, monkeypatch, squads, counted):
    for name in ("_run_id", "_task_id", "_node_id"):  # Flower's own Grid sets them: the task that this process is
        monkeypatch.setattr(TaskIdentity, name, 1)
    opens = datetime(2026, 1, 1, tzinfo=UTC)
    made = manifest_from(
        exchange_recipe("recovery-linear-1", athletes=40, clubs=2),
        campaign_id="c-1",
        league="league",
        clubs={"club-a": "key-a", "club-b": "key-b"},
        opens=opens,
        expires=opens + timedelta(days=1),
    )
    manifest = CampaignManifest.model_validate(made.model_dump() | {"squads": squads})
    length = answer_length(manifest)
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, length)
    side = math.floor((largest_norm(manifest, length, 15) + one) / math.sqrt(length))
    grid, noted = AnsweringGrid({1: [side] * length, 2: [side] * length}, manifest), Noting()
    training = Training(manifest=manifest, nodes={"club-a": 1, "club-b": 2}, reporting=noted, wait_s=0.0, pause_s=0.0)

    with caplog.at_level(logging.WARNING):
        training.run(grid)

    told = [record for record in caplog.records if record.getMessage() == "a club gave no usable sum"]
    assert noted.finished == [(1, counted)]
    assert [record.club for record in told] == ["club-a"] * (2 - counted)
    assert all("larger than clipping and noise allow" in str(record.detail) for record in told)
    assert grid.asked.count(2) == 1
