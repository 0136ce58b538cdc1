"""The coordinator's one-click personas answer under this machine's own names only (DNS rebinding)."""

import pytest
from typer.testing import CliRunner

from chassis.web import serving
from server.cli import app

SERVICE_KEY = ("--service-key", "A" * 43 + "=")


class Served(Exception):
    """Everything the test wants to know is known."""


@pytest.mark.parametrize("words", [[], ["--demo"]])
def test_the_demo_is_served_under_loopback_names_only(tmp_path, monkeypatch, words):
    asked = []

    def listen(_app, **how):
        asked.append(how)
        raise Served

    monkeypatch.setattr(serving, "listen", listen)
    folder = str(tmp_path / "league")
    CliRunner().invoke(app, ["init", folder, "--name", "Coast League", "--consent", "http://127.0.0.1:9", *SERVICE_KEY])

    CliRunner().invoke(app, ["serve", folder, "--fleet-port", "0", "--web-port", "0", *words])

    assert [how.get("only_loopback_names", False) for how in asked] == [bool(words)]
