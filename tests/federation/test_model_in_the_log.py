"""A published model is found in the public log by everybody who has its folder: the real consent service, its log."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import audit.cli
from audit.entries.details.league import ModelRegistered, RoundAggregated
from policies.campaign import CampaignManifest, parse_signed_manifest
from server.consent_client import CoordinatorConsentClient
from server.registry_store import OPENING, RegistryStore
from server.settings import load_settings
from tests.privacy.programs import Programs, node_added, set_up
from tests.published import finished


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    return made


@pytest.fixture
def manifest(programs: Programs) -> CampaignManifest:
    return parse_signed_manifest(programs.opened_campaign().read_bytes()).manifest


def client_of(programs: Programs) -> CoordinatorConsentClient:
    return CoordinatorConsentClient.of(load_settings(programs.league), clock=lambda: datetime.now(UTC))


def published(programs: Programs, manifest: CampaignManifest, seed: int = 0) -> Path:
    registry = RegistryStore(programs.league / "models", programs.world.keys["league"], lambda: datetime.now(UTC))
    name = registry.seal(manifest, finished(manifest, seed=seed))
    details = ModelRegistered(manifest=manifest.sha256, model=manifest.model, model_id=name)
    registry.publish(name, client_of(programs).register_model(details))
    return registry.directory / name


def looked_for(programs: Programs, model: Path, *words: object) -> Result:
    union = programs.world.service.settings.directory
    trust = ("--policy", union / "trust.policy")
    line = ["model", model, programs.world.service.settings.log_directory, *trust, *words]
    return CliRunner().invoke(audit.cli.app, [str(word) for word in line])


def test_a_published_model_is_found_once_the_log_is_published(programs: Programs, manifest: CampaignManifest) -> None:
    programs.world.publish()
    model = published(programs, manifest)

    before = looked_for(programs, model)
    programs.world.publish()
    found = looked_for(programs, model / "record.json", "--json")

    assert before.exit_code == 1
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["ok"], told["model_id"], told["organisation"]) == (True, model.name, "league")
    assert told["files_as_recorded"] == ["weights.safetensors", "card.json", "manifest.json", "card.md"]
    said = " ".join(looked_for(programs, model).stdout.split())
    assert f"The log has the record {model.name[:16]} of recovery-linear-1" in said
    assert "As the record names them: weights.safetensors, card.json, manifest.json and card.md." in said
    assert "Not proven here: that the league signed it" in said


def test_a_card_for_people_that_says_something_else_is_not_proven(
    programs: Programs, manifest: CampaignManifest
) -> None:
    model = published(programs, manifest)
    programs.world.publish()
    card = model / "card.md"

    card.write_text(card.read_text().replace("does not diagnose", "diagnoses"))
    forged = looked_for(programs, model, "--json")
    card.unlink()
    missing = looked_for(programs, model)

    assert forged.exit_code == 1
    assert "card.md does not say what card.json says" in json.loads(forged.stdout)["error"]
    assert (missing.exit_code, "Not compared, since not beside the record: card.md." in missing.stdout) == (0, True)


def test_a_bare_name_is_answered_with_where_a_model_lies(programs: Programs, manifest: CampaignManifest) -> None:
    asked = looked_for(programs, Path(published(programs, manifest).name))

    assert asked.exit_code == 2
    assert "LEAGUE-FOLDER/models/NAME" in " ".join(asked.output.replace("│", " ").split())


@pytest.mark.parametrize("name", ["weights.safetensors", "card.json", "manifest.json"])
def test_a_changed_file_beside_the_record_is_not_proven_and_a_missing_one_is_said(
    programs: Programs, manifest: CampaignManifest, name: str
) -> None:
    model = published(programs, manifest)
    programs.world.publish()
    file = model / name

    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    changed = looked_for(programs, model, "--json")
    file.unlink()
    missing, told = looked_for(programs, model), json.loads(looked_for(programs, model, "--json").stdout)

    assert (changed.exit_code, json.loads(changed.stdout)["ok"]) == (1, False)
    assert f"{name} is not the file that the record names" in json.loads(changed.stdout)["error"]
    assert (missing.exit_code, name in told["files_as_recorded"]) == (0, False)
    beside = "card.json and card.md" if name == "card.json" else name
    assert f"Not compared, since not beside the record: {beside}." in missing.stdout


def test_an_opening_shows_who_reported_the_model_and_nothing_else_of_the_ten(
    programs: Programs, manifest: CampaignManifest
) -> None:
    opening = json.loads((published(programs, manifest) / OPENING).read_bytes())

    assert [one["name"] for one in opening["shown"]] == ["organisation", "rest"]


def test_another_record_another_opening_and_none_are_not_proven(programs: Programs, manifest: CampaignManifest) -> None:
    model, other = published(programs, manifest), published(programs, manifest, seed=1)
    programs.world.publish()
    changed = programs.folder / "changed"
    shutil.copytree(model, changed)
    signed: dict[str, Any] = json.loads((model / "record.json").read_bytes())
    first = signed["record"]["follows"]["sums"][0]
    first[0] = str(int(first[0]) + 1)
    (changed / "record.json").write_text(json.dumps(signed))

    assert looked_for(programs, model).exit_code == 0
    for words in ([changed], [model, "--opening", other / OPENING], [model, "--opening", model / "card.json"]):
        answer = looked_for(programs, *words, "--json")
        assert (answer.exit_code, json.loads(answer.stdout)["ok"]) == (1, False)
    (model / OPENING).unlink()
    assert looked_for(programs, model).exit_code == 1


def test_a_log_of_another_key_and_a_missing_record_end_as_they_must(
    programs: Programs, manifest: CampaignManifest
) -> None:
    model = published(programs, manifest)
    programs.world.publish()

    assert looked_for(programs, programs.folder / "nowhere").exit_code == 2
    assert CliRunner().invoke(audit.cli.app, ["model", str(model), "."]).exit_code == 2


def test_reports_of_anything_else_are_not_opened(programs: Programs, manifest: CampaignManifest) -> None:
    details = RoundAggregated(manifest=manifest.sha256, round=1, clubs=1)
    body = {"kind": details.kind.value, "details": details.body(), "opening": True}

    answer = client_of(programs).http.send("POST", "/v1/events", body)

    assert answer.status == 422
    assert b"stays sealed" in answer.body
