"""`durability backtest`: n is always said, no correlation of few, and nothing of one person."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import client.cli
from tests.privacy.programs import node_added, set_up


def test_the_simulator_alone_needs_no_node() -> None:
    answer = CliRunner().invoke(client.cli.app, ["durability", "backtest", "--simulated", "32", "--json"])
    told = json.loads(answer.stdout)

    assert told["records"] is None
    found = told["simulated"]
    assert found["athletes"] + found["left_out"] == 32
    assert (found["index"]["spearman"] is None) == (found["athletes"] < 30)


def test_of_few_records_no_correlation_is_given_and_n_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = set_up(tmp_path, monkeypatch)
    node_added(programs)
    words = ("durability", "backtest", programs.node, "--simulated", 0)

    text, told = programs.done(client.cli.app, *words), programs.done(client.cli.app, *words, "--json")

    assert "n = 0, left out 1" in text.stdout
    assert "none below 30 athletes" in text.stdout
    assert "docs/indices.md §8.8" in text.stdout
    found = json.loads(told.stdout)["records"]
    assert found["index"] == {"spearman": None, "low_95": None, "high_95": None}
    assert json.loads(told.stdout)["simulated"] is None


def test_nothing_to_measure_is_said() -> None:
    answer = CliRunner().invoke(client.cli.app, ["durability", "backtest", "--simulated", "0"])

    assert "expected a node's folder, or --simulated" in str(answer.exception)
