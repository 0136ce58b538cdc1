"""Every command of every program explains itself: what it does, an example, and a word on each argument and option."""

import re
from collections.abc import Iterator

import click
import pytest
import typer.main
from typer.testing import CliRunner

import audit.cli
import client.cli
import consent.cli
import deploy.demo.cli
import server.cli

APPS = {
    "homefield-audit": audit.cli.app,
    "homefield-consent": consent.cli.app,
    "homefield-demo": deploy.demo.cli.app,
    "homefield-node": client.cli.app,
    "homefield-server": server.cli.app,
}
READING = {
    ("homefield-audit", "show"),
    ("homefield-audit", "verify"),
    ("homefield-consent", "athlete", "list"),
    ("homefield-consent", "keys"),
    ("homefield-consent", "org", "list"),
    ("homefield-consent", "status"),
    ("homefield-demo", "run"),
    ("homefield-node", "adopt"),
    ("homefield-node", "athlete", "list"),
    ("homefield-node", "evaluate"),
    ("homefield-node", "forecast"),
    ("homefield-node", "readings"),
    ("homefield-node", "metrics"),
    ("homefield-node", "models"),
    ("homefield-node", "movement"),
    ("homefield-node", "ingest"),
    ("homefield-node", "plan", "show"),
    ("homefield-node", "propose"),
    ("homefield-node", "staff", "list"),
    ("homefield-server", "campaign", "list"),
    ("homefield-server", "campaign", "show"),
    ("homefield-server", "models", "list"),
    ("homefield-server", "node", "list"),
    ("homefield-server", "staff", "list"),
    ("homefield-server", "status"),
}


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that name it."""
    for name, app in APPS.items():
        yield from below((name,), typer.main.get_command(app))


def below(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command that acts, or those of a group."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield words, command
        return
    for name, one in inside.items():
        yield from below((*words, name), one)


COMMANDS = dict(commands())


@pytest.mark.parametrize("words", sorted(COMMANDS), ids=" ".join)
def test_help_says_what_it_does_with_an_example_and_every_argument(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    shown = CliRunner().invoke(APPS[words[0]], [*words[1:], "--help"])

    assert shown.exit_code == 0
    assert f"Example: {' '.join(words)} " in shown.stdout
    for parameter in COMMANDS[words].params:
        told = getattr(parameter, "help", None)
        assert told, f"{parameter.name} has no help"
        assert " ".join(told.split())[:40] in " ".join(shown.stdout.split()), parameter.name


@pytest.mark.parametrize("words", sorted(READING), ids=" ".join)
def test_every_reading_command_speaks_json(words: tuple[str, ...]) -> None:
    assert "--json" in {name for parameter in COMMANDS[words].params for name in parameter.opts}


@pytest.mark.parametrize(
    "words",
    [
        ("homefield-consent", "serve"),
        ("homefield-node", "run"),
        ("homefield-server", "serve"),
        ("homefield-audit", "serve"),
    ],
    ids=" ".join,
)
def test_whatever_serves_pages_takes_its_public_address_and_its_proxy(words: tuple[str, ...]) -> None:
    options = {name for parameter in COMMANDS[words].params for name in parameter.opts}

    assert {"--public-url", "--proxy", "--host", "--port"} <= options


@pytest.mark.parametrize("name", APPS)
def test_every_program_says_its_version_and_does_nothing_else(name: str) -> None:
    shown = CliRunner().invoke(APPS[name], ["--version", "no-such-command"])

    assert shown.exit_code == 0
    assert re.fullmatch(rf"{name} (\d+\.\d+\.\d+|unknown) \(Python 3\.\d+\.\d+\)\n", shown.stdout)
    assert "--version" in CliRunner().invoke(APPS[name], ["--help"]).stdout


def test_every_program_begins_with_a_sentence() -> None:
    for name, app in APPS.items():
        shown = CliRunner().invoke(app, ["--help"])
        assert shown.exit_code == 0, name
        assert len(shown.stdout.split("Usage:")[1]) > 200, name
