"""The program homefield-consent, as an operator uses it."""

import io
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from audit.entries.details.clubs import FilesIngested
from audit.tlog.signers import witness_signers
from consent import cli
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from tests.consent.league import FakeClock, fill, make_service
from tests.waiting import HANG_S


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """Run one command in this process."""
    monkeypatch.setattr(sys, "argv", ["homefield-consent", *words])
    code = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_log_has_a_name_for_good_that_no_other_log_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        json.loads(run(capsys, monkeypatch, "init", str(tmp_path / name), "--json")[1])["log_origin"] for name in "ab"
    ]
    own = run(capsys, monkeypatch, "init", str(tmp_path / "c"), "--log-origin", "log.union.example/consent")[1]

    assert made[0] != made[1]
    assert all(re.fullmatch(r"log\.homefield\.example/consent-[0-9a-f]{8}", name) for name in made)
    assert "The log’s name, log.union.example/consent, is for good" in own
    assert "\nlog log.union.example/consent+" in (tmp_path / "c" / "trust.policy").read_text()


def test_from_init_to_a_sign_in_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, key = str(tmp_path / "union"), SigningKey.generate().verify_key.text

    code, made, _ = run(capsys, monkeypatch, "init", home, "--name", "Coast Players’ Union", "--json")
    added = run(capsys, monkeypatch, "org", "add", home, "club-a", "--name", "Eastmere", "--kind", "club", "--key", key)
    orgs = json.loads(run(capsys, monkeypatch, "org", "list", home, "--json")[1])
    status = json.loads(run(capsys, monkeypatch, "status", home, "--json")[1])
    keys = json.loads(run(capsys, monkeypatch, "keys", home, "--json")[1])
    athletes = run(capsys, monkeypatch, "athlete", "list", home)

    assert (code, added[0], athletes[0]) == (0, 0, 0)
    assert json.loads(made) == keys | {"schema": "homefield-consent-init-1"}
    assert keys["log_vkey"] == keys["log_vkeys"][0]
    assert len(keys["log_vkeys"]) == 2
    assert keys["trust_policy"] == (tmp_path / "union" / "trust.policy").read_text()
    assert all(f"log {vkey}\n" in keys["trust_policy"] for vkey in keys["log_vkeys"])
    assert [org["org"] for org in orgs["organisations"]] == ["club-a", "union"]
    assert (status["schema"], status["orgs"], status["athletes"]) == ("homefield-consent-status-1", 2, 0)
    assert (status["spent_most_micro_rho"], status["epsilon_spent_most"]) == (0, 0.0)
    # What `init` and `org add` recorded is published, each with a heartbeat: two entries and one, and two of those.
    assert (status["log_size"], status["log_waiting"], status["log_problem"]) == (5, 0, "none")
    assert (status["log_countersigned"], status["log_witnesses"]) == (0, 0)
    assert status["log_next"].endswith(":00:00+00:00")
    unknown = run(capsys, monkeypatch, "sign-in-code", home, "ath-ffffffffffffffff")
    assert unknown[0] == 1
    listing, got = "`homefield-consent athlete list` shows their ids", ", got ath-ffffffffffffffff"
    assert unknown[2] == f"homefield-consent: expected an athlete who is enrolled here{got}; {listing}\n"
    named = run(capsys, monkeypatch, "freeze", home, "Mara Lind")
    assert named[2] == f"homefield-consent: expected an athlete who is enrolled here; {listing}\n", (
        "no name is repeated"
    )
    for words in (("org", "players"), ("org", "revoke"), ("athlete", "list")):
        of_club = ("--club", "club-z") if words[0] == "athlete" else ("club-z",)
        refused = run(capsys, monkeypatch, *words, home, *of_club)
        said = "expected a registered organisation, got club-z; "
        assert refused[0] == 1
        assert refused[2] == f"homefield-consent: {said}`homefield-consent org list` shows them\n"
    shown = run(capsys, monkeypatch, "keys", home)[1]
    assert [shown.count(vkey) for vkey in keys["log_vkeys"]] == [1, 1], "each key once"


@pytest.mark.parametrize(
    "words",
    [
        ("status", "nowhere"),
        ("serve", "nowhere"),
        ("keys", "nowhere", "--json"),
        ("init", "there", "--log-origin", "not an origin"),
        ("init", "there", "--agreement", "unknown"),
        ("init", "there", "--database", "nonsense://x"),
        ("init", "there", "--database", "postgresql+psycopg://nobody@127.0.0.1:1/none"),
        ("init", "file"),
        ("init", "file/there"),
    ],
)
def test_errors_are_one_sentence_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("kept")

    code, out, err = run(capsys, monkeypatch, *words)

    assert (code, out) == (1, "")
    assert err.startswith("homefield-consent: ")
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"], "a second try finds nothing in its way"


def test_init_takes_no_folder_that_holds_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").write_text("kept")

    code, _, err = run(capsys, monkeypatch, "init", str(tmp_path), "--agreement", "unknown")

    assert (code, err.count("\n")) == (1, 1)
    assert (tmp_path / "thesis.txt").read_text() == "kept"


@pytest.mark.parametrize("stored", ["", "{", "[]", "null", "7"])
def test_damaged_settings_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stored: str
) -> None:
    home = tmp_path / "union"
    run(capsys, monkeypatch, "init", str(home))
    (home / "settings.json").write_text(stored)

    code, out, err = run(capsys, monkeypatch, "status", str(home), "--json")

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "put it back from a backup" in err


