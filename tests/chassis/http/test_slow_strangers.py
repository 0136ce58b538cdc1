"""Strangers who are slow, silent, too large or broken, against a real process: refused in time, and nothing is kept."""

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from chassis.http.bounded_loop import MOST_HANDSHAKES
from chassis.web.secured_answers import SECURITY_HEADERS
from server.federation.tls import create_tls
from tests.chassis.http.attacked_server import UPLOAD
from tests.scale import scaled, sized
from tests.waiting import HANG_S, wait_until

pytestmark = pytest.mark.slow

SECONDS = 0.6
CONNECTIONS = scaled(60)
OPENED_WITHIN_S = sized(4.0, in_drill=15.0)  # all of them are open before the first one's time is up
MIB = 1024 * 1024


@dataclass
class Attacked:
    """A server process under attack. said: where what it prints on standard error lands."""

    process: "subprocess.Popen[str]"
    port: int
    said: Path

    def connect(self) -> socket.socket:
        """A new connection that gives up only where nothing will ever come."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=HANG_S)

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def connections(self) -> int:
        """Connections that it holds, the listening socket left out."""
        held = psutil.Process(self.process.pid).net_connections("tcp")
        return sum(one.status != psutil.CONN_LISTEN for one in held)


@contextlib.contextmanager
def attacked(folder: Path, *arguments: str, seconds: float = SECONDS, most: int = CONNECTIONS) -> Iterator[Attacked]:
    command = [sys.executable, "-m", "tests.chassis.http.attacked_server", str(seconds), str(most), *arguments]
    with (
        (folder / "stderr").open("w") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            yield Attacked(process, int(process.stdout.readline()), folder / "stderr")
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with attacked(tmp_path_factory.mktemp("attacked")) as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_is_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever was tried, the process holds no connection afterwards and has said nothing at length."""
    yield
    if "server" in request.fixturenames:
        server: Attacked = request.getfixturevalue("server")
        wait_until(lambda: server.connections == 0)
        said = server.said.read_text()
        assert "Traceback" not in said
        assert "secret" not in said


