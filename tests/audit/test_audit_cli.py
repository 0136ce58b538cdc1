"""homefield-audit as a person and a program use it."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import typer

from audit import cli
from audit.tlog.checkpoint import parse_body
from audit.tlog.note import split_note, write_note
from audit.tlog.note_keys import Algorithm, Signer
from audit.tlog.signers import log_signers, witness_signers
from tests.waiting import HANG_S

Run = Callable[..., tuple[int, str, str]]
READING = ("verify", "show", "explain", "prove", "export", "fsck", "keygen")


def test_verify_says_that_a_log_is_whole(run: Run, log: Path, signer: Signer) -> None:
    code, out, err = run("verify", log, "--vkey", signer.vkey)

    assert (code, err) == (0, "")
    assert out.startswith("The log is whole: 4 entries, none missing, none changed.")
    assert f"Ed25519 {signer.verifier.key_id.hex()}" in out


def test_verify_for_programs(run: Run, log: Path, signer: Signer, policy: Path) -> None:
    for trust in (["--vkey", signer.vkey], ["--policy", policy]):
        code, out, _ = run("verify", log, *trust, "--json")

        checkpoint = parse_body(split_note((log / "checkpoint").read_bytes())[0])
        assert code == 0
        assert json.loads(out) == {
            "schema": "homefield-verify-1",
            "ok": True,
            "origin": signer.name,
            "size": 4,
            "root": checkpoint.root_text,
            "is_foreign": False,
            "signed_by": [{"algorithm": "Ed25519", "key_id": signer.verifier.key_id.hex()}],
            "cosigned_by": [],
            "quorum": {"needed": 0, "met": 0, "known": 0},
        }


def test_verify_names_the_witnesses_and_when_they_saw_it(run: Run, log: Path, signer: Signer, tmp_path: Path) -> None:
    witnesses = [witness_signers(f"w{number}.example", bytes([number]) * 32) for number in range(3)]
    text, signatures = split_note((log / "checkpoint").read_bytes())
    cosigned = [witnesses[0][0].sign(text, timestamp_s=1_800_000_000), witnesses[2][1].sign(text, timestamp_s=5)]
    (log / "checkpoint").write_bytes(write_note(text, [*signatures, *cosigned]))
    lines = [
        f"log {signer.vkey}",
        *(f"witness w{n} {pair[0 if n < 2 else 1].vkey}" for n, pair in enumerate(witnesses)),
    ]
    policy = tmp_path / "trust.policy"
    policy.write_text("\n".join([*lines, "group two 2 w0 w1 w2", "quorum two", ""]))

    code, out, _ = run("verify", log, "--policy", policy, "--json")
    report = json.loads(out)
    _, said, _ = run("verify", log, "--policy", policy)

    assert code == 0
    assert report["quorum"] == {"needed": 2, "met": 2, "known": 3}
    assert report["cosigned_by"] == [
        {"witness": "w0", "time": "2027-01-15T08:00:00+00:00"},
        {"witness": "w2", "time": "1970-01-01T00:00:05+00:00"},
    ]
    assert "w0 (2027-01-15T08:00:00+00:00) and w2" in said
    policy.write_text("\n".join([*lines, "group all 3 w0 w1 w2", "quorum all", ""]))
    assert run("verify", log, "--policy", policy)[0] == 1


def test_verify_against_a_kept_checkpoint(run: Run, log: Path, signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes((log / "checkpoint").read_bytes())

    assert run("verify", log, "--vkey", signer.vkey, "--known", tmp_path / "kept")[0] == 0


def test_verify_of_one_proof_needs_no_log(
    run: Run, log: Path, leaf: bytes, signer: Signer, policy: Path, tmp_path: Path
) -> None:
    files = ["--proof", tmp_path / "proof", "--leaf", tmp_path / "leaf"]
    assert run("prove", log, 3, "--policy", policy, "-o", tmp_path / "proof", "--leaf-to", tmp_path / "leaf")[0] == 0
    for path in log.rglob("*"):
        if path.is_file():
            path.unlink()

    code, out, _ = run("verify", *files, "--vkey", signer.vkey)
    report = json.loads(run("verify", *files, "--policy", policy, "--json")[1])
    (tmp_path / "leaf").write_bytes(leaf[:-1] + b"x")
    spoilt = json.loads(run("verify", *files, "--policy", policy, "--json")[1])

    assert (code, out.split("\n")[0]) == (0, "The entry stands in the log as number 3.")
    assert (report["ok"], report["index"], report["size"]) == (True, 3, 4)
    assert not spoilt["ok"]


ZEROED = "tile/0/000.p/4 was changed at 4 entries from 0 to 3; the entries lead to the signed root"


@pytest.mark.parametrize("more", [[], ["--json"]])
@pytest.mark.parametrize("command", ["verify", "fsck"])
def test_a_damaged_log_is_one_sentence_and_exit_code_1(
    run: Run, log: Path, signer: Signer, more: list[str], command: str
) -> None:
    (log / "tile" / "0" / "000.p" / "4").write_bytes(bytes(128))

    code, out, err = run(command, log, "--vkey", signer.vkey, *more)

    assert code == 1
    if more:
        assert json.loads(out) == {
            "schema": f"homefield-{command}-1",
            "ok": False,
            "error": ZEROED,
        }
    else:
        assert err == f"homefield-audit: {'the log is not whole: ' if command == 'verify' else ''}{ZEROED}\n"


KEYED = ["--vkey", "VKEY"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["verify", "/nowhere", *KEYED], 1, "expected a directory or an http address"),
        (["verify", "LOG", "--vkey", "nonsense"], 1, "expected a verification key"),
        (
            ["verify", "LOG", *KEYED, "--known", "/nowhere"],
            1,
            "checkpoint in /nowhere, which cannot be read: no such file",
        ),
        (["verify", "LOG"], 2, "expected the log's key with --vkey"),
        (["verify", "LOG", *KEYED, "--policy", "POLICY"], 2, "got both"),
        (["verify", "LOG", "--policy", "LOG"], 1, "expected the trust policy in"),
        (["verify", "LOG", "--policy", "LOG/checkpoint"], 1, "line 1 of the policy"),
        (["verify", *KEYED], 2, "expected a log to verify"),
        (["verify", "LOG", *KEYED, "--proof", "POLICY"], 2, "expected a log to verify"),
        (["verify", *KEYED, "--proof", "POLICY", "--leaf", "POLICY"], 1, "expected a proof file"),
        (["show", "http://127.0.0.1:1/log", *KEYED], 1, "cannot reach the log"),
        (["show", "LOG", *KEYED, "--kind", "nonsense"], 2, "expected one of looks, "),
        (["show", "LOG", *KEYED, "--from", "yesterday"], 2, "does not match"),
        (["explain", "LOG", *KEYED], 2, "expected a log and an entry's number"),
        (["explain", "LOG", "4", *KEYED], 1, "expected an index below 4, got 4"),
        (["explain", "LOG", "-1", *KEYED], 2, ""),
        (["explain", "LOG", "3", *KEYED, "--opening", "POLICY"], 1, "expected an opening"),
        (["explain", "LOG", "3", *KEYED, "--bundle", "POLICY"], 2, "without INDEX"),
        (["explain", "--bundle", "POLICY"], 1, "expected a file of own entries"),
        (["explain", "--bundle", "/nowhere"], 1, "expected the entries in /nowhere, which cannot be read"),
        (["prove", "LOG", *KEYED], 2, "expected one of INDEX, --leaf, --tag and --opening"),
        (["prove", "LOG", "1", *KEYED, "--tag", "00" * 16], 2, "expected one of INDEX, --leaf, --tag and --opening"),
        (["prove", "LOG", *KEYED, "--tag", "00"], 2, "expected a tag of 32"),
        (["prove", "LOG", *KEYED, "--tag", "00" * 16], 1, "the log is whole, and none of its 4 entries"),
        (["prove", "LOG", "1", *KEYED, "-o", "POLICY"], 1, "is there already; --force overwrites it"),
        (["prove", "LOG", "1", *KEYED, "-o", "/nowhere/at/all"], 1, "no such file"),
        (["export", "LOG", *KEYED, "-o", "POLICY"], 1, "is there already; --force overwrites it"),
        (["export", "LOG", *KEYED, "-o", "/nowhere/at/all"], 1, "no such file"),
        (["export", "LOG", *KEYED], 2, "Missing option"),
        (["fsck", "/nowhere", *KEYED], 1, "expected the directory of a log"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, log: Path, signer: Signer, policy: Path, words: list[str], code: int, said: str
) -> None:
    swaps = {"LOG": str(log), "VKEY": signer.vkey, "POLICY": str(policy)}
    given = [re.sub("LOG|VKEY|POLICY", lambda found: swaps[found[0]], word) for word in words]

    ended, out, err = run(*given)

    assert (ended, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


def test_show_lists_entries_in_plain_words_and_nothing_that_a_terminal_obeys(
    run: Run, log: Path, signer: Signer
) -> None:
    code, out, _ = run("show", log, "--vkey", signer.vkey)

    assert code == 0
    assert "Look refused" in out
    assert "Quiet heron" in out
    assert "[red]Slate\ufffdotter" in out


def test_an_organisation_is_found_in_any_letters_and_an_unknown_one_is_no_zero(
    run: Run, log: Path, signer: Signer, tmp_path: Path
) -> None:
    found = run("show", log, "--vkey", signer.vkey, "--json", "--org", "quiet HERON")[1]
    out = tmp_path / "taken.csv"

    assert [entry["index"] for entry in json.loads(found)["entries"]] == [2, 1, 0]
    assert run("export", log, "--vkey", signer.vkey, "--org", "quiet heron", "-o", out)[0] == 0
    assert len(out.read_text().splitlines()) == 4
    for words in (["show", log], ["export", log, "-o", tmp_path / "none.csv"]):
        code, _, err = run(*words, "--vkey", signer.vkey, "--org", "Nobody here")
        assert (code, "expected an organisation that the log names (" in err, "Quiet heron" in err) == (1, True, True)
        assert "\u202e" not in err
    assert not (tmp_path / "none.csv").exists()


def test_whoever_lists_refusals_is_told_where_denied_accesses_stand(run: Run, log: Path, signer: Signer) -> None:
    for kind, is_told in (("look_refused", True), ("looks_refused", True), ("looks", False), ("access", False)):
        out = run("show", log, "--vkey", signer.vkey, "--kind", kind)[1]
        assert ("Denied accesses to athletes’ data are not among these" in out) is is_told


@pytest.mark.parametrize(
    ("words", "indices"),
    [
        ([], [3, 2, 1, 0]),
        (["--limit", "2"], [3, 2]),
        (["--kind", "look_refused"], [3]),
        (["--kind", "looks_allowed"], [2, 1, 0]),
        (["--org", "Quiet heron"], [2, 1, 0]),
        (["--from", "2026-11-02", "--to", "2026-11-03"], [2, 1]),
        (["--rules", "51d0"], [3]),
        (["--rules", "ffff"], []),
    ],
)
def test_show_filters(run: Run, log: Path, signer: Signer, words: list[str], indices: list[int]) -> None:
    _, out, _ = run("show", log, "--vkey", signer.vkey, "--json", *words)

    assert [entry["index"] for entry in json.loads(out)["entries"]] == indices


def test_fsck_looks_at_what_the_writer_keeps(run: Run, log: Path, policy: Path) -> None:
    code, out, _ = run("fsck", log, "--policy", policy)
    report = json.loads(run("fsck", log, "--policy", policy, "--json")[1])
    (log.parent / "log.state" / "index.sqlite3").write_bytes(b"nonsense" * 1_000)
    damaged, said, _ = run("fsck", log, "--policy", policy)
    mended = run("fsck", log, "--policy", policy, "--rebuild-index")[0]

    assert code == 0
    assert "0 entries pending, 0 sequenced" in out
    assert (report["ok"], report["private"]["problems"], report["leftovers"]) == (True, [], [])
    assert damaged == 1
    assert "the index is damaged" in said
    assert mended == 0


def test_keygen_writes_one_secret_and_prints_both_public_keys(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("keygen", "log.example/2027", "--out", tmp_path / "log.key")
    file = tmp_path / "log.key"

    assert code == 0
    signers = log_signers("log.example/2027", bytes.fromhex(file.read_text()))
    assert out.splitlines() == [signer.vkey for signer in signers]
    assert [signer.algorithm for signer in signers] == [Algorithm.ED25519, Algorithm.ML_DSA_44]
    assert file.stat().st_mode & 0o777 == 0o600

    code, _, err = run("keygen", "log.example/2027", "--out", file)
    assert code == 1
    assert "never overwritten" in err
    assert log_signers("log.example/2027", bytes.fromhex(file.read_text()))[0].vkey == out.splitlines()[0]


def test_the_two_keys_of_a_log_and_of_a_witness_share_no_secret() -> None:
    seed = bytes(range(32))
    signers = [*log_signers("a.example", seed), *witness_signers("a.example", seed)]

    assert len({signer.seed for signer in signers}) == 3  # Ed25519 uses the seed itself, as it always did
    assert len({signer.vkey for signer in signers}) == 4


def commands(app: typer.Typer) -> list[list[str]]:
    found = []

    def walk(command: click.Command, path: list[str]) -> None:
        found.append(path)
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                walk(inner, [*path, name])

    walk(typer.main.get_command(app), [])
    return found


@pytest.mark.parametrize("words", commands(cli.app), ids=" ".join)
def test_help_gives_an_example(run: Run, words: list[str]) -> None:
    code, out, _ = run(*words, "--help")

    assert code == 0
    is_group = any(more[: len(words)] == words and more != words for more in commands(cli.app))
    assert "Example" in out or (is_group and words)


@pytest.mark.parametrize("command", READING)
def test_every_reading_command_speaks_json(run: Run, command: str) -> None:
    assert "--json" in run(command, "--help")[1]


def test_a_person_at_a_terminal_sees_how_far_it_is(log: Path, signer: Signer) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-c", "from audit.cli import main; main()", "verify", str(log), "--vkey", signer.vkey]

    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, text=True, check=True, env=environment)
    os.close(end)
    with open(terminal, "rb", buffering=0) as shown:  # noqa: PTH123 - a descriptor, not a path
        said = shown.read(100_000).decode()

    assert "Checking entries" in said
    assert done.stdout.startswith("The log is whole")


def test_serve_says_where_it_listens_and_stops_on_request(log: Path, signer: Signer) -> None:
    command = [sys.executable, "-c", "from audit.cli import main; main()", "serve", str(log), "--vkey", signer.vkey]
    process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert found
        with urllib.request.urlopen(f"{found[1]}/health") as answer:
            assert json.load(answer)["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG_S) == 0
