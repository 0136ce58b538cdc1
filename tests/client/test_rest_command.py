"""`homefield-node athlete rest`: set, shown, and followed by the figures of that athlete."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client.biometrics.observations import ReadingSource, observe
from client.biometrics.streams import Stream
from client.cli import app
from client.errors import BadRestRule
from client.settings import load_settings
from client.vault.access import open_vault
from policies.vocabulary import AthleteId

SOURCE, START = ReadingSource("app", "test", "0" * 64), datetime(2026, 3, 1, 18, tzinfo=UTC)


def done(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def answer(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done(*words, "--json"))
    return found


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A node with one athlete who has a session on six days of each week, and no entry on the seventh."""
    folder = tmp_path / "club-a"
    done("init", folder, "--club", "club-a", "--name", "Eastmere FC")
    one = AthleteId(done("athlete", "add", folder, "Mara Lind", "--shirt", "7").strip())
    days = [START + timedelta(days=n) for n in range(40) if n % 7 != 6]
    with open_vault(load_settings(folder)) as vault:
        vault.add(one, [observe(Stream.SESSION_LOAD, day, 300.0, SOURCE) for day in days])
    return folder


def test_the_rest_rule_of_an_athlete_is_set_shown_and_followed(node: Path) -> None:
    def load_of_the_week(*more: str) -> tuple[float | None, list[str]]:
        metrics = answer("metrics", node, "7", "--to", "2026-04-09", *more)["metrics"]
        (record,) = metrics["load_7d_sum"]
        return record["value"], record["quality"]

    shown = answer("athlete", "rest", node, "7")
    assert (shown["rest"], shown["until"]) == ("explicit", None)
    assert load_of_the_week() == (None, ["insufficient"])

    assert "complete-until 2026-04-09" in done("athlete", "rest", node, "7", "complete-until", "2026-04-09")
    assert answer("athlete", "rest", node, "7")["until"] == "2026-04-09"
    assert load_of_the_week() == (1800.0, ["assumed_rest"])
    assert load_of_the_week("--assume-rest") == (None, ["insufficient"]), "no answer was given on any day"


def test_figures_that_wait_for_a_rest_rule_say_so(node: Path) -> None:
    words = ("metrics", node, "7", "--to", "2026-04-09")

    said = next(line for line in done(*words).splitlines() if "athlete rest" in line)
    assert "load_7d_sum" in said
    assert "rmssd" not in said
    done("athlete", "rest", node, "7", "complete-until", "2026-04-09")
    assert "athlete rest" not in done(*words)


@pytest.mark.parametrize(
    "rule", [("none",), ("complete-until",), ("complete-until", "9999-12-31"), ("reported", "2026-03-01")]
)
def test_a_rest_rule_that_cannot_be_changes_nothing(node: Path, rule: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(app, ["athlete", "rest", str(node), "7", *rule])

    assert isinstance(refused.exception, BadRestRule)
    assert str(refused.exception).startswith("expected ")
    assert answer("athlete", "rest", node, "7")["rest"] == "explicit"