@pytest.mark.parametrize("words", [("status",), ("serve", "--port", "0"), ("org", "list"), ("sign-in-code",)])
def test_a_lost_database_is_never_replaced_by_an_empty_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Spent budgets stand in it: an empty one would give every athlete's budget out anew."""
    home, verb = str(tmp_path / "union"), len(words) - sum(word.startswith("-") or word.isdigit() for word in words)
    run(capsys, monkeypatch, "init", home)
    (tmp_path / "union" / "consent.sqlite3").unlink()
    athlete = ("ath-ffffffffffffffff",) if words == ("sign-in-code",) else ()

    code, _, err = run(capsys, monkeypatch, *words[:verb], home, *athlete, *words[verb:])

    assert (code, err.count("\n")) == (1, 1)
    assert "put it back from a backup" in err


def test_init_never_touches_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = str(tmp_path / "union")
    run(capsys, monkeypatch, "init", home)

    code, _, err = run(capsys, monkeypatch, "init", home)

    assert code == 1
    assert "nothing was changed" in err


def test_demo_mode_off_loopback_does_not_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = str(tmp_path / "union")
    run(capsys, monkeypatch, "init", home)

    code, _, err = run(capsys, monkeypatch, "serve", home, "--demo", "--host", "0.0.0.0")

    assert code == 1
    assert "loopback" in err


def test_it_serves_says_so_and_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, key = str(tmp_path / "union"), SigningKey.generate().verify_key.text
    run(capsys, monkeypatch, "init", home)
    program = [sys.executable, "-c", "from consent.cli import main; main()", "serve", home, "--port", "0"]

    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        health = httpx.get(
            f"{said.strip().removeprefix('listening on ')}/health", trust_env=False, timeout=HANG_S
        ).json()
        reading = run(capsys, monkeypatch, "status", home, "--json")
        writing = run(
            capsys, monkeypatch, "org", "add", home, "gb", "--name", "GB", "--kind", "governing_body", "--key", key
        )
        process.send_signal(signal.SIGTERM)
        ended = process.wait(HANG_S)

    assert said.startswith("listening on http://127.0.0.1:")
    assert health == {"status": "ok"}
    assert json.loads(reading[1])["orgs"] == 1
    assert writing[0] == 0  # the log has one writer, and that is the running service, which did it
    assert ended == 0


@pytest.fixture
def union(tmp_path: Path) -> str:
    """A service with one athlete, closed."""
    world = fill(make_service(tmp_path / "union", FakeClock()), FakeClock())
    world.publish()
    world.service.close()
    return str(tmp_path / "union")


def test_an_athlete_is_erased_only_after_a_yes(
    union: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    athlete = "ath-0000000100000001"
    listed = json.loads(run(capsys, monkeypatch, "athlete", "list", union, "--json")[1])
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    refused = run(capsys, monkeypatch, "athlete", "erase", union, athlete)
    assert run(capsys, monkeypatch, "sign-in-code", union, athlete)[0] == 0
    unknown = run(capsys, monkeypatch, "athlete", "erase", union, "ath-ffffffffffffffff", "--yes")
    done = run(capsys, monkeypatch, "athlete", "erase", union, athlete, "--yes")
    again = run(capsys, monkeypatch, "athlete", "erase", union, athlete, "--yes")

    assert athlete in [row["athlete"] for row in listed["athletes"]]
    assert (refused[0], refused[2].splitlines()[-1]) == (
        1,
        "homefield-consent: stopped without an answer; nothing was changed",
    )
    assert (unknown[0], done[0], again[0]) == (1, 0, 1)
    assert "erased already" in again[2]
    assert run(capsys, monkeypatch, "sign-in-code", union, athlete)[0] == 1
    shown = json.loads(run_audit(union, "show", "--kind", "erased", "--json"))
    assert len(shown["entries"]) == 1


def run_audit(union: str, verb: str, *words: str) -> str:
    """Run one command of the auditor's program over this service's log and policy."""
    program = Path(sys.executable).parent / "homefield-audit"
    log = [f"{union}/log", "--policy", f"{union}/trust.policy"]
    return subprocess.run([str(program), verb, *log, *words], capture_output=True, text=True, check=True).stdout


def test_what_waits_is_counted_and_a_log_that_stopped_publishing_is_told(
    union: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(Path(union), FakeClock())
    service.store.append_event(OrgId("club-a"), FilesIngested(files=1))
    service.close()

    status = json.loads(run(capsys, monkeypatch, "status", union, "--json")[1])

    assert status["log_waiting"] == 1
    assert status["log_problem"].startswith("entries wait although a publication was due")
    assert status["log_published"] == "2026-11-23T09:00:00+00:00"


def test_recording_works_while_no_witness_can_be_reached_and_says_that_it_waits(
    union: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = Path(union) / "trust.policy"
    witness = witness_signers("w.example", b"w" * 32)[0].vkey
    line = f"witness w {witness} http://127.0.0.1:{free_port()}\nquorum w\n"
    policy.write_text(policy.read_text().replace("quorum none\n", line))
    key = SigningKey.generate().verify_key.text

    added = run(capsys, monkeypatch, "org", "add", union, "club-c", "--name", "C", "--kind", "club", "--key", key)
    status = json.loads(run(capsys, monkeypatch, "status", union, "--json")[1])

    assert added[0] == 0
    assert added[2].startswith("note: recorded, and published by the service once it runs")
    assert status["log_waiting"] == 1
    assert status["log_problem"] == "the newest checkpoint lacks witnesses that the trust policy asks for"


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
