"""A witness as it is run: its commands, its addresses over real HTTP, and the page for people."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import typer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from audit.commands import witness as witness_commands
from audit.cosigning.cosigner import Cosigner
from audit.tlog.trust_policy import parse_policy
from audit.witness.app import build_witness_app
from audit.witness.config import read_config
from audit.witness.store import WitnessStore
from audit.witness.witness import MAX_BODY, Witness
from chassis.web.serving import listen, serving
from tests.audit.grown_log import NOW_S, WITNESS, GrownLog, request_bytes, verify_cosignatures
from tests.waiting import HANG_S

LOG = GrownLog.of(40)


def run(*words: str) -> tuple[int, str]:
    """Run one command of homefield-audit in this process."""
    program = typer.Typer(pretty_exceptions_enable=False)
    witness_commands.register(program)
    result = CliRunner().invoke(program, ["witness", *words], catch_exceptions=True)
    return result.exit_code, result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A witness set up by its commands."""
    assert run("init", str(tmp_path / "w1"), "--name", WITNESS)[0] == 0
    keys = [word for vkey in LOG.vkeys for word in ("--vkey", vkey)]
    assert run("add-log", str(tmp_path / "w1"), *keys)[0] == 0
    return tmp_path / "w1"


@dataclass
class Served:
    """A witness that is being served at `url`."""

    url: str
    witness: Witness
    http: httpx.Client

    def post(self, body: bytes) -> httpx.Response:
        return self.http.post(f"{self.url}/add-checkpoint", content=body)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Served]:
    config = read_config(folder)
    with WitnessStore.open(folder, config) as store:
        witness = Witness(config, store, clock=lambda: datetime.fromtimestamp(NOW_S, UTC))
        listener = listen(build_witness_app(witness), host="127.0.0.1", port=0, site=None)
        with serving([listener]), httpx.Client(trust_env=False, timeout=HANG_S) as http_client:
            yield Served(f"http://127.0.0.1:{listener.port}", witness, http_client)


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    with running(folder) as one:
        yield one


def test_every_status_code_over_http(served: Served) -> None:
    stranger, fork = GrownLog.of(5, origin="stranger.example"), GrownLog.of(5, fork="!")
    unsigned = LOG.note(5, signers=stranger.signers)

    def told(body: bytes) -> tuple[int, str]:
        response = served.post(body)
        return response.status_code, response.headers["Content-Type"]

    plain = "text/plain; charset=utf-8"
    assert told(b"hello") == (400, plain)
    assert told(request_bytes(6, [], LOG.note(5))) == (400, plain)
    assert told(stranger.request(0)) == (404, plain)
    assert told(request_bytes(0, [], unsigned)) == (403, plain)
    assert told(LOG.request(3, 5)) == (409, "text/x.tlog.size")
    assert told(LOG.request(0, 5)) == (200, plain)
    assert told(fork.request(5)) == (409, plain)
    assert told(request_bytes(5, [], LOG.note(9))) == (422, plain)
    assert told(b"old 0\n" + b"a" * MAX_BODY) == (413, plain)


def test_the_answer_over_http_is_what_the_specification_asks_for(served: Served) -> None:
    """With a client that is not ours: the standard library's, on one connection that is kept."""
    host, port = served.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=HANG_S)
    with contextlib.closing(connection):
        for old, new in ((0, 5), (5, 5), (5, 33)):
            connection.request("POST", "/add-checkpoint", body=LOG.request(old, new))
            answer = connection.getresponse()
            lines = answer.read().decode()
            assert answer.status == 200
            assert verify_cosignatures(lines, LOG.note(new), served.witness.config.vkeys) == [NOW_S, NOW_S]
        connection.request("POST", "/add-checkpoint", body=LOG.request(5, 40))
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Type"), answer.read()) == (409, "text/x.tlog.size", b"33\n")


