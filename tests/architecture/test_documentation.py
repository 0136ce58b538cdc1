"""What the documentation promises: its commands and options exist, its links lead somewhere, its sums are right."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import typer.main

from audit.cli import app as audit_app
from client.cli import app as node_app
from consent.cli import app as consent_app
from deploy.demo.cli import app as demo_app
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe
from policies.budget import (
    CAMPAIGN_CAP,
    LIFETIME_CAP,
    campaign_cost,
    epsilon_gaussian,
    epsilon_of_campaign,
    epsilon_proved,
    mu_from,
    rounded_up,
)
from server.cli import app as server_app

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "homefield-audit": audit_app,
    "homefield-consent": consent_app,
    "homefield-demo": demo_app,
    "homefield-node": node_app,
    "homefield-server": server_app,
}
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MADE_BY_RUNNING = {"demo-out", "union", "keys", "log"}
SECTION_LINK = re.compile(r"\]\((?!https?:)([^)#]*)#([^)]+)\)")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def commands_of(page: Path) -> list[list[str]]:
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("homefield-")]


def test_the_documentation_shows_commands_of_every_program_but_the_demo() -> None:
    shown = {words[0] for page in PAGES for words in commands_of(page)}

    assert shown >= set(PROGRAMS) - {"homefield-demo"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_documented_command_and_option_exists(page: Path) -> None:
    for program, *words in commands_of(page):
        command: click.Command = typer.main.get_command(PROGRAMS[program])
        while isinstance(command, click.Group) or hasattr(command, "commands"):
            assert words[0] in command.commands, f"{program} {words[0]}"
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, f"{program} {command.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_section_leads_to_its_heading(page: Path) -> None:
    for target, section in SECTION_LINK.findall(page.read_text(encoding="utf-8")):
        assert section in headings(page.parent / target if target else page), f"{target}#{section}"


def headings(page: Path) -> set[str]:
    """The names under which the sections of a page are linked: small letters, dashes, no punctuation."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_path_of_ours_that_the_documentation_names_exists() -> None:
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()} - MADE_BY_RUNNING
    named = {}
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):  # decisions below it tell of what was
        for path in re.findall(r"`((?:[\w-]+/)+[\w.-]*)`", page.read_text(encoding="utf-8")):
            if path.split("/")[0] in ours:
                named[path] = (ROOT / path).exists()

    assert len(named) > 100
    assert [path for path, exists in named.items() if not exists] == []


def test_the_map_of_the_readme_is_the_tree() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    lines = re.findall(
        r"^([a-z]+)/ +(.*)$", readme.split("## Where things stand")[1].split("## ")[0], flags=re.MULTILINE
    )

    missing = [
        f"{package}/{room}"
        for package, line in lines
        for room in re.findall(r"\b([a-z_]+)/", line)
        if not (ROOT / package / room).is_dir()
    ]

    assert {package for package, _ in lines} == packages | {"tests"}
    assert missing == []


def test_the_privacy_figures_of_the_documentation_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    recipe = rounds_recipe("recovery-linear-1", athletes=40)
    cost = campaign_cost(recipe.noise_multiplier, recipe.rounds)
    gaussian = epsilon_gaussian(mu_from(recipe.noise_multiplier, recipe.rounds), recipe.delta)

    once = exchange_recipe("recovery-linear-1", athletes=40, clubs=2)
    assert f"| {once.rounds}, {once.noise_multiplier} | {recipe.rounds}, {recipe.noise_multiplier} |" in text
    assert f"| {campaign_cost(once.noise_multiplier, 1):,} micro-rho | {cost:,} micro-rho |" in text
    assert cost == CAMPAIGN_CAP
    assert f"{LIFETIME_CAP:,} micro-rho" in text
    assert f"| {epsilon_proved(cost, recipe.delta):.2f} |" in text
    assert f"| {gaussian:.2f} |" in text
    assert f"ε ≤ {epsilon_proved(cost, recipe.delta):.2f} at δ = 1e-6" in readme
    assert f"{gaussian:.2f} by the Gaussian formula" in readme
    opens, expires = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    named = {"campaign_id": "c-1", "league": "league", "clubs": {"club-a": "key"}, "opens": opens, "expires": expires}
    for made in (recipe, once):
        assert f"{rounded_up(epsilon_of_campaign(manifest_from(made, **named))):.2f} for the integer noise" in readme
    assert "| 1.87 | 1.87 |" in text


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert readme.index("make demo") < readme.index("make test") < readme.index("## ")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\ndemo: $(READY)" in makefile
    assert "\ntest: $(READY)" in makefile
    assert "lint suite\n" in makefile


def test_every_promise_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")
    promises = re.split(r"^\d+\. ", text, flags=re.MULTILINE)[1:]

    assert len(promises) == 16
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", promise)
        assert named
        for file, test in named:
            source = (ROOT / file).read_text(encoding="utf-8")
            assert not test or f"def {test}(" in source, f"{file}::{test}"
