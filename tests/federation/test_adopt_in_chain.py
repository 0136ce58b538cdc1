"""`adopt` by hand obeys the chain as an arriving model does, and `status` says what was kept out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import client.cli
from client.errors import KeptOut
from client.league_models.chain import ModelChain
from models.registry import MANIFEST
from policies.campaign import parse_signed_manifest
from server.registry_store import RegistryStore
from tests.privacy.programs import Programs, node_added, set_up
from tests.published import RECOVERY, finished


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    return made


def test_an_older_model_is_not_adopted_by_hand_and_status_says_so(programs: Programs) -> None:
    first, league = programs.model(), programs.world.keys["league"]
    manifest = parse_signed_manifest((programs.folder / "manifest.json").read_bytes()).manifest
    registry = RegistryStore(programs.league / "models", league, lambda: datetime.now(UTC))
    second = registry.directory / registry.seal(manifest, finished(manifest, seed=3))
    registry.publish(second.name, b"{}")

    programs.done(client.cli.app, "adopt", programs.node, second)
    refused = programs.run(client.cli.app, "adopt", programs.node, first)
    status = programs.run(client.cli.app, "status", programs.node, "--json")

    chain = ModelChain(programs.node / "received", (league.verify_key,))
    held = chain.held(RECOVERY)
    assert isinstance(refused.exception, KeptOut)
    assert held is not None
    assert held.sha256 == second.name
    (versions,) = json.loads(status.stdout)["models"]
    assert versions == {
        "model": RECOVERY,
        "in_use": None,
        "newest_received": second.name,
        "newest_passed": False,
    }
    (told,) = json.loads(status.stdout)["models_kept_out"]
    assert (told["model"], told["model_id"]) == (RECOVERY, first.name)
    assert "it is older than the model that this node holds" in programs.run(
        client.cli.app, "status", programs.node
    ).stdout.replace("\n", " ")
    assert (programs.node / "models" / f"{RECOVERY}.json").read_text().count(second.name) == 1


def test_a_folder_without_its_manifest_is_not_adopted(programs: Programs) -> None:
    model = programs.model()
    (model / MANIFEST).unlink()

    refused = programs.run(client.cli.app, "adopt", programs.node, model)

    assert isinstance(refused.exception, KeptOut)
    assert not (programs.node / "models").exists() or not list((programs.node / "models").glob("*.json"))