def test_the_last_checkpoint_is_open_to_everybody(served: Served) -> None:
    log_id = served.witness.config.logs[0].log_id
    assert served.http.get(f"{served.url}/{log_id}/checkpoint").status_code == 404
    lines = served.post(LOG.request(0, 5)).text

    shown = served.http.get(f"{served.url}/{log_id}/checkpoint")

    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert shown.text == LOG.note(5).decode() + lines
    assert shown.headers["Cache-Control"] == "no-store"
    for other in (log_id[:-1] + "0", log_id.upper(), "..", "%2e%2e%2fsecret"):
        assert served.http.get(f"{served.url}/{other}/checkpoint").status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "/add-checkpoint"), ("PUT", "/add-checkpoint"), ("POST", "/")])
def test_other_methods_are_not_allowed(served: Served, method: str, path: str) -> None:
    assert served.http.request(method, served.url + path).status_code == 405


def test_a_body_without_an_end_is_cut_off(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=HANG_S) as line:
        line.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                line.sendall(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
        assert line.recv(12) == b"HTTP/1.1 413"


def test_submissions_at_once_over_http_form_one_chain(served: Served) -> None:
    def submit(new: int) -> int:
        old = 0
        for _ in range(200):
            answer = served.post(LOG.request(old, new))
            if answer.status_code != 409:
                return answer.status_code
            old = int(answer.text)
            if old > new:
                return 409
        return 0

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(submit, range(1, 41)))

    assert answers[-1] == 200
    assert set(answers) <= {200, 409}
    seen = served.witness.watched()[0].seen
    assert seen is not None
    assert seen.checkpoint == LOG.checkpoint(40)


def test_a_log_with_three_witnesses_over_http(tmp_path: Path) -> None:
    folders = [tmp_path / f"w{number}" for number in range(3)]
    keys = [word for vkey in LOG.vkeys for word in ("--vkey", vkey)]
    for number, folder in enumerate(folders):
        run("init", str(folder), "--name", f"w{number}.example")
        run("add-log", str(folder), *keys)
    with contextlib.ExitStack() as up:
        served = [up.enter_context(running(folder)) for folder in folders]
        lines = [f"log {vkey}" for vkey in LOG.vkeys]
        names = []
        for number, one in enumerate(served):
            for which, vkey in zip(("ed25519", "ml-dsa"), one.witness.config.vkeys, strict=True):
                names.append(f"w{number}-{which}")
                lines.append(f"witness {names[-1]} {vkey} {one.url}")
        policy = parse_policy("\n".join([*lines, f"group all6 all {' '.join(names)}", "quorum all6", ""]).encode())
        cosigner = Cosigner(policy, timeout_s=HANG_S)
        up.callback(cosigner.close)
        for size in (3, 17, 40):
            note = cosigner.cosign(
                LOG.note(size), LOG.checkpoint(size), lambda old, size=size: tuple(LOG.proof(old, size))
            )
            assert len(policy.open(note).cosignatures) == 6
        assert [one.is_late for one in cosigner.report()] == [False] * 3


def test_a_witness_that_cannot_keep_its_record_says_so_and_signs_nothing(folder: Path) -> None:
    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".note" and data:
            raise OSError(28, "No space left on device")
        path.write_bytes(data)

    config = read_config(folder)
    with WitnessStore.open(folder, config, replace=full) as store:
        witness = Witness(config, store, clock=lambda: datetime.now(UTC))
        with TestClient(build_witness_app(witness), raise_server_exceptions=False) as client:
            answer = client.post("/add-checkpoint", content=LOG.request(0, 5))
            assert (answer.status_code, "\u2014" in answer.text) == (503, False)
            assert client.get(f"/{config.logs[0].log_id}/checkpoint").status_code == 404
            (folder / "records" / f"{config.logs[0].log_id}.note").unlink()
            answer = client.post("/add-checkpoint", content=LOG.request(0, 5))
            assert (answer.status_code, "\u2014" in answer.text) == (500, False)


