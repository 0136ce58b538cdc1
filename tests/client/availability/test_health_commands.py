"""`homefield-node health`: entered, signed and told by a named person of the medical team, and listed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client.cli import app
from client.coaching.training_session import BadPlan
from client.errors import BadHealthRecord, UnknownPerson

TODAY = datetime.now(UTC).date()
ONSET, UNTIL = (TODAY - timedelta(days=21)).isoformat(), (TODAY + timedelta(days=10)).isoformat()
ENTRY = ("--place", "thigh, right", "--type", "muscle", "--contact", "no contact", "--onset", ONSET)
MIKA = ("--by", "Mika Stone")


def done(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(*words: object) -> BaseException:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 1
    assert result.exception is not None
    return result.exception


def listed(node: Path) -> dict[str, Any]:
    (found,) = json.loads(done("health", "list", node, "7", "--json"))["athletes"]
    return dict(found)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A node with one athlete, a physiotherapist and a coach."""
    folder = tmp_path / "club-a"
    done("init", folder, "--club", "club-a", "--name", "Eastmere FC")
    done("athlete", "add", folder, "Mara Lind", "--shirt", "7")
    done("staff", "add", folder, "--name", "Mika Stone", "--role", "medical")
    done("staff", "add", folder, "--name", "Robin Dale", "--role", "coach")
    return folder


def test_an_episode_is_entered_signed_told_and_listed(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert "Coaches are told nothing by it" in done("health", "add", node, "7", *ENTRY, *MIKA)
    assert "stage 2, individual, signed by Mika Stone" in done(
        "health", "stage", node, "7", 2, "--note", "seen elsewhere", *MIKA
    )
    words = done("health", "state", node, "7", "reduced", "--leave-out", "no_sprinting", "--until", UNTIL, *MIKA)
    assert "modified: no sprinting until" in words

    found = listed(node)

    assert (found["available"], found["cap_au"]) == ("reduced", None)
    assert found["episodes"] == [
        {
            "kind": "injury",
            "place": "thigh, right",
            "type": "muscle",
            "onset": ONSET,
            "ended": None,
            "days": 21,
            "stage": 2,
            "imported": False,
        }
    ]
    assert "thigh, right, muscle, open, stage 2" in done("health", "list", node)


def test_a_plan_above_the_cap_is_refused_with_both_numbers(node: Path) -> None:
    done("health", "state", node, "7", "reduced", "--cap", 300, "--until", UNTIL, *MIKA)

    error = refused("plan", "set", node, "--load", 600, "--athlete", "7")

    assert isinstance(error, BadPlan)
    assert str(error) == "600 AU is above the stated limit of 300 AU of that day; nothing was set"
    assert "300 AU" in done("plan", "set", node, "--load", 300, "--athlete", "7")
    done("plan", "set", node, "--load", 600, "--athlete", "7", "--date", (TODAY + timedelta(days=11)).isoformat())
    done("plan", "set", node, "--load", 600)  # for everyone; each athlete's own plan keeps to their limit


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "{node}", "7", *ENTRY, "--by", "Robin Dale"), "only the medical team writes in a health record"),
        (("state", "{node}", "7", "full", "--by", "Robin Dale"), "only the medical team writes in a health record"),
        (("state", "{node}", "7", "full"), "expected either --by with a person of the medical team, or --by-athlete"),
        (("state", "{node}", "7", "reduced", *MIKA), "“reduced” needs a limit or a cap"),
        (("stage", "{node}", "7", "2", *MIKA), "this athlete has no open episode"),
        (("stage", "{node}", "7", "2", "--met", "x", *MIKA), "stage 2 asks for these criteria: pain_daily, range"),
        (("add", "{node}", "7", "--place", "leg", "--type", "muscle", *MIKA), "expected a body area of the list"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(node: Path, words: tuple[str, ...], sentence: str) -> None:
    error = refused("health", *(word.format(node=node) for word in words))

    assert isinstance(error, BadHealthRecord)
    assert str(error).startswith(sentence)
    assert listed(node)["episodes"] == []


def test_nobody_of_the_name_is_no_medical_team(node: Path) -> None:
    assert isinstance(refused("health", "add", node, "7", *ENTRY, "--by", "Nobody"), UnknownPerson)


def test_an_athletes_own_word_stands_beside_that_of_the_medical_team(node: Path) -> None:
    done("health", "state", node, "7", "reduced", "--cap", 200, "--until", UNTIL, "--by-athlete")
    done("health", "state", node, "7", "full", *MIKA)

    assert (listed(node)["available"], listed(node)["cap_au"]) == ("reduced", 200.0)


def test_a_backup_holds_it_and_brings_it_back(node: Path, tmp_path: Path) -> None:
    done("health", "add", node, "7", *ENTRY, *MIKA)
    done("health", "stage", node, "7", 3, "--note", "seen elsewhere", *MIKA)
    done("health", "state", node, "7", "reduced", "--cap", 200, "--until", UNTIL, *MIKA)
    before = listed(node)
    key = tmp_path / "key.txt"
    key.write_text(done("backup-key", node), encoding="utf-8")
    (tmp_path / "backups").mkdir()
    done("backup", node, tmp_path / "backups")
    (archive,) = (tmp_path / "backups").iterdir()
    done("health", "state", node, "7", "full", *MIKA)

    done("restore", archive, tmp_path / "restored", "--key", key)

    assert listed(tmp_path / "restored") == before
