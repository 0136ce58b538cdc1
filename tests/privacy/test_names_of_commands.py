"""Every command that takes a name takes the same names: what is hidden, blank or too long is refused in a sentence."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.signing import SigningKey

Run = Callable[..., tuple[int, str]]
ODD = {
    "right-to-left override": "Ada\u202e",
    "escape sequence": "\x1b[2J",
    "lone surrogate": "Ada\udcff",
    "blanks": " \u00a0",
    "too long": "x" * 81,
}
CONSENT = ("--consent", "http://127.0.0.1:1", "--service-key", "A" * 43 + "=")
COMMANDS: dict[str, tuple[str, ...]] = {
    "consent init": ("consent", "init", "{new}", "--name", "{name}"),
    "org add": ("consent", "org", "add", "{union}", "club-z", "--kind", "club", "--key", "{key}", "--name", "{name}"),
    "server init": ("server", "init", "{new}", *CONSENT, "--name", "{name}"),
    "server staff-code": ("server", "staff-code", "{league}", "--role", "operator", "--person", "{name}"),
    "node init": ("client", "init", "{new}", "--club", "club-a", "--name", "{name}"),
    "athlete add": ("client", "athlete", "add", "{node}", "{name}"),
    "athlete load": ("client", "athlete", "load", "{node}", "{squad}"),
    "plan set": ("client", "plan", "set", "{node}", "--load", "300", "--title", "{name}"),
    "staff add": ("client", "staff", "add", "{node}", "--role", "coach", "--name", "{name}"),
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one program with arguments; returns its exit code and what it said on standard error."""

    def call(package: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", [package, *arguments])
        with pytest.raises(SystemExit) as ended:
            importlib.import_module(f"{package}.cli").main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return call


@pytest.fixture
def folders(tmp_path: Path, run: Run) -> dict[str, str]:
    """A folder of each program, and what the commands are given."""
    made = {name: str(tmp_path / name) for name in ("union", "league", "node")}
    assert run("consent", "init", made["union"])[0] == 0
    assert run("server", "init", made["league"], "--name", "Coast", *CONSENT)[0] == 0
    assert run("client", "init", made["node"], "--club", "club-a", "--name", "Eastmere FC")[0] == 0
    return made | {
        "new": str(tmp_path / "new"),
        "squad": str(tmp_path / "squad.csv"),
        "key": SigningKey.generate().verify_key.text,
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_an_odd_name(folders: dict[str, str], run: Run, command: str) -> None:
    package, *arguments = COMMANDS[command]
    told = {}
    for kind, name in ODD.items():
        squad = f"name,shirt_no,is_minor\n{name},7,false\n".encode(errors="surrogatepass")
        Path(folders["squad"]).write_bytes(squad)
        code, told[kind] = run(package, *(part.format(name=name, **folders) for part in arguments))
        assert code == 1, (kind, told[kind])

    if command == "athlete load":  # a file that is no UTF-8 is no list at all
        assert "as a squad list" in told.pop("lone surrogate")
    assert all("expected a name" in sentence for sentence in told.values()), told
    assert not Path(folders["new"]).exists()
