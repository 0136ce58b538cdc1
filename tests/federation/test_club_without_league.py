"""A club in no league is linked, enrols its athletes and runs its pages; what needs a league says how to get one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import client.cli
from client.commands.run import _learning_part
from client.consent_client import NodeConsentClient
from client.federation.outside_league import OutsideLeague
from client.figures import node_figures, node_health
from client.settings import load_settings
from client.vault.access import open_vault
from policies.signing import VerifyKey
from tests.privacy.programs import ADDRESS, NEW, Programs, service_key, set_up, with_new_athlete


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    """A node that is not linked yet, and the real consent service, which knows its key."""
    made = set_up(tmp_path, monkeypatch)
    path = made.node / "settings.json"
    held = json.loads(path.read_text())
    path.write_text(json.dumps({name: held[name] for name in ("club", "name", "timezone", "lock")}))
    yield made
    made.world.service.close()


def link(programs: Programs, *words: object) -> str:
    line = ("link", programs.node, "--consent", ADDRESS, *service_key(programs.world), *words)
    return str(programs.done(client.cli.app, *line).stdout)


def test_it_is_linked_enrols_and_runs(programs: Programs) -> None:
    with_new_athlete(programs)

    told = link(programs)
    enrolled = json.loads(programs.done(client.cli.app, "enrol", programs.node, "--json").stdout)["enrolled"]

    assert "and no league." in told
    assert "league join" not in told
    assert NEW in enrolled
    assert programs.world.store.member(NEW).club == "club-a"
    settings = load_settings(programs.node)
    with open_vault(settings) as vault:
        consent = NodeConsentClient.of(settings)
        part = _learning_part(settings)(consent)
        with part.working():
            health = node_health(part, consent, vault)
            assert (health.find_unready(), health.is_late()) == (None, False)
        assert isinstance(part, OutsideLeague)
        assert part.status() == {"online": False, "campaigns": []}
        figures = {metric.name: read() for metric, read in node_figures(part, consent).readings}
        assert (figures["homefield_rounds_left"], figures["homefield_coordinator_connected"]) == (0, None)


def test_the_leagues_options_go_together_and_stay_when_they_are_left_out(programs: Programs) -> None:
    key = programs.world.keys["league"].verify_key.text
    line = ("link", programs.node, "--consent", ADDRESS, *service_key(programs.world))
    half = programs.run(client.cli.app, *line, "--coordinator", "127.0.0.1:9092")
    assert half.exit_code == 1
    assert (
        "expected --coordinator, --ca and --league-key together, or none of them, got no --ca and --league-key"
        in str(half.exception)
    )
    wrong = programs.run(client.cli.app, *line[:-1], "KEY")
    assert str(wrong.exception).startswith("--service-key: expected a public key of 44 characters (base64), got a text")
    assert load_settings(programs.node).consent_url is None

    ca = programs.league / "tls" / "ca.crt"
    assert "and 127.0.0.1:9092." in link(programs, "--coordinator", "127.0.0.1:9092", "--ca", ca, "--league-key", key)
    again = link(programs)
    assert "and 127.0.0.1:9092." in again
    assert f"The league’s key has the id {VerifyKey.from_text(key).key_id};" in again
    assert load_settings(programs.node).league_key == key


def test_what_needs_a_league_says_how_to_get_one(programs: Programs) -> None:
    link(programs)

    for words in (
        ("adopt", programs.node, programs.folder),
        ("campaign", "approve", programs.node, programs.folder / "m.json"),
    ):
        refused = programs.run(client.cli.app, *words)
        assert refused.exit_code == 1
        assert "this node is linked to no league; get its address" in str(refused.exception)
