"""Nodes and coordinators change the key that they sign with: both count in between, and nothing is lost in a crash."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import client.cli
import server.cli
from chassis.files.rotating_key import RotatingKey
from chassis.http.key_change import SignedKeyChange
from client.federation.identity import approvals_of
from client.settings import load_settings as node_settings
from policies.campaign import parse_signed_manifest
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.registry_store import RegistryStore
from server.settings import load_settings as league_settings
from tests.privacy.programs import ADDRESS, Programs, node_added, service_key, set_up

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    made = set_up(tmp_path, monkeypatch)
    yield made
    made.world.service.close()


def keys_of(programs: Programs, org: OrgId) -> tuple[str | None, list[str]]:
    """The key that the service counts as the present one, and the ids of those that count beside it."""
    (found,) = (one for one in programs.world.store.org_keys.listed() if one.org.org_id == org)
    now = datetime.now(UTC)
    return found.org.key.text if found.org.key else None, [k.key_id for k in found.former_keys if k.until > now]


def rotating(programs: Programs, org: OrgId) -> RotatingKey:
    return node_settings(programs.node).rotating_key if org == CLUB else league_settings(programs.league).rotating_key


def rotate(programs: Programs, org: OrgId) -> Any:
    app, folder = (client.cli.app, programs.node) if org == CLUB else (server.cli.app, programs.league)
    return programs.run(app, "rotate-key", folder, "--json")


@pytest.mark.parametrize("org", [CLUB, LEAGUE])
def test_a_program_changes_its_key_and_keeps_no_secret_of_the_one_before(programs: Programs, org: OrgId) -> None:
    before = rotating(programs, org).present

    answer = rotate(programs, org)

    after = rotating(programs, org)
    assert answer.exit_code == 0, answer.output
    assert keys_of(programs, org) == (after.present.verify_key.text, [before.verify_key.key_id])
    assert after.former == before.verify_key
    secret = before.seed.hex()
    assert not [path for path in after.path.parent.iterdir() if secret in path.read_text(errors="replace")]
    assert not after.path.with_name(f"{after.path.name}.new").exists()
    assert after.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("org", [CLUB, LEAGUE])
@pytest.mark.parametrize("ends", ["before it asks", "after the service took it", "half in place", "all but in place"])
def test_a_command_that_was_stopped_goes_on_with_the_same_key(
    programs: Programs, org: OrgId, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, before = rotating(programs, org), rotating(programs, org).present
    waiting = held.waiting()
    if ends != "before it asks":
        service = programs.world.service.keys.service.verify_key.key_id
        statement = SignedKeyChange.create(
            org, former=before, new=waiting, service_key_id=service, now=datetime.now(UTC)
        )
        programs.world.store.org_keys.rotate(org, statement)
    new_path = held.path.with_name(f"{held.path.name}.new")
    if ends == "half in place":
        held.path.with_name(f"{held.path.name}.former").write_text(before.verify_key.text)
    if ends == "all but in place":
        seed = new_path.read_bytes()
        held.put_in_place()
        new_path.write_bytes(seed)
        new_path.chmod(0o600)
    size = programs.world.log_size

    answer = rotate(programs, org)

    assert answer.exit_code == 0, answer.output
    assert rotating(programs, org).present.verify_key.text == keys_of(programs, org)[0]
    if ends in ("after the service took it", "half in place"):
        assert rotating(programs, org).present == waiting
        assert programs.world.log_size == size  # nothing is recorded twice


@pytest.mark.parametrize("org", [CLUB, LEAGUE])
def test_a_revoked_program_says_what_the_union_has_to_run_and_goes_on_after_that(
    programs: Programs, org: OrgId
) -> None:
    programs.world.store.org_keys.revoke(org)

    refused = rotate(programs, org)
    waiting = rotating(programs, org).waiting().verify_key
    programs.world.store.org_keys.add(org, waiting, overlap_d=0)
    done = rotate(programs, org)

    assert refused.exit_code == 1
    assert f"homefield-consent org add-key UNION-FOLDER {org} --key {waiting.text}" in str(refused.exception)
    assert (done.exit_code, rotating(programs, org).present.verify_key) == (0, waiting)


def test_without_the_service_the_present_key_stays(programs: Programs) -> None:
    before, programs.down = rotating(programs, CLUB).present, True

    refused = rotate(programs, CLUB)

    assert refused.exit_code == 1
    assert rotating(programs, CLUB).present == before


def test_a_club_follows_its_league_by_the_file_and_what_was_signed_before_counts_on(programs: Programs) -> None:
    node_added(programs)
    model = programs.model()
    opened = parse_signed_manifest((programs.folder / "manifest.json").read_bytes())
    programs.done(client.cli.app, "campaign", "approve", programs.node, programs.folder / "manifest.json", "--yes")
    file = json.loads(rotate(programs, LEAGUE).stdout)["statement_file"]

    programs.done(client.cli.app, "league", "new-key", programs.node, file)
    programs.done(client.cli.app, "league", "new-key", programs.node, file)
    rotate(programs, CLUB)

    settings, league = node_settings(programs.node), league_settings(programs.league)
    assert settings.league_keys()[0] == league.rotating_key.present.verify_key
    approvals = approvals_of(settings)
    assert approvals.get(opened.manifest.sha256, now=datetime.now(UTC)) == opened.manifest
    keys = {"key": league.league_key(), "former": league.rotating_key.former}
    registry = RegistryStore(league.models, clock=lambda: datetime.now(UTC), **keys)
    assert registry.load(model.name).record.sha256 == model.name


@pytest.mark.parametrize("attack", ["a stranger's", "for another service", "changed", "no statement"])
def test_a_node_believes_no_other_statement(programs: Programs, attack: str) -> None:
    former, new = league_settings(programs.league).league_key(), SigningKey.generate()
    service = programs.world.service.keys.service.verify_key.key_id
    parts = {"former": former, "new": new, "service_key_id": service, "now": datetime.now(UTC)}
    if attack == "a stranger's":
        parts["former"] = SigningKey.generate()
    if attack == "for another service":
        parts["service_key_id"] = "0" * 16
    body = SignedKeyChange.create("league", **parts).as_json()
    if attack == "changed":
        body["change"]["key"] = SigningKey.generate().verify_key.text
    path = programs.folder / "statement.json"
    path.write_text("{}" if attack == "no statement" else json.dumps(body))

    answer = programs.run(client.cli.app, "league", "new-key", programs.node, path)

    assert answer.exit_code == 1
    assert "expected a" in str(answer.exception)
    assert node_settings(programs.node).league_keys() == (former.verify_key,)


def test_a_node_takes_the_new_key_of_its_second_signer_and_what_that_signed_before_still_counts(
    programs: Programs,
) -> None:
    before, after = SigningKey.generate(), SigningKey.generate()
    line = ("link", programs.node, "--consent", ADDRESS, *service_key(programs.world))
    named = programs.run(client.cli.app, *line, "--second-signer", "gb")
    programs.done(client.cli.app, *line, "--second-signer", "gb", "--second-key", before.verify_key.text)
    service = programs.world.service.keys.service.verify_key.key_id
    parts = {"former": before, "new": after, "service_key_id": service, "now": datetime.now(UTC)}
    path = programs.folder / "statement.json"
    path.write_text(json.dumps(SignedKeyChange.create("gb", **parts).as_json()))
    league = node_settings(programs.node).league_keys()

    programs.done(client.cli.app, "league", "new-key", programs.node, path)

    settings = node_settings(programs.node)
    assert "--second-signer and --second-key together" in str(named.exception)
    assert settings.campaign_signers().seconds == {"gb": [after.verify_key, before.verify_key]}
    assert settings.league_keys() == league