def answer(connection: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    found = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            found += part
    return bytes(found)


def dribble(connection: socket.socket, endless: bytes) -> None:
    """Send one byte at a time, each well within any pause, until the other side has had enough."""
    pause = threading.Event()
    with contextlib.suppress(OSError):
        while not pause.wait(SECONDS / 20):
            connection.sendall(endless)


HEADERS = b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "endless"),
    [(b"GET / HTTP/1.1\r\nx: ", b"y"), (b"G", b"E"), (HEADERS, b"z")],
    ids=["headers", "request line", "body"],
)
def test_who_dribbles_is_cut_off(server: Attacked, first: bytes, endless: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(first)
        dribbler = threading.Thread(target=dribble, args=(connection, endless))
        dribbler.start()

        said = answer(connection)

        dribbler.join()
    assert said.startswith(b"HTTP/1.1 408 ") or said == b""  # a reset may overtake the answer


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nhost: x\r\n", HEADERS, HEADERS + b"x" * 999])
def test_who_stops_half_way_is_told_and_cut_off(server: Attacked, first: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(first)

        said = answer(connection)

    assert said.startswith(b"HTTP/1.1 408 ") if first else said == b""


def test_the_second_request_of_a_connection_has_the_same_bounds(server: Attacked) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\n")

        said = answer(connection)

    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in said


@pytest.mark.parametrize("length", [MIB + 1, 3 * MIB, 10**15])
def test_a_body_that_announces_too_much_is_refused_unread(server: Attacked, length: int) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length)

        assert answer(connection).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_announces_nothing_is_refused_once_it_is_too_long(server: Attacked) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        sender = threading.Thread(target=_send_chunks, args=(connection, 3 * MIB))
        sender.start()

        assert answer(connection).startswith(b"HTTP/1.1 413 ")

        sender.join()


def _send_chunks(connection: socket.socket, size: int) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with contextlib.suppress(OSError):
        for _ in range(size // 65_536):
            connection.sendall(chunk)


@pytest.mark.parametrize(("path", "status"), [("/read", b"413"), ("/upload", b"200")])
def test_an_upload_route_takes_what_it_declares(server: Attacked, path: str, status: bytes) -> None:
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {UPLOAD}\r\n\r\n".encode()
    with server.connect() as connection:
        with contextlib.suppress(ConnectionError):  # refused before it was sent
            connection.sendall(head + (b"x" * UPLOAD if path == "/upload" else b""))

        assert answer(connection).startswith(b"HTTP/1.1 " + status)


def test_headers_without_end_are_refused(server: Attacked) -> None:
    with server.connect() as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000)

        said = answer(connection)

    assert said.startswith(b"HTTP/1.1 400 ") or said == b""


@pytest.mark.parametrize(
    ("line", "header", "status"),
    [
        (1, 15_000, b"200"),
        (1, 17_000, b"400"),
        (1, 60_000, b"400"),
        (17_000, 1, b"400"),
        (9_000, 9_000, b"400"),
    ],
)
def test_headers_that_come_at_once_are_bounded_like_slow_ones(
    server: Attacked, line: int, header: int, status: bytes
) -> None:
    request = b"GET /?" + b"a" * line + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: " + b"y" * header
    with server.connect() as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(request + b"\r\n\r\n")

        assert answer(connection).startswith(b"HTTP/1.1 " + status)


def test_a_refusal_before_the_application_has_the_security_headers(server: Attacked) -> None:
    head = f"POST /read HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {UPLOAD}\r\n\r\n".encode()
    with server.connect() as connection:
        connection.sendall(head)

        said = answer(connection).lower()

    assert said.startswith(b"http/1.1 413")
    for name, value in SECURITY_HEADERS.items():
        assert said.count(f"{name}: {value}".lower().encode()) == 1


def test_who_never_reads_the_answer_is_dropped(server: Attacked) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n")

        wait_until(lambda: server.connections == 1)
        wait_until(lambda: server.connections == 0)


BROKEN: dict[str, bytes] = {
    "no HTTP": b"\x16\x03\x01\x00\xee\x01\x00\x00\xea\x03\x03",
    "nonsense after a request": b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n\x00\x00\x00\r\n\r\n",
    "nonsense after an answer": b"GET / HTTP/1.1\r\nhost: x\r\n\r\n\x00 \x00\r\n\r\n",
    "two lengths": b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
    "a broken chunk": b"POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "an error of ours": b"POST /fail HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
    "a wait for 100": b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n",
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_leaves_nothing_but_a_line(server: Attacked, sent: bytes) -> None:
    for _ in range(3):
        with server.connect() as connection:
            connection.sendall(sent)
        with server.connect() as connection:
            connection.sendall(sent)
            connection.recv(10)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # a reset

    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert answer(connection).startswith(b"HTTP/1.1 200 ")


def test_an_error_of_ours_is_an_answer_without_a_word_about_it(server: Attacked) -> None:
    with server.connect() as connection:
        connection.sendall(b"POST /fail HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

        said = answer(connection)

    assert said.startswith(b"HTTP/1.1 500 ")
    assert b"secret" not in said
    assert "a request ended with an error" in server.said.read_text()


def half_open(server: Attacked, number: int, first: bytes) -> list[socket.socket]:
    found = []
    for _ in range(number):
        connection = server.connect()
        connection.sendall(first)
        found.append(connection)
    return found


HALF: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "half a header": lambda: b"GET / HTTP/1.1\r\nx: " + b"y" * 8_000,
    "half a body": lambda: HEADERS.replace(b"1000", b"1000000") + b"x" * 16_000,
}


@pytest.mark.parametrize("first", HALF.values(), ids=HALF.keys())
def test_a_thousand_half_open_connections_cost_little_and_disappear(tmp_path: Path, first: Callable[[], bytes]) -> None:
    with attacked(tmp_path, seconds=OPENED_WITHIN_S) as server:
        with server.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            answer(connection)
        before = server.memory

        held = half_open(server, CONNECTIONS, first())
        wait_until(lambda: server.connections >= CONNECTIONS * 0.9)
        grown = server.memory - before
        wait_until(lambda: server.connections == 0)

        for connection in held:
            connection.close()
        assert grown < 50 * MIB
        assert "Traceback" not in server.said.read_text()


def test_the_silent_do_not_shut_out_those_who_speak(tmp_path: Path) -> None:
    with attacked(tmp_path, seconds=600.0, most=50) as server:
        held = half_open(server, 200, b"GET / HTTP/1.1\r\n")

        with server.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert answer(connection).startswith(b"HTTP/1.1 200 ")

        wait_until(lambda: server.connections <= 50)
        for one in held:
            one.close()


def test_a_thousand_unfinished_handshakes_cost_little_and_disappear(tmp_path: Path) -> None:
    tls = create_tls(name="test", hosts=["127.0.0.1"], now=datetime.now(UTC))
    (tmp_path / "s.pem").write_bytes(tls.certificate)
    (tmp_path / "s.key").write_bytes(tls.key)
    with attacked(tmp_path, str(tmp_path / "s.pem"), str(tmp_path / "s.key"), seconds=OPENED_WITHIN_S) as server:
        context = ssl.create_default_context(cadata=tls.ca.decode())
        with context.wrap_socket(server.connect(), server_hostname="127.0.0.1") as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert connection.recv(20).startswith(b"HTTP/1.1 200 ")
        before = server.memory

        held = half_open(server, CONNECTIONS, b"\x16\x03\x01")
        wait_until(lambda: server.connections >= min(CONNECTIONS, MOST_HANDSHAKES) * 0.9)
        grown = server.memory - before
        wait_until(lambda: server.connections == 0)

        assert grown < 50 * MIB
        for connection in held:
            connection.close()
        assert "Traceback" not in server.said.read_text()
