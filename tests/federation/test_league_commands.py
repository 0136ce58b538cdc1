"""Joining a league and linking a coordinator at the terminal, before the real consent service."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import client.cli
import server.cli
from client.settings import is_org_id
from policies.campaign import parse_signed_manifest
from policies.campaigns.signatures import sign_manifest
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.settings import load_settings
from tests.privacy.programs import ADDRESS, Programs, left_league, node_added, service_key, set_up


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    """Node, league and union, each in its own folder; the club has joined the league."""
    made = set_up(tmp_path, monkeypatch)
    yield made
    made.world.service.close()


def test_a_club_joins_leaves_and_reads_back(programs: Programs) -> None:
    def listed() -> list[tuple[str, bool]]:
        answer = json.loads(programs.done(client.cli.app, "league", "list", programs.node, "--json").stdout)
        return [(one["league"], one["joined"] is not None) for one in answer["leagues"]]

    assert listed() == [("league", True)]
    left = programs.done(client.cli.app, "league", "leave", programs.node, "league", "--yes")
    assert listed() == [("league", False)]
    joined = programs.done(client.cli.app, "league", "join", programs.node, "league")
    assert listed() == [("league", True)]
    assert "This club has left The league." in left.stdout
    assert "This club is in The league." in joined.stdout


def _signed_by_hand(programs: Programs, manifest: Path) -> None:
    """Both signatures, without the checks of the union's command."""
    programs.done(server.cli.app, "campaign", "sign", programs.league, manifest)
    made, out = parse_signed_manifest(manifest.read_bytes()).manifest, manifest.with_suffix(".union.json")
    signature = sign_manifest(made, organisation="union", key=programs.world.service.keys.service)
    out.write_text(signature.model_dump_json())
    programs.done(server.cli.app, "campaign", "attach", programs.league, manifest, out)


@pytest.mark.parametrize(
    ("verb", "league", "words"),
    [
        ("join", "nobody", "there is no such league"),
        ("leave", "nobody", "there is no such league"),
        ("join", "club-b", "there is no such league"),
        ("join", "../keys", "expected a league's id"),
        ("leave", "League\n", "expected a league's id"),
    ],
)
def test_what_is_no_league_is_said_in_one_sentence_and_changes_nothing(
    programs: Programs, verb: str, league: str, words: str
) -> None:
    agreed = ("--yes",) if verb == "leave" else ()

    new, answer = programs.new_acts(
        lambda: programs.run(client.cli.app, "league", verb, programs.node, league, "--json", *agreed)
    )

    assert (answer.exit_code, answer.stdout, new) == (1, "", [])
    assert words in str(answer.exception)


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_nobody_leaves_without_a_yes_where_there_is_nobody_to_ask(programs: Programs, words: tuple[str, ...]) -> None:
    new, answer = programs.new_acts(
        lambda: programs.run(client.cli.app, "league", "leave", programs.node, "league", *words)
    )
    listed = json.loads(programs.done(client.cli.app, "league", "list", programs.node, "--json").stdout)

    assert (answer.exit_code, new) == (2, [])
    assert "--yes" in answer.stderr
    assert [one["joined"] is not None for one in listed["leagues"]] == [True]


def test_leaving_twice_says_that_the_club_is_not_in_it(programs: Programs) -> None:
    left_league(programs)

    answer = programs.run(client.cli.app, "league", "leave", programs.node, "league", "--yes")

    assert answer.exit_code == 1
    assert "has not joined that league" in str(answer.exception)


def test_a_league_can_let_no_node_in_and_open_no_campaign_before_the_club_has_joined(programs: Programs) -> None:
    node_added(programs)
    left_league(programs)
    programs.world.store.leave_league(OrgId("club-b"), OrgId("league"))
    other, out = programs.folder / "other", programs.planned_campaign()
    _signed_by_hand(programs, out)
    programs.done(client.cli.app, "init", other, "--club", "club-b", "--name", "Westmere FC")

    for words in (
        ("node", "add", programs.league, "club-b", other / "keys" / "fleet.pub"),
        ("campaign", "start", programs.league, out),
        ("staff-code", programs.league, "--person", "T. W.", "--role", "front_office", "--club", "club-a"),
    ):
        new, answer = programs.new_acts(lambda words=words: programs.run(server.cli.app, *words))
        assert (answer.exit_code, new) == (1, [])
        assert "a club has to join it first" in str(answer.exception)


def test_a_coordinator_of_before_learns_the_services_key_and_one_with_another_key_gets_nothing(
    programs: Programs,
) -> None:
    """Its requests are then signed for another service, and the consent service refuses what is not for it."""
    path = programs.league / "settings.json"
    stored = json.loads(path.read_text())
    del stored["consent_service_key"]
    path.write_text(json.dumps(stored))
    line = ("staff-code", programs.league, "--person", "A. N.", "--role", "operator")

    unknown = programs.run(server.cli.app, *line)
    other = SigningKey.generate().verify_key.text
    programs.done(server.cli.app, "link", programs.league, "--consent", ADDRESS, "--service-key", other)
    wrong = programs.run(server.cli.app, *line)
    programs.done(server.cli.app, "link", programs.league, "--consent", ADDRESS, *service_key(programs.world))

    assert "run `homefield-server link`" in str(unknown.exception)
    assert "status 401" in str(wrong.exception)
    assert programs.done(server.cli.app, *line).exit_code == 0
    assert load_settings(programs.league).name == "Coast League"


@pytest.mark.parametrize(("text", "is_one"), [("league-2", True), ("l", False), ("League", False), ("a\n", False)])
def test_an_organisations_id_is_lower_case_letters_digits_and_dashes(text: str, is_one: bool) -> None:
    assert is_org_id(text) is is_one


def test_what_is_approved_is_shown_by_name_and_id_where_the_node_knows_the_name(programs: Programs) -> None:
    node_added(programs)
    manifest = programs.opened_campaign()

    shown = " ".join(
        programs.done(client.cli.app, "campaign", "approve", programs.node, manifest, "--yes").stdout.split()
    )

    assert "Next-day readiness (recovery-linear-1)" in shown
    assert "Eastmere FC (club-a)" in shown
