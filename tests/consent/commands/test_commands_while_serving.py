"""An operator's command does the same whether the service runs or not: a real service, real commands beside it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

import consent.cli
from audit.entries.events import EventKind, parse_leaf
from chassis.errors import AnswerLost
from chassis.local_channel.address import SOCKET_FILE, new_socket, socket_address
from chassis.local_channel.asking import ask
from consent.service import Service, open_service
from consent.settings import read_settings
from policies.signing import SigningKey
from tests.consent.league import Template
from tests.waiting import HANG_S, wait_until

ONE = "ath-0000000100000001"
PROGRAM = [sys.executable, "-c", "from consent.cli import main; main()"]


@dataclass
class Union:
    """The folder of a filled service that is closed, and the commands over it."""

    folder: Path
    keys: dict[str, SigningKey]

    def run(self, *words: object) -> tuple[int, str]:
        """One command; its exit code and all that it says."""
        answer = CliRunner().invoke(consent.cli.app, [str(word) for word in words])
        return answer.exit_code, answer.stdout + (str(answer.exception) if answer.exit_code else "")

    def orgs(self) -> dict[str, dict[str, Any]]:
        code, said = self.run("org", "list", self.folder, "--json")
        assert code == 0
        return {org["org"]: org for org in json.loads(said)["organisations"]}

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """The real program, until the block ends."""
        with self.serving_at() as (process, _):
            yield process

    @contextmanager
    def serving_at(self) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """The real program and its address, until the block ends."""
        with subprocess.Popen(
            [*PROGRAM, "serve", str(self.folder), "--port", "0"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                said = process.stdout.readline().strip()
                assert said.startswith("listening on ")
                yield process, said.removeprefix("listening on ")
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(HANG_S)

    def kinds(self) -> list[EventKind]:
        """Everything in the log, published now; heartbeats left out."""
        service = opened(self.folder)
        try:
            size = service.log.publish().size
            kinds = [parse_leaf(service.log.leaf(index)).kind for index in range(size)]
        finally:
            service.close()
        return [kind for kind in kinds if kind is not EventKind.HEARTBEAT]


def opened(folder: Path) -> Service:
    from chassis.clock import utc_now

    return open_service(read_settings(folder.resolve()), clock=utc_now)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The small league, filled once."""
    return Template.make(tmp_path_factory.mktemp("template") / "union")


@pytest.fixture
def union(filled: Template, tmp_path: Path) -> Union:
    shutil.copytree(filled.directory, tmp_path / "union")
    (tmp_path / "union").chmod(0o700)
    return Union(tmp_path / "union", filled.keys)


def every_command(folder: Path, key: str) -> list[tuple[object, ...]]:
    return [
        ("org", "add", folder, "club-c", "--name", "Third", "--kind", "club", "--key", key),
        ("org", "list", folder),
        ("freeze", folder, ONE),
        ("unfreeze", folder, ONE),
        ("org", "revoke", folder, "club-b", "--yes"),
        ("athlete", "erase", folder, ONE, "--yes"),
        ("org", "revoke", folder, "club-b", "--yes"),
        ("freeze", folder, "ath-ffffffffffffffff"),
        ("freeze", folder, "nobody"),
        ("org", "add", folder, "club-d", "--name", "\u202eevil", "--kind", "club", "--key", key),
        ("org", "add", folder, "club-d", "--name", "D", "--kind", "club", "--key", "not a key"),
        ("org", "retire-key", folder, "club-a", "0" * 16),
    ]


def test_every_command_says_the_same_while_the_service_runs_and_while_it_does_not(union: Union, tmp_path: Path) -> None:
    other = tmp_path / "served" / "union"
    other.parent.mkdir()
    subprocess.run(["cp", "-a", str(union.folder), str(other)], check=True)
    served, key = Union(other, union.keys), SigningKey.generate().verify_key.text

    stopped = [union.run(*words) for words in every_command(union.folder, key)]
    with served.serving():
        running = [served.run(*words) for words in every_command(other, key)]

    texts = [(code, said.replace(str(other), str(union.folder))) for code, said in running]
    assert [code for code, _ in stopped] == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert texts == stopped
    assert sorted(served.kinds()) == sorted(union.kinds())


def test_sessions_are_listed_as_the_running_service_knows_them_and_ended(union: Union) -> None:
    code = json.loads(union.run("sign-in-code", union.folder, ONE, "--json")[1])["code"]
    with union.serving_at() as (_, address):
        form = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
        opened_one = httpx.post(
            f"{address}/sign-in", data={"code": code}, headers=form, trust_env=False, timeout=HANG_S
        )
        listed = json.loads(union.run("athlete", "sessions", union.folder, "--json")[1])["sessions"]
        other = json.loads(
            union.run("athlete", "sessions", union.folder, "--athlete", "ath-0000000100000002", "--json")[1]
        )["sessions"]
        ended = union.run("end-sessions", union.folder, ONE)
        after = json.loads(union.run("athlete", "sessions", union.folder, "--json")[1])["sessions"]

    assert opened_one.status_code == 303
    assert [(one["athlete"], one["method"]) for one in listed] == [(ONE, "portal")]
    assert set(listed[0]) == {"athlete", "method", "since", "seen"}
    assert (other, ended[0], after) == ([], 0, [])


