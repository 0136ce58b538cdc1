"""Every recorded command of node and league, run against the real consent service: exactly one act each."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import client.cli
import client.declared_events
import server.cli
import server.declared_events
from audit.entries.details.forms import FORMS
from audit.entries.event_declarations import RecordedEvent
from audit.entries.events import EventKind
from client.settings import load_settings
from client.staff.database import StaffFile
from client.vault.access import open_vault
from policies.vocabulary import OrgId
from tests.audit.entries.details.samples import SAMPLES
from tests.consent.league import Caller
from tests.privacy.programs import LEAGUE, NEW, NODE, Programs, files, in_weeks, set_up, with_new_athlete

APPS = {
    "node": (client.cli.app, NODE, client.declared_events.VERBS),
    "league": (server.cli.app, LEAGUE, server.declared_events.VERBS),
}
DONE_ANYWAY = (
    *("erase", "athlete remove", "propose", "imports undo"),
    *("staff remove", "staff end-sessions", "athlete squad", "campaign revoke"),
)
CASES = [(place, verb) for place, (_, deeds, _) in APPS.items() for verb in deeds]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    made = set_up(tmp_path, monkeypatch)
    yield made
    made.world.service.close()


def recorded(acts_of: Any) -> set[str]:
    return {name for name, act in acts_of.items() if isinstance(act, RecordedEvent)}


@pytest.mark.parametrize("place", sorted(APPS))
def test_every_recorded_command_is_carried_out_here(place: str) -> None:
    _, deeds, declared = APPS[place]

    assert set(deeds) == recorded(declared)


@pytest.mark.parametrize(("place", "verb"), CASES, ids=lambda word: word)
def test_a_recorded_command_leaves_exactly_one_act_of_its_kind(programs: Programs, place: str, verb: str) -> None:
    app, deeds, declared = APPS[place]
    prepare, words = deeds[verb]
    prepare(programs)
    line = words(programs)

    new, answer = programs.new_acts(lambda: programs.done(app, *line))

    assert len(new) == 1, answer.output
    assert new[0].kinds & declared[verb].kinds
    assert new[0].kinds <= declared[verb].kinds | declared[verb].beside


@pytest.mark.parametrize(("place", "verb"), [case for case in CASES if case[1] not in DONE_ANYWAY], ids=str)
def test_without_a_record_a_command_does_nothing(programs: Programs, place: str, verb: str) -> None:
    app, deeds, _ = APPS[place]
    prepare, words = deeds[verb]
    prepare(programs)
    line, before = words(programs), everything_below(programs)
    programs.down = True

    new, answer = programs.new_acts(lambda: programs.run(app, *line))

    assert (new, answer.exit_code) == ([], 1)
    assert answer.stdout == "" or verb == "campaign approve"  # approving shows what it would do before it asks
    assert everything_below(programs) == before


@pytest.mark.parametrize(
    "verb", ["staff remove", "staff end-sessions", "athlete squad", "imports undo", "campaign revoke"]
)
def test_what_must_not_wait_for_the_log_is_done_without_it_and_says_so(programs: Programs, verb: str) -> None:
    app, deeds, _ = APPS["node"]
    prepare, words = deeds[verb]
    prepare(programs)
    line, before = words(programs), everything_below(programs)
    programs.down = True

    new, answer = programs.new_acts(lambda: programs.run(app, *line))

    assert (new, answer.exit_code) == ([], 1)
    assert "it is done here, but the log does not say so" in str(answer.exception)
    assert everything_below(programs) != before


def is_waiting(path: Path) -> bool:
    """A key that waits to be taken must be on the disk before anybody is asked; it signs nothing until then."""
    return path.name.endswith(".key.new") or path.match("league-key-*.json")


def everything_below(programs: Programs) -> dict[str, bytes]:
    """The content of both folders, with databases as what is in them."""
    found = {}
    for folder in (programs.node, programs.league):
        for path in folder.rglob("*"):
            if path.is_file() and "sqlite3" not in path.name and not is_waiting(path):
                found[str(path)] = path.read_bytes()
    with open_vault(load_settings(programs.node)) as vault:
        found["athletes"] = repr(vault.athletes()).encode()
        found["readings"] = repr([vault.read(one.athlete) for one in vault.athletes()]).encode()
    with closing(StaffFile(programs.node)) as file, file.reading() as connection:
        tables = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("staff_person", "staff_code")]
        found["staff"] = repr(tables).encode()
    return found


def test_proposing_without_the_service_proposes_to_nobody(programs: Programs) -> None:
    programs.recorded_days()
    programs.down = True

    new, answer = programs.new_acts(
        lambda: programs.done(client.cli.app, "propose", programs.node, "--until", in_weeks(), "--json")
    )

    assert new == []
    assert json.loads(answer.stdout)["counts"]["proposed"] == 0


def test_erasing_never_waits_for_the_service(programs: Programs) -> None:
    """The one deed that comes before its record: refusing it would harm the athlete."""
    programs.down = True
    refused, answer = programs.new_acts(
        lambda: programs.run(client.cli.app, "erase", programs.node, programs.one, "--yes")
    )
    programs.down = False
    reported, _ = programs.new_acts(
        lambda: programs.done(client.cli.app, "erase", programs.node, programs.one, "--yes")
    )

    assert (refused, answer.exit_code) == ([], 1)
    assert [act.kinds for act in reported] == [{EventKind.ERASED}]


def test_the_athlete_finds_what_was_done_at_the_nodes_terminal(programs: Programs) -> None:
    for verb in ("metrics", "ingest", "plan set"):
        programs.done(client.cli.app, *NODE[verb][1](programs))

    kinds = [look.kind for look in programs.world.store.looks(programs.one).entries]

    assert kinds[:3] == ["plan_set", "ingest", "operator_look"]


def test_an_athlete_the_service_does_not_know_cannot_be_looked_at_unrecorded(programs: Programs) -> None:
    with_new_athlete(programs)

    new, answer = programs.new_acts(lambda: programs.run(client.cli.app, "metrics", programs.node, NEW))

    assert answer.exit_code == 1
    assert "homefield-node enrol" in str(answer.exception)
    assert [act.kinds for act in new] == [{EventKind.LOOK_REFUSED}]


def test_a_node_that_is_not_linked_yet_has_nobody_to_tell(programs: Programs, tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    programs.done(client.cli.app, "init", folder, "--club", "club-z", "--name", "Alone FC")
    programs.done(client.cli.app, "athlete", "add", folder, "Only One", "--shirt", "1")
    programs.down = True

    for words in (
        ("staff", "add", folder, "--name", "Kim", "--role", "coach"),
        ("ingest", folder, files(programs), "--athlete", "1"),
        ("metrics", folder, "1"),
        ("plan", "set", folder, "--load", "300"),
    ):
        new, _ = programs.new_acts(lambda words=words: programs.done(client.cli.app, *words))
        assert new == []


def test_a_club_cannot_report_that_an_athlete_signed_in(programs: Programs) -> None:
    """Who reads "you signed in" must be able to believe it."""
    caller = Caller(programs.world, programs.http)
    campaign = programs.world.store.register_campaign(OrgId("league"), programs.world.campaign())

    for form in ("staff_signed_in", "staff_code_issued", "club_page_opened", "campaign_approved"):
        named = {"manifest": campaign} if "manifest" in FORMS[form].model_fields else {}
        body = {"kind": FORMS[form].kind.value, "details": SAMPLES[form].body() | named}
        assert caller.send("club-a", "POST", "/v1/events", body).status_code == 200
        body["details"] = body["details"] | {"athlete": programs.one}
        assert caller.send("club-a", "POST", "/v1/events", body).status_code == 403
