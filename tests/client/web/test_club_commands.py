"""The commands that staff and operators use: plans, sign-in codes, proposals; one sentence when something is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from client.cli import app, main


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "node"
    assert CliRunner().invoke(app, ["init", str(folder), "--club", "club-a", "--name", "Eastmere FC"]).exit_code == 0
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["homefield-node", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_a_plan_can_be_set_and_shown(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    day = ("--date", "2026-11-24")
    assert (
        run(monkeypatch, "plan", "set", str(node), *day, "--rpe", "8", "--minutes", "60", "--title", "intervals") == 0
    )
    assert run(monkeypatch, "plan", "set", str(node), *day, "--load", "300", "--match") == 0
    capsys.readouterr()

    assert run(monkeypatch, "plan", "show", str(node), *day, "--json") == 0

    (plan,) = json.loads(capsys.readouterr().out)["plans"]
    assert (plan["load_au"], plan["match_day"], plan["athlete"]) == (300.0, True, None)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--rpe", "8"],
        ["--rpe", "8", "--minutes", "60", "--load", "100"],
        ["--load", "-5"],
        ["--load", "nan"],
        ["--rpe", "12", "--minutes", "10"],
        ["--load", "1", "--title", "x" * 61],
        ["--load", "1", "--title", "in\u202etervals"],
        ["--load", "1", "--title", "two\nlines"],
        ["--load", "1", "--athlete", "nobody"],
    ],
)
def test_an_impossible_plan_is_one_sentence(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert run(monkeypatch, "plan", "set", str(node), *wrong) == 1

    said = capsys.readouterr().err
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said


def test_a_person_is_added_with_a_code_listed_and_removed(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = ("--name", "Kim Ray")
    capsys.readouterr()
    assert run(monkeypatch, "staff", "add", str(node), *name, "--role", "coach", "--squad", "under-19") == 0
    first, *told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told[-2:]] == ["Next, you", "Next, Kim Ray"]
    assert run(monkeypatch, "staff-code", str(node), *name) == 0
    code = capsys.readouterr().out.splitlines()[0]
    assert run(monkeypatch, "staff", "list", str(node), "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)["staff"]

    assert len(first) == len(code) == 19
    assert first != code
    assert code.encode() not in (node / "staff.sqlite3").read_bytes()
    assert (listed["name"], listed["role"], listed["squads"]) == ("Kim Ray", "coach", ["under-19"])
    assert listed["sessions"] == []

    assert run(monkeypatch, "staff", "end-sessions", str(node), *name, "--json") == 0
    assert json.loads(capsys.readouterr().out)["codes_ended"] == 1
    assert run(monkeypatch, "staff", "remove", str(node), *name) == 0
    assert run(monkeypatch, "staff-code", str(node), *name) == 1
    assert "homefield-node staff add" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--name", "Kim", "--role", "front_office"],
        ["--name", "", "--role", "coach"],
        ["--name", "Kim", "--role", "coach", "--squad", "First Team"],
    ],
)
def test_a_person_who_cannot_be_is_one_sentence(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert run(monkeypatch, "staff", "add", str(node), *wrong) == 1

    said = capsys.readouterr().err
    assert said.startswith("Error: expected ")
    assert said.count("\n") == 1


def test_athletes_have_a_squad(node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (node / "squad.csv").write_text("name,shirt_no,is_minor,squad\nBo Ek,8,false,\nCy Ott,9,true,under-19\n")
    assert run(monkeypatch, "athlete", "add", str(node), "Ada Lund", "--shirt", "7", "--squad", "reserves") == 0
    assert run(monkeypatch, "athlete", "load", str(node), str(node / "squad.csv")) == 0
    assert run(monkeypatch, "athlete", "squad", str(node), "8", "under-19") == 0
    assert run(monkeypatch, "athlete", "squad", str(node), "8", "Under 19") == 1
    capsys.readouterr()

    assert run(monkeypatch, "athlete", "list", str(node), "--json") == 0

    found = {one["name"]: one["squad"] for one in json.loads(capsys.readouterr().out)["athletes"]}
    assert found == {"Ada Lund": "reserves", "Bo Ek": "under-19", "Cy Ott": "under-19"}


def test_proposals_need_a_link_a_purpose_and_an_end(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "propose", str(node), "--until", "2020-01-01") == 1
    assert "within the next 366 days" in capsys.readouterr().err
    assert run(monkeypatch, "propose", str(node), "--until", "2020-01-01", "--purpose", "betting") == 1


@pytest.mark.parametrize("reachable", [["--public-url", "https://node.club.example"], ["--host", "192.0.2.1"]])
def test_the_demo_is_refused_where_others_could_reach_it(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reachable: list[str]
) -> None:
    assert run(monkeypatch, "run", str(node), "--port", "0", "--demo", *reachable) == 1

    assert "loopback only" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["plan", "set"], ["plan", "show"], ["staff-code"], ["staff", "add"], ["propose"]])
def test_help_has_an_example(command: list[str]) -> None:
    said = CliRunner().invoke(app, [*command, "--help"]).output

    assert "Example: homefield-node" in " ".join(said.split())
