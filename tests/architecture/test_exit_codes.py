"""One table of exit codes, kept by every program: the code, `docs/operate.md`, and what each program ends with."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

import audit.cli
import client.cli
import consent.cli
import deploy.demo.cli
import server.cli
from audit.tlog.note_keys import Signer
from audit.writer.log import Log
from chassis.cli.exit_codes import ExitCode
from tests.architecture.test_command_help import APPS

MAINS = {
    "homefield-audit": audit.cli.main,
    "homefield-consent": consent.cli.main,
    "homefield-demo": deploy.demo.cli.main,
    "homefield-node": client.cli.main,
    "homefield-server": server.cli.main,
}
NOT_DONE = {
    "homefield-audit": ("witness", "keys", "nowhere"),
    "homefield-consent": ("keys", "nowhere"),
    "homefield-demo": ("run", "--data", "nowhere"),
    "homefield-node": ("athlete", "list", "nowhere"),
    "homefield-server": ("node", "list", "nowhere"),
}
Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a function that runs a program in an empty folder and returns its exit code."""
    monkeypatch.chdir(tmp_path)

    def call(name: str, *words: object) -> int:
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            MAINS[name]()
        return int(ended.value.code or 0)

    return call


def test_every_program_is_here() -> None:
    assert set(MAINS) == set(NOT_DONE) == set(APPS)


@pytest.mark.parametrize("name", sorted(MAINS))
def test_a_program_ends_with_the_code_of_the_table(name: str, run: Run) -> None:
    assert run(name, "--help") == ExitCode.DONE
    assert run(name, *NOT_DONE[name]) == ExitCode.NOT_DONE
    assert run(name) == ExitCode.USAGE
    assert run(name, "no-such-command") == ExitCode.USAGE
    assert run(name, NOT_DONE[name][0], "--no-such-option") == ExitCode.USAGE


@pytest.mark.parametrize("name", sorted(MAINS))
def test_ctrl_c_ends_every_program_alike(name: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(typer.Typer, "__call__", broken_off)

    assert run(name, "--help") == ExitCode.INTERRUPTED


def test_an_alarm_of_the_monitor_is_the_alarm_of_the_table(run: Run, tmp_path: Path) -> None:
    signer = Signer("log.example/2026", bytes(range(32)))
    watch = ("--vkey", signer.vkey, "--state", tmp_path / "state.json", "--once")
    for name, leaf in (("first", b"one"), ("second", b"two")):
        with Log.open(tmp_path / name, signers=[signer]) as log:
            log.append_many([leaf])
            log.publish()

    assert run("homefield-audit", "monitor", tmp_path / "first", *watch) == ExitCode.DONE
    assert run("homefield-audit", "monitor", tmp_path / "second", *watch) == ExitCode.ALARM
    assert run("homefield-audit", "monitor", "http://127.0.0.1:9/", *watch) == ExitCode.NOT_DONE


def test_no_other_code_is_used_and_the_documentation_has_the_same_table(root: Path) -> None:
    text = (root / "docs" / "operate.md").read_text(encoding="utf-8")
    table = text.split("| exit code |")[1].split("\n\n")[0]

    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)] == list(ExitCode)
    bare = re.compile(r"(?:typer\.Exit|sys\.exit)\(\s*\d")
    packages = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
    sources = [path for package in packages for path in (root / package).rglob("*.py")]
    assert len(sources) > 300
    assert [path.name for path in sources if bare.search(path.read_text(encoding="utf-8"))] == []
