"""`adopt` by hand obeys the chain as an arriving model does, and `status` says what was kept out."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import client.cli
from client.adoption import Adoptions
from client.errors import KeptOut
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from models.errors import NotInstalled
from models.features import NETWORK_SCHEMA
from models.registry import MANIFEST
from models.training.recipes import manifest_from, rounds_recipe
from policies.campaign import parse_signed_manifest
from server.registry_store import RegistryStore
from tests.privacy.programs import Programs, node_added, set_up
from tests.published import BEGAN, RECOVERY, League, finished


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    return made


def network_of(league: League) -> Path:
    asked = rounds_recipe(NETWORK_SCHEMA.model, athletes=500)
    ends = BEGAN + timedelta(days=30)
    return league.publish(
        manifest=manifest_from(asked, campaign_id="one", league="league", clubs=league.clubs, opens=BEGAN, expires=ends)
    )


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


def test_a_network_without_its_libraries_is_one_sentence_and_leaves_nothing(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = League(programs.folder / "networks", key=programs.world.keys["league"])
    network = network_of(made)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "torch", None)
        heard, refused = programs.new_acts(lambda: programs.run(client.cli.app, "adopt", programs.node, network))

    assert isinstance(refused.exception, NotInstalled)
    assert "needs the extra “networks”" in str(refused.exception)
    assert heard == []
    assert not (programs.node / "received" / f"{NETWORK_SCHEMA.model}.latest").exists()
    assert Adoptions(programs.node / "models").newest(NETWORK_SCHEMA.model) is None


def test_status_says_of_a_network_why_it_has_no_verdict(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    made = League(programs.folder / "networks", key=programs.world.keys["league"])
    network = network_of(made)
    chain = ModelChain(programs.node / "received", (made.key.verify_key,), programs.node / "models")
    chain.take(read_parcel(made.registry.parcel(network.name)), now=BEGAN)
    monkeypatch.setitem(sys.modules, "torch", None)

    said = programs.done(client.cli.app, "status", programs.node).stdout.replace("\n", " ")

    assert "not judged: it is a network, and the extra `networks` is not installed here" in said


def test_a_folder_without_its_manifest_is_not_adopted(programs: Programs) -> None:
    model = programs.model()
    (model / MANIFEST).unlink()

    refused = programs.run(client.cli.app, "adopt", programs.node, model)

    assert isinstance(refused.exception, KeptOut)
    assert not (programs.node / "models").exists() or not list((programs.node / "models").glob("*.json"))
