"""While the consent service gives no answer, or a 5xx, the commands of node and coordinator say one sentence and change
nothing."""

import json
from collections.abc import Iterator

import httpx
import pytest

import client.cli
import server.cli
from tests.privacy.programs import ADDRESS, Programs, files, in_weeks, set_up

LOST = "nothing that this node holds is lost, try again once `homefield-node status` says that it answers"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Node and league before a service that is down."""
    with pytest.MonkeyPatch.context() as patched:
        made = set_up(tmp_path_factory.mktemp("down"), patched)
        yield made
        made.world.service.close()


@pytest.fixture(params=[None, 500, 503], ids=["no answer", "500", "503"])
def came(programs: Programs, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the service is down, in the words that are expected."""
    if request.param is None:
        monkeypatch.setattr(programs, "down", True)
        return f"the consent service at {ADDRESS} gave no answer"
    answer = httpx.Response(request.param, content=b"<h1>of a proxy</h1>")
    monkeypatch.setattr(programs.http, "request", lambda *_, **__: answer)
    return f"the consent service at {ADDRESS} cannot answer now (status {request.param})"


@pytest.mark.parametrize("verb", ["enrol", "league list", "league join", "rotate-key", "metrics", "ingest"])
def test_every_command_says_where_it_asked_what_came_and_what_to_do(programs: Programs, came: str, verb: str) -> None:
    rest = {
        "league join": ["league"],
        "metrics": [programs.one],
        "ingest": [files(programs), "--athlete", programs.one],
    }
    words = [*verb.split(), programs.node, *rest.get(verb, [])]

    answer = programs.run(client.cli.app, *words)

    assert answer.exit_code == 1
    assert f"{came}; {LOST}" in str(answer.exception)


@pytest.mark.parametrize("verb", ["node add", "rotate-key", "staff-code"])
def test_the_coordinators_commands_say_the_same(programs: Programs, came: str, verb: str) -> None:
    rest = {
        "node add": ["club-a", programs.node / "keys" / "fleet.pub"],
        "staff-code": ["--person", "A. N.", "--role", "operator"],
    }

    answer = programs.run(server.cli.app, *verb.split(), programs.league, *rest.get(verb, []))

    assert answer.exit_code == 1
    lost = "nothing that this coordinator holds is lost, try again once it answers"
    assert f"{came}; {lost}" in str(answer.exception)


def test_what_is_done_without_the_log_names_the_same_cause(programs: Programs, came: str) -> None:
    answer = programs.run(client.cli.app, "athlete", "squad", programs.node, programs.one, "first-team")

    assert str(answer.exception) == f"it is done here, but the log does not say so ({came})"


def test_proposals_that_nobody_answered_are_not_told_as_refused_without_more(programs: Programs, came: str) -> None:
    programs.recorded_days()

    answer = programs.run(client.cli.app, "propose", programs.node, "--until", in_weeks())

    assert f"the consent service at {ADDRESS} did not answer the last proposal; propose again once" in answer.stderr


def test_status_says_it_and_is_answered_again_once_the_service_is_there(programs: Programs, came: str) -> None:
    told = programs.run(client.cli.app, "status", programs.node)
    answer = programs.run(client.cli.app, "status", programs.node, "--json")
    shown = json.loads(answer.stdout)

    assert (shown["consent_answers"], shown["consent_problem"]) == (False, came)
    assert (told.exit_code, answer.exit_code) == (1, 1)
    assert "What this node holds is untouched." in told.stdout


def test_status_of_a_service_that_answers_names_the_leagues(programs: Programs) -> None:
    shown = json.loads(programs.done(client.cli.app, "status", programs.node, "--json").stdout)

    assert (shown["consent_answers"], shown["consent_problem"]) == (True, None)
    assert [one["league"] for one in shown["leagues"]] == ["league"]
    assert "takes this node's requests" in programs.done(client.cli.app, "status", programs.node).stdout
