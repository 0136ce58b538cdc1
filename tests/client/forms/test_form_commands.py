"""`homefield-node form`: list, check, add, show, approve and answers, as an operator types them."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client.cli import app
from client.errors import BadForm
from client.forms.answers.own_answers import OwnAnswers
from client.forms.answers.sending import Sending
from client.forms.library.form_library import FormLibrary
from client.settings import load_settings
from client.vault.access import open_vault
from policies.vocabulary import AthleteId


def done(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def answer(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done(*words, "--json"))
    return found


def refusal(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(result.exception, BadForm), result.output
    return str(result.exception)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "club-a"
    done("init", folder, "--club", "club-a", "--name", "Eastmere FC")
    done("athlete", "add", folder, "Mara Lind", "--shirt", "7")
    done("staff", "add", folder, "--name", "Noor Haddad", "--role", "medical")
    done("staff", "add", folder, "--name", "Robin Dale", "--role", "coach")
    return folder


def status(node: Path) -> dict[str, str]:
    return {f"{one['form']} {one['version']}": one["status"] for one in answer("form", "list", node)["forms"]}


def test_a_shipped_form_is_copied_checked_and_added(node: Path, tmp_path: Path) -> None:
    file = tmp_path / "coach.json"
    file.write_text(done("form", "show", node, "coach-example"))
    assert "number" in file.read_text()

    mine = json.loads(file.read_text()) | {"id": "travel", "is_example": False}
    file.write_text(json.dumps(mine))

    assert answer("form", "check", file)["items"] == 3
    assert "travel 1 is added." in done("form", "add", node, file)
    assert status(node)["travel 1"] == "asked"
    assert "a version above 1" in refusal("form", "add", node, _changed(file, title="Other"))
    (node / "forms" / "bad.json").write_text("{}")
    assert answer("form", "list", node)["refused"][0]["file"] == "bad.json"
    assert "bad.json is not asked" in done("form", "list", node)


def _changed(file: Path, **changes: object) -> Path:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return file


def test_a_form_about_health_waits_for_a_medical_person(node: Path) -> None:
    assert status(node)["weekly-health 1"] == "waits for a medical sign-off"
    assert "expected a medical person" in refusal("form", "approve", node, "weekly-health", "--by", "Robin Dale")
    assert "needs no sign-off" in refusal("form", "approve", node, "morning", "--by", "Noor Haddad")
    assert "no such questionnaire" in refusal("form", "approve", node, "nothing", "--by", "Noor Haddad")

    told = answer("form", "approve", node, "weekly-health", "--by", "Noor Haddad")

    assert status(node)["weekly-health 1"] == "asked"
    shown = answer("form", "show", node, "weekly-health")
    assert (shown["approved_by"], shown["sha256"]) == ("Noor Haddad", told["sha256"])


def test_answers_are_shown_without_free_text(node: Path) -> None:
    settings = load_settings(node)
    now = datetime.now(UTC)
    with open_vault(settings) as vault:
        own = OwnAnswers(vault, AthleteId(vault.athletes()[0].athlete), FormLibrary.read(node), UTC)
        made = {"form": "morning", "version": 1, "day": now.date(), "answered_at": now, "note": "canary"}
        for mood in (2.0, 4.0):
            own.take(Sending.model_validate({**made, "id": str(uuid.uuid4()), "answers": {"mood": mood}}), now=now)

    told = answer("form", "answers", node, "7")

    assert sorted(one["status"] for one in told["answers"]) == ["counts", "replaced"]
    assert all(one["has_note"] for one in told["answers"])
    assert "canary" not in json.dumps(told) + done("form", "answers", node, "7")
    assert "mood 4" in done("form", "answers", node, "7")
