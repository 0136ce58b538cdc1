"""The pages answer under names of this machine, or under one public address, which the demo never has."""

import pytest
from typer.testing import CliRunner

from chassis.web import serving
from chassis.web.site_address import OWN_MACHINE_ONLY, parse_site
from server.cli import app

SERVICE_KEY = ("--service-key", "A" * 43 + "=")
PUBLIC = "https://league.example"


class Served(Exception):
    """Everything the test wants to know is known."""


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Run `serve` with some words; returns the result and under which addresses it would have served."""
    asked = []

    def listen(_app, **how):
        asked.append(how["site"])
        raise Served

    folder = str(tmp_path / "league")
    CliRunner().invoke(app, ["init", folder, "--name", "Coast League", "--consent", "http://127.0.0.1:9", *SERVICE_KEY])
    monkeypatch.setattr(serving, "listen", listen)

    def run(*words):
        return CliRunner().invoke(app, ["serve", folder, "--fleet-port", "0", "--web-port", "0", *words]), asked

    return run


@pytest.mark.parametrize("words", [(), ("--demo",)])
def test_without_a_public_address_only_names_of_this_machine_are_answered(serve, words):
    assert serve(*words)[1] == [OWN_MACHINE_ONLY]


def test_the_public_address_and_the_proxy_are_what_was_given(serve):
    assert serve("--public-url", PUBLIC, "--proxy", "10.0.0.2")[1] == [parse_site(PUBLIC, proxies=["10.0.0.2"])]


@pytest.mark.parametrize("words", [("--demo", "--public-url", PUBLIC), ("--demo", "--host", "192.0.2.1")])
def test_the_demo_is_refused_where_others_could_reach_it(serve, words):
    result, asked = serve(*words)

    assert asked == []
    assert "loopback only" in str(result.exception)
