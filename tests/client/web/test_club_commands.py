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


def test_a_staff_code_is_printed_once(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(monkeypatch, "staff-code", str(node), "--name", "Kim", "--role", "coach") == 0

    code = capsys.readouterr().out.splitlines()[0]
    assert len(code) == 19
    assert code not in (node / "keys" / "staff_codes.json").read_text()
    assert run(monkeypatch, "staff-code", str(node), "--name", "Kim", "--role", "front_office") == 1


def test_proposals_need_a_link_a_purpose_and_an_end(
    node: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "propose", str(node), "--until", "2020-01-01") == 1
    assert "within the next 366 days" in capsys.readouterr().err
    assert run(monkeypatch, "propose", str(node), "--until", "2020-01-01", "--purpose", "betting") == 1


@pytest.mark.parametrize("command", [["plan", "set"], ["plan", "show"], ["staff-code"], ["propose"]])
def test_help_has_an_example(command: list[str]) -> None:
    said = CliRunner().invoke(app, [*command, "--help"]).output

    assert "Example: homefield-node" in " ".join(said.split())
