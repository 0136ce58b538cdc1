"""The local channel: the owner's alone, garbage gets one sentence, and a program that ends leaves nobody waiting."""

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.backup.folder_files import file_names
from chassis.errors import AnswerLost, BadName, ChassisError, CommandRefused, NobodyListens
from chassis.local_channel.address import SOCKET_FILE, new_socket, socket_address
from chassis.local_channel.asking import ask
from chassis.local_channel.listening import LocalChannel
from chassis.local_channel.message import MOST_BYTES, receive
from tests.waiting import HANG_S, wait_until


def echo(request: Mapping[str, Any]) -> Mapping[str, Any]:
    if "refuse" in request:
        raise BadName(str(request["refuse"]))
    if "fail" in request:
        raise RuntimeError("a secret of the program")
    return {"heard": request}


@contextmanager
def listening(folder: Path) -> Iterator[LocalChannel]:
    channel = LocalChannel(folder, echo, expected=(ChassisError,))
    channel.start()
    try:
        yield channel
    finally:
        channel.stop()


def send_raw(folder: Path, data: bytes) -> dict[str, Any]:
    with new_socket() as connection, socket_address(folder) as address:
        connection.settimeout(HANG_S)
        connection.connect(address)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return receive(connection)


def test_a_request_is_answered(tmp_path: Path) -> None:
    with listening(tmp_path):
        assert ask(tmp_path, {"command": "x"}) == {"heard": {"command": "x"}}


def test_the_socket_is_the_owners_alone_and_goes_with_the_program(tmp_path: Path) -> None:
    with listening(tmp_path):
        status = (tmp_path / SOCKET_FILE).stat()

        assert stat.S_ISSOCK(status.st_mode)
        assert stat.S_IMODE(status.st_mode) == 0o600
    assert not (tmp_path / SOCKET_FILE).exists()


def test_a_backup_leaves_the_socket_out(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{}")
    with listening(tmp_path):
        assert (tmp_path / SOCKET_FILE).exists()
        assert list(file_names(tmp_path)) == ["settings.json"]


def test_another_user_is_refused_whatever_the_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system names the user at the other end; here our own id is another one, and nobody is root."""
    monkeypatch.setattr(
        socket.socket, "getsockopt", lambda *_: (99).to_bytes(4, "little") + (4711).to_bytes(4, "little") * 2
    )
    with listening(tmp_path), pytest.raises(CommandRefused, match="the user who runs this program"):
        ask(tmp_path, {"command": "x"})


@pytest.mark.parametrize(
    "garbage", [b"", b"\n", b"hello\n", b"[1]\n", b"\xff\xfe\n", b"7\n", b"x" * (MOST_BYTES + 9), b"[" * 60_000 + b"\n"]
)
def test_garbage_gets_one_sentence_and_harms_nobody(tmp_path: Path, garbage: bytes) -> None:
    with listening(tmp_path):
        said = send_raw(tmp_path, garbage)

        assert list(said) == ["error"]
        assert said["error"].startswith("expected one JSON object on one line")
        assert ask(tmp_path, {"command": "x"}) == {"heard": {"command": "x"}}


def test_what_the_program_refuses_is_its_own_sentence_and_what_fails_tells_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(tmp_path):
        with pytest.raises(CommandRefused, match="expected better"):
            ask(tmp_path, {"refuse": "expected better"})
        with pytest.raises(CommandRefused) as failed:
            ask(tmp_path, {"fail": True})

    assert "secret" not in str(failed.value) + caplog.text


def test_nobody_listens_without_a_program_nor_behind_a_socket_that_a_killed_one_left(tmp_path: Path) -> None:
    with pytest.raises(NobodyListens):
        ask(tmp_path, {})
    left = new_socket()
    with socket_address(tmp_path) as address:
        left.bind(address)
    left.close()

    with pytest.raises(NobodyListens):
        ask(tmp_path, {})
    with listening(tmp_path):
        assert ask(tmp_path, {}) == {"heard": {}}


def test_an_answer_that_never_comes_is_lost_and_not_taken_for_done(tmp_path: Path) -> None:
    with new_socket() as ends, socket_address(tmp_path) as address:
        ends.bind(address)
        ends.listen()
        thread = threading.Thread(target=lambda: ends.accept()[0].close())
        thread.start()

        with pytest.raises(AnswerLost):
            ask(tmp_path, {"command": "x"})
        thread.join(HANG_S)


def test_a_silent_caller_keeps_nobody_from_being_answered_and_no_stop_waits_for_a_half_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.local_channel.listening.REQUEST_WITHIN_S", 0.2)
    with listening(tmp_path), new_socket() as silent, socket_address(tmp_path) as address:
        silent.connect(address)
        silent.sendall(b'{"half":')

        assert ask(tmp_path, {"command": "x"}) == {"heard": {"command": "x"}}


def test_a_stop_waits_for_the_answer_that_is_being_made(tmp_path: Path) -> None:
    begun, go_on, answers = threading.Event(), threading.Event(), []

    def slow(request: Mapping[str, Any]) -> Mapping[str, Any]:
        begun.set()
        assert go_on.wait(HANG_S)
        return {"done": True}

    channel = LocalChannel(tmp_path, slow, expected=())
    channel.start()
    asking = threading.Thread(target=lambda: answers.append(ask(tmp_path, {})))
    asking.start()
    assert begun.wait(HANG_S)
    stopping = threading.Thread(target=channel.stop)
    stopping.start()
    wait_until(lambda: not channel._thread.is_alive())
    go_on.set()
    asking.join(HANG_S)
    stopping.join(HANG_S)

    assert answers == [{"done": True}]


def test_a_folder_whose_path_is_longer_than_a_socket_address_may_be(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    assert len(os.fsencode(deep / SOCKET_FILE)) > 108

    with listening(deep):
        assert ask(deep, json.loads('{"command": "x"}')) == {"heard": {"command": "x"}}