def test_the_page_says_what_is_watched_and_what_was_found(served: Served) -> None:
    def page() -> str:
        answer = served.http.get(served.url + "/")
        assert "script" not in answer.headers["Content-Security-Policy"]
        return answer.text

    assert "Waiting for its first checkpoint" in page()
    served.post(LOG.request(0, 5))
    text = page()
    assert "<h1>This witness watches one log</h1>" in text
    assert "Has only grown" in text
    assert "15 January 2027, 08:00 UTC" in text
    assert served.witness.config.vkeys[0] in text.replace("&#43;", "+")
    served.post(GrownLog.of(9, fork="!").request(5))
    assert "came without a proof that fits" in page()
    served.post(GrownLog.of(5, fork="!").request(5))
    text = page()
    assert "<h1>A log has shown two histories</h1>" in text
    assert "Has shown two histories" in text
    assert "<script" not in text
    assert " style=" not in text


def test_a_witness_without_logs_has_a_page(tmp_path: Path) -> None:
    run("init", str(tmp_path / "w"), "--name", WITNESS)
    with running(tmp_path / "w") as one:
        assert "This witness watches no log yet" in one.http.get(one.url + "/").text
        assert one.http.get(one.url + "/health").json() == {"status": "ok"}
        assert one.post(LOG.request(0, 5)).status_code == 404


def test_the_commands_tell_people_and_programs(folder: Path) -> None:
    code, text = run("keys", str(folder))
    assert (code, len(text.splitlines())) == (0, 2)
    told = json.loads(run("keys", str(folder), "--json")[1])
    assert told == {"schema": "homefield-witness-keys-1", "name": WITNESS, "vkeys": text.splitlines()}
    assert "none yet" in run("status", str(folder))[1]
    with running(folder) as one:
        one.post(LOG.request(0, 5))
        one.post(GrownLog.of(5, fork="!").request(5))
        shown = json.loads(run("status", str(folder), "--json")[1])  # beside the running witness
        assert run("add-log", str(folder), "--vkey", GrownLog(origin="b.example").vkeys[0])[0] == 1
    (log,) = shown["logs"]
    assert (log["origin"], log["size"], log["countersigned_at"]) == (LOG.origin, 5, "2027-01-15T08:00:00+00:00")
    assert log["root"] == LOG.checkpoint(5).root_text
    assert [one["kind"] for one in log["evidence"]] == ["split-view"]
    assert f"split-view: {folder / 'evidence' / log['evidence'][0]['folder']}" in run("status", str(folder))[1]


def test_commands_that_would_harm_are_refused(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert run("init", str(folder), "--name", WITNESS)[0] == 1
    assert run("add-log", str(folder), "--vkey", LOG.vkeys[0])[0] == 1
    assert run("add-log", str(folder), "--vkey", "nonsense")[0] == 1
    assert run("status", str(folder / "elsewhere"))[0] == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_program_serves_until_it_is_told_to_stop(folder: Path) -> None:
    program = "import typer, audit.commands.witness as w; a = typer.Typer(); w.register(a); a()"
    command = [sys.executable, "-c", program, "witness", "serve", str(folder), "--port", "0"]
    command += ["--public-url", "https://witness.board.example"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        answer = httpx.post(f"{url}/add-checkpoint", content=LOG.request(0, 5), trust_env=False, timeout=HANG_S)
        names = {
            name: httpx.get(url, headers={"Host": name}, trust_env=False, timeout=HANG_S).status_code
            for name in ("witness.board.example", "evil.example", "127.0.0.1")
        }
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG_S) == 0
    assert names == {"witness.board.example": 200, "evil.example": 400, "127.0.0.1": 200}
    verify_cosignatures(answer.text, LOG.note(5), read_config(folder).vkeys)
    assert json.loads(run("status", str(folder), "--json")[1])["logs"][0]["size"] == 5
