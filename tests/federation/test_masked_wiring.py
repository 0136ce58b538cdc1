"""The node that `homefield-node run` opens answers stages of masked rounds, with its own key and in its own journal."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.supercore.task_identity import TaskIdentity

from client.commands.run import _learning_part
from client.errors import NotApproved
from client.federation.approval import check_manifest
from client.federation.identity import fleet_key_line
from client.federation.running import FederationNode
from models.masks.enrolled_keys import FleetKeys
from models.masks.messages import AskKeys, request_bytes
from models.masks.node_line import fleet_part, node_line
from tests.client.node_settings import node_settings
from tests.client.web.shown_campaigns import linked
from tests.models.masks.league import BEGINS, masked_league, node_key


class Silent:
    """A consent service that is told of nothing."""

    def event(self, details):
        raise AssertionError(f"nothing waits for the log, got {details}")


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "ca.crt").write_text("not asked in this test")
    bare = node_settings(tmp_path)
    return replace(linked(bare), coordinator="127.0.0.1:9", ca_file=tmp_path / "ca.crt")


@pytest.fixture
def node(settings):
    opened = FederationNode.open(settings, consent=Silent(), clock=lambda: datetime.now(UTC))
    yield opened
    opened.masked.close()
    opened.participation.journal.close()


@pytest.fixture(autouse=True)
def of_some_run(monkeypatch):
    """Flower keeps the identity of the task of this process in a global, which a message asks for."""
    for name in ("_run_id", "_task_id", "_node_id"):
        monkeypatch.setattr(TaskIdentity, name, 1)


def asked(node, action):
    content = RecordDict({"request": ConfigRecord({"b": request_bytes(AskKeys(manifest_sha256="0" * 64, round=1))})})
    return node.loop._answer(Message(content, 1, action, group_id="1"))


def test_a_stage_reaches_the_part_that_answers_it_and_an_unknown_action_nothing(node):
    assert asked(node, "train.masks").error.reason == "NotApproved"
    assert asked(node, "train.mask").error.reason == "ValueError"


def test_the_node_that_run_opens_reads_notices_of_campaigns(settings):
    opened = _learning_part(settings)(Silent())
    try:
        assert asked(opened, "query.campaign").error.reason == "InvalidInput"  # it was read: the bytes are no notice
    finally:
        opened.masked.close()
        opened.participation.journal.close()


def test_its_announcements_are_signed_with_the_key_that_a_manifest_names(node, settings):
    signature = node.masked.signer.sign(b"an announcement")

    FleetKeys({"club-a": fleet_key_line(settings)}).verify("club-a", b"an announcement", signature)


def test_campaigns_that_name_the_node_with_and_without_its_key_for_masks_fit_and_no_other_key_does(settings):
    line, other = fleet_key_line(settings), node_line(node_key(900))
    plain, asked = fleet_part(line), masked_league(4).manifest

    for named in (line, plain):
        manifest = asked.model_copy(update={"clubs": {**asked.clubs, "club-a": named}})
        check_manifest(manifest, club="club-a", fleet_key=line, now=BEGINS)
    for named in (
        other,
        f"{plain} {other.split()[-1]}",
        f"{fleet_part(other)} {line.split()[-1]}",
        f"{plain} a-comment",
    ):
        manifest = asked.model_copy(update={"clubs": {**asked.clubs, "club-a": named}})
        with pytest.raises(NotApproved, match="does not name this club with this node's key"):
            check_manifest(manifest, club="club-a", fleet_key=line, now=BEGINS)


def test_its_answers_are_kept_in_the_nodes_own_journal(node, settings):
    node.masked.stages.record("0" * 64, 1, "shares", b"asked", b"answered")

    with closing(sqlite3.connect(settings.journal_path)) as database:
        assert database.execute("SELECT stage, reply FROM masked_stage").fetchall() == [("shares", b"answered")]
        components = {row[0] for row in database.execute("SELECT component FROM schema_version")}
    assert {"rounds", "masked stages"} <= components
