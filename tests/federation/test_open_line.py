"""Somebody on the line could turn every "no" of the consent service into "yes": such a line is refused."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from chassis.clock import utc_now
from chassis.files.secret_file import create_seed
from client.consent_client import NodeConsentClient
from client.errors import BadNodeSettings
from client.settings import NodeSettings
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.cli import app
from server.errors import BadCoordinatorSettings
from server.running import Coordinator
from server.settings import load_settings


@pytest.fixture
def node(tmp_path: Path) -> NodeSettings:
    """A linked node."""
    create_seed(tmp_path / "keys" / "node.key", b"\x11" * 32)
    return NodeSettings(
        directory=tmp_path,
        club=OrgId("club-a"),
        name="Eastmere FC",
        timezone=ZoneInfo("UTC"),
        lock="key_file",
        consent_url="https://union.example",
        consent_service_key=SigningKey.generate().verify_key.text,
        coordinator=None,
        ca_file=None,
        league_key=None,
    )


@pytest.mark.parametrize("url", ["https://union.example", "http://127.0.0.1:8600"])
def test_a_node_asks_over_tls_or_on_its_own_machine(node: NodeSettings, url: str) -> None:
    with closing(NodeConsentClient.of(replace(node, consent_url=url))) as client:
        assert client.http.base_url == url


def test_a_node_asks_nobody_over_an_open_line(node: NodeSettings) -> None:
    with pytest.raises(BadNodeSettings, match="https"):
        NodeConsentClient.of(replace(node, consent_url="http://union.example"))


def test_a_coordinator_asks_nobody_over_an_open_line(tmp_path: Path) -> None:
    service = ("--consent", "http://union.example", "--service-key", "A" * 43 + "=")
    arguments = ["init", str(tmp_path / "league"), "--name", "Coast League", *service]
    assert CliRunner().invoke(app, arguments).exit_code == 0

    with pytest.raises(BadCoordinatorSettings, match="https"):
        Coordinator.open(load_settings(tmp_path / "league"), clock=utc_now, wait_s=1.0, demo=False)
