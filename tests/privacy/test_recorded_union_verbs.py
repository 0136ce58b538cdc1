"""Every recorded command of the union: one act each, read by opening the service afterwards."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import consent.cli
from audit.entries.event_declarations import RecordedEvent
from audit.entries.events import EventKind, parse_leaf
from consent.declared_events import VERBS
from consent.service import open_service
from consent.settings import read_settings
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import Act, acts

NEW = AthleteId("ath-00000000000000ff")


@pytest.fixture
def union(tmp_path: Path) -> Path:
    folder = tmp_path / "union"
    run("init", folder, "--name", "Players' Union")
    return folder


def run(*words: object) -> Any:
    answer = CliRunner().invoke(consent.cli.app, [str(word) for word in words])
    assert answer.exit_code == 0, (answer.output, answer.exception)
    return answer


def declared_events(folder: Path) -> dict[str, Act]:
    """Every act by its event, as a start of the service finds them."""
    service = open_service(read_settings(folder.resolve()), clock=lambda: datetime.now(UTC))
    try:
        return acts(service)
    finally:
        service.close()


def since(before: dict[str, Act], folder: Path) -> list[frozenset[EventKind]]:
    """The kinds of each act that was not there before."""
    return [act.kinds for event, act in declared_events(folder).items() if event not in before]


def register(union: Path, org: str = "club-a", kind: str = "club") -> None:
    key = SigningKey.generate().verify_key.text
    run("org", "add", union, org, "--name", "Eastmere FC", "--kind", kind, "--key", key)


def test_every_recorded_command_is_carried_out_here() -> None:
    recorded = {name for name, act in VERBS.items() if isinstance(act, RecordedEvent)}

    assert recorded == {
        *("org add", "org add-key", "org retire-key", "org revoke", "org set-players"),
        *("athlete second-club set", "athlete second-club end"),
        *("init", "serve", "athlete erase", "freeze", "unfreeze", "recover", "restore"),
    }


def test_init_is_one_act(union: Path) -> None:
    (act,) = declared_events(union).values()

    assert act.kinds == {EventKind.ORG_REGISTERED, EventKind.RULES_LOADED}


def test_registering_an_organisation_is_one_act(union: Path) -> None:
    before = declared_events(union)

    register(union)

    assert since(before, union) == [{EventKind.ORG_REGISTERED}]


def test_registering_the_same_again_leaves_nothing(union: Path) -> None:
    key = SigningKey.generate().verify_key.text
    words = ("org", "add", union, "club-a", "--name", "Eastmere FC", "--kind", "club", "--key", key)
    run(*words)
    before = declared_events(union)

    run(*words)

    assert since(before, union) == []


def test_giving_a_squad_list_is_one_act_and_the_same_again_none(union: Path, tmp_path: Path) -> None:
    register(union)
    (tmp_path / "squad.csv").write_text("shirt_no,name\n7,New Person\n8,Another\n", encoding="utf-8")
    for kinds in ([{EventKind.MEMBER_ENROLLED}], []):
        before = declared_events(union)
        run("org", "set-players", union, "club-a", tmp_path / "squad.csv")
        assert since(before, union) == kinds


def test_each_step_of_a_key_is_one_act(union: Path) -> None:
    register(union)
    former = json.loads(run("org", "list", union, "--json").stdout)["organisations"][0]["key_id"]
    new = SigningKey.generate().verify_key.text
    steps = [
        (("org", "add-key", union, "club-a", "--key", new), {EventKind.ORG_KEY_CHANGED}),
        (("org", "retire-key", union, "club-a", former), {EventKind.ORG_KEY_CHANGED}),
        (("org", "revoke", union, "club-a", "--yes"), {EventKind.ORG_REVOKED}),
    ]

    for words, kinds in steps:
        before = declared_events(union)
        run(*words)
        assert since(before, union) == [kinds]


def test_a_start_is_an_act_only_under_other_rules(union: Path) -> None:
    """`serve` opens the service as this does; what it then serves is declared route by route."""
    before = declared_events(union)
    assert since(before, union) == []

    settings = json.loads((union / "settings.json").read_text())
    (union / "settings.json").write_text(json.dumps(settings | {"agreement": "nba-2023"}))

    assert since(before, union) == [{EventKind.RULES_LOADED}]


def test_each_step_of_a_second_club_is_one_act_and_the_same_again_none(union: Path) -> None:
    register(union)
    register(union, "club-b")
    service = open_service(read_settings(union.resolve()), clock=lambda: datetime.now(UTC))
    service.store.enrol(OrgId("club-a"), NEW, name="New Person", shirt_no=9, is_minor=False)
    service.close()
    command, enrolled = ("athlete", "second-club"), [{EventKind.MEMBER_ENROLLED}]
    for words, kinds in [
        (("set", union, NEW, "club-b"), enrolled),
        (("set", union, NEW, "club-b"), []),
        (("set", union, NEW, "club-b", "--sixteenths", "5"), enrolled),
        (("end", union, NEW), enrolled),
    ]:
        before = declared_events(union)
        run(*command, *words)
        assert since(before, union) == kinds


def test_erasing_an_athlete_is_one_act(union: Path) -> None:
    register(union)
    service = open_service(read_settings(union.resolve()), clock=lambda: datetime.now(UTC))
    service.store.enrol("club-a", NEW, name="New Person", shirt_no=9, is_minor=False)  # type: ignore[arg-type]
    before = service.log.publish().size
    service.close()

    run("athlete", "erase", union, NEW, "--yes")

    # Its entry is sealed under the keys that it destroys: only the public log still shows it.
    service = open_service(read_settings(union.resolve()), clock=lambda: datetime.now(UTC))
    new = [parse_leaf(service.log.leaf(index)).kind for index in range(before, service.log.publish().size)]
    service.close()
    assert [kind for kind in new if kind is not EventKind.HEARTBEAT] == [EventKind.ERASED]


def test_freezing_and_unfreezing_are_one_act_each(union: Path) -> None:
    register(union)
    service = open_service(read_settings(union.resolve()), clock=lambda: datetime.now(UTC))
    service.store.enrol("club-a", NEW, name="New Person", shirt_no=9, is_minor=False)  # type: ignore[arg-type]
    service.close()

    for verb in ("freeze", "unfreeze"):
        before = declared_events(union)
        run(verb, union, NEW)
        assert since(before, union) == [{EventKind.CONSENT_DECISION}]


@pytest.mark.parametrize("verb", ["recover", "restore"])
def test_a_recovery_is_one_act_and_none_where_nothing_is_unknown(union: Path, tmp_path: Path, verb: str) -> None:
    register(union)
    service = open_service(read_settings(union.resolve()), clock=lambda: datetime.now(UTC))
    service.store.enrol("club-a", NEW, name="New Person", shirt_no=9, is_minor=False)  # type: ignore[arg-type]
    service.close()
    (tmp_path / "backups").mkdir()
    key = json.loads(run("backup-key", union, "--json").stdout)["recovery_key"]
    (tmp_path / "key.txt").write_text(key)
    backup = json.loads(run("backup", union, tmp_path / "backups", "--json").stdout)["file"]
    shutil.copyfile(union / "consent.sqlite3", tmp_path / "older")
    put_back = (backup, union, "--key", tmp_path / "key.txt", "--yes")
    words = (union,) if verb == "recover" else put_back
    before = declared_events(union)
    run(verb, *words)
    assert since(before, union) == []

    run("freeze", union, NEW)  # decides as an athlete's choice does
    if verb == "recover":
        shutil.copyfile(tmp_path / "older", union / "consent.sqlite3")
    run(verb, *words)

    decided = [act for act in since({}, union) if EventKind.CONSENT_DECISION in act]
    assert decided == [{EventKind.CONSENT_DECISION}]  # the recovery's own: of the other nothing but its leaf is known


def test_reading_leaves_nothing(union: Path) -> None:
    register(union)
    before = declared_events(union)

    for words in (("keys", union), ("status", union), ("org", "list", union), ("athlete", "list", union)):
        run(*words)

    assert since(before, union) == []