def test_the_socket_is_the_owners_alone_and_refuses_what_is_no_command(union: Union) -> None:
    with union.serving():
        mode = (union.folder / SOCKET_FILE).stat().st_mode & 0o777
        with new_socket() as connection, socket_address(union.folder) as address:
            connection.connect(address)
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            garbage = json.loads(connection.recv(65_536))
        unknown = [_refusal(union, request) for request in ({}, {"command": "drop"}, {"command": "freeze", "x": 1})]
        assert union.run("freeze", union.folder, ONE)[0] == 0

    assert mode == 0o600
    assert garbage["error"].startswith("expected one JSON object")
    assert all("expected" in sentence and "\n" not in sentence for sentence in unknown)
    assert not (union.folder / SOCKET_FILE).exists()


def _refusal(union: Union, request: dict[str, Any]) -> str:
    with pytest.raises(Exception, match="expected") as refused:
        ask(union.folder, request)
    return str(refused.value)


@pytest.mark.parametrize("is_serving", [True, False])
def test_commands_of_two_operators_at_once_are_all_done_once(union: Union, is_serving: bool) -> None:
    keys = [SigningKey.generate().verify_key.text for _ in range(4)]
    words = [
        [*PROGRAM, "org", "add", str(union.folder), f"club-{n}", "--name", f"N {n}", "--kind", "club", "--key", key]
        for n, key in enumerate(keys)
    ]

    def all_at_once() -> list[int]:
        with ThreadPoolExecutor(len(words)) as pool:
            return list(pool.map(lambda line: subprocess.run(line, stdout=subprocess.DEVNULL).returncode, words))

    if is_serving:
        with union.serving():
            codes = all_at_once()
    else:
        codes = all_at_once()

    assert codes == [0, 0, 0, 0]
    assert {union.orgs()[f"club-{n}"]["key"] for n in range(4)} == set(keys)
    assert union.kinds().count(EventKind.ORG_REGISTERED) == 5 + 4


def test_a_command_in_the_middle_of_a_publication_is_done_and_published_with_the_next(union: Union) -> None:
    """The service publishes every second; commands come all the time, whatever it is doing."""
    settings = json.loads((union.folder / "settings.json").read_text())
    (union.folder / "settings.json").write_text(json.dumps(settings | {"checkpoint_every_s": 1}))
    before = union.kinds()

    with union.serving() as process:
        for _ in range(10):
            assert union.run("freeze", union.folder, ONE)[0] == 0
            assert union.run("unfreeze", union.folder, ONE)[0] == 0
        assert process.poll() is None

    assert union.kinds()[len(before) :].count(EventKind.CONSENT_DECISION) == 20


def test_a_killed_service_loses_nothing_that_it_acknowledged_and_does_nothing_twice(union: Union) -> None:
    """SIGKILL at some moment between commands and their answers; what is unknown is asked for again."""
    acknowledged, unknown = [], []
    keys = [SigningKey.generate().verify_key.text for _ in range(200)]
    with union.serving() as process:
        killed = threading.Event()

        def command(n: int) -> None:
            request = {"command": "org add", "org": f"club-{n}", "name": f"N {n}", "kind": "club", "key": keys[n]}
            try:
                ask(union.folder, request)
            except AnswerLost:
                unknown.append(n)
            except Exception:
                assert killed.is_set()
            else:
                acknowledged.append(n)

        with ThreadPoolExecutor(4) as pool:
            done = [pool.submit(command, n) for n in range(len(keys))]
            wait_until(lambda: len(acknowledged) >= 7)
            killed.set()
            os.kill(process.pid, signal.SIGKILL)
            for one in done:
                one.result(HANG_S)

    found = union.orgs()
    assert len(acknowledged) >= 7
    assert len(acknowledged) < len(keys)
    assert {found[f"club-{n}"]["key"] for n in acknowledged} == {keys[n] for n in acknowledged}
    for n in [*acknowledged, *unknown]:
        words = ("org", "add", union.folder, f"club-{n}", "--name", f"N {n}", "--kind", "club", "--key", keys[n])
        assert union.run(*words)[0] == 0
    assert {union.orgs()[f"club-{n}"]["key"] for n in [*acknowledged, *unknown]} == {
        keys[n] for n in [*acknowledged, *unknown]
    }
    # An entry whose transaction was lost in the kill stays in the log, once; nothing acknowledged stands there twice.
    registered = union.kinds().count(EventKind.ORG_REGISTERED) - 5
    assert len(acknowledged) + len(unknown) <= registered <= len(acknowledged) + 2 * len(unknown)


def test_a_former_key_is_refused_by_the_running_service_as_soon_as_the_command_has_answered(union: Union) -> None:
    with union.serving():
        assert union.run("org", "revoke", union.folder, "club-a", "--yes")[0] == 0
        assert union.orgs()["club-a"]["key"] == ""
        again = union.run("org", "add-key", union.folder, "club-a", "--key", union.keys["club-a"].verify_key.text)

    assert again[0] == 1
    assert "stopped to count before" in again[1]


def test_a_request_signed_with_a_revoked_key_is_401_while_it_serves(union: Union) -> None:
    from chassis.clock import utc_now
    from chassis.http.request_signature import sign_request
    from consent.keys import read_keys

    audience = read_keys(union.folder / "keys").service.verify_key.key_id
    with union.serving_at() as (_, address):

        def snapshot() -> int:
            headers = sign_request(
                union.keys["club-a"], audience=audience, method="GET", target="/v1/snapshot", body=b"", now=utc_now()
            )
            return httpx.get(f"{address}/v1/snapshot", headers=headers, trust_env=False, timeout=HANG_S).status_code

        before = snapshot()
        revoked = union.run("org", "revoke", union.folder, "club-a", "--yes")[0]
        after = snapshot()

    assert (before, revoked, after) == (200, 0, 401)
