"""homefield-audit as a person and a program use it."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from audit import cli
from audit.events import Entry, EventKind
from audit.note import Signer

Write = Callable[[Sequence[Sequence[Entry]]], Path]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs the program and returns exit code, output and errors."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["homefield-audit", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def log(write_log: Write, new_entry: Callable[..., Entry]) -> Path:
    looks = [new_entry(day=date(2026, 11, day)) for day in (1, 2, 3)]
    return write_log([[*looks, new_entry(EventKind.LOOK_REFUSED, org="Slate otter", policy_hash="51d0e2")]])


def test_verify_says_that_a_log_is_whole(run: Run, log: Path, signer: Signer) -> None:
    code, out, err = run("verify", log, "--vkey", signer.vkey)

    assert (code, err) == (0, "")
    assert out.startswith("The log is whole: 4 entries, none missing, none changed.")


def test_verify_for_programs(run: Run, log: Path, signer: Signer) -> None:
    code, out, _ = run("verify", log, "--vkey", signer.vkey, "--json")
    report = json.loads(out)

    assert code == 0
    assert (report["ok"], report["origin"], report["size"]) == (True, signer.name, 4)


def test_verify_against_a_kept_checkpoint(run: Run, log: Path, signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes((log / "checkpoint").read_bytes())

    assert run("verify", log, "--vkey", signer.vkey, "--known", tmp_path / "kept")[0] == 0


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_damaged_log_is_one_sentence_and_exit_code_1(run: Run, log: Path, signer: Signer, more: list[str]) -> None:
    (log / "tile" / "0" / "000.p" / "4").write_bytes(bytes(128))

    code, out, err = run("verify", log, "--vkey", signer.vkey, *more)

    assert code == 1
    if more:
        assert json.loads(out) == {"ok": False, "error": "tile/0/000.p/4 does not hold the hashes of its entries"}
    else:
        assert err == "homefield-audit: tile/0/000.p/4 does not hold the hashes of its entries\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "/nowhere", "--vkey", "VKEY"], "expected a directory or an http address"),
        (["verify", "LOG", "--vkey", "nonsense"], "expected a verification key"),
        (["verify", "LOG", "--vkey", "VKEY", "--known", "/nowhere"], "cannot read the checkpoint /nowhere"),
        (["show", "http://127.0.0.1:1/log", "--vkey", "VKEY"], "cannot reach the log"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, log: Path, signer: Signer, words: list[str], said: str) -> None:
    code, out, err = run(*(word.replace("LOG", str(log)).replace("VKEY", signer.vkey) for word in words))

    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_show_lists_entries_in_plain_words(run: Run, log: Path, signer: Signer) -> None:
    code, out, _ = run("show", log, "--vkey", signer.vkey)

    assert code == 0
    assert "Look refused" in out
    assert "Quiet heron" in out


@pytest.mark.parametrize(
    ("words", "indices"),
    [
        ([], [3, 2, 1, 0]),
        (["--limit", "2"], [3, 2]),
        (["--kind", "look_refused"], [3]),
        (["--org", "Quiet heron"], [2, 1, 0]),
        (["--from", "2026-11-02", "--to", "2026-11-03"], [2, 1]),
        (["--rules", "51d0"], [3]),
    ],
)
def test_show_filters(run: Run, log: Path, signer: Signer, words: list[str], indices: list[int]) -> None:
    _, out, _ = run("show", log, "--vkey", signer.vkey, "--json", *words)

    assert [entry["index"] for entry in json.loads(out)] == indices


def test_keygen_writes_a_private_file_once(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("keygen", "log.example/2027", "--out", tmp_path / "log.key")
    file = tmp_path / "log.key"

    assert code == 0
    assert Signer("log.example/2027", bytes.fromhex(file.read_text())).vkey == out.strip()
    assert file.stat().st_mode & 0o777 == 0o600

    code, _, err = run("keygen", "log.example/2027", "--out", file)
    assert code == 1
    assert err.endswith("file exists\n")


@pytest.mark.parametrize("words", [["--help"], ["verify", "--help"], ["show", "--help"], ["serve", "--help"]])
def test_help_gives_an_example(run: Run, words: list[str]) -> None:
    code, out, _ = run(*words)

    assert code == 0
    assert "Example" in out


def test_serve_says_where_it_listens_and_stops_on_request(log: Path, signer: Signer) -> None:
    command = [sys.executable, "-c", "from audit.cli import main; main()", "serve", str(log), "--vkey", signer.vkey]
    process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert found
        with urllib.request.urlopen(f"{found[1]}/health") as answer:
            assert json.load(answer) == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
