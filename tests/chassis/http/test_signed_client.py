"""Signed requests over connections that stay open: from many threads, after a reset, and with a bounded answer."""

import contextlib
import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from chassis.errors import ServiceUnreachable, UnsoundAnswer
from chassis.http.request_signature import NONCE_HEADER, verify_request
from chassis.http.signed_client import SignedClient
from chassis.web.serving import listen, serving
from policies.signing import SigningKey

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = SigningKey.generate()
MOST = 1_000
SERVICE = "0123456789abcdef"
Made = Callable[..., SignedClient]


@pytest.fixture
def made() -> Iterator[Made]:
    """Return a function that makes a client, closed at the end."""
    with contextlib.ExitStack() as open_lines:

        def make(url: str = "http://service", answer: object = None, **options: object) -> SignedClient:
            transport = None if answer is None else httpx.MockTransport(answer)  # type: ignore[arg-type]
            one = SignedClient(
                url,
                KEY,
                audience=SERVICE,
                clock=lambda: NOW,
                largest_answer=MOST,
                transport=transport,
                **options,  # type: ignore[arg-type]
            )
            return open_lines.enter_context(contextlib.closing(one))

        yield make


class Echo:
    """A service over real HTTP that checks each signature and notes connections and nonces."""

    def __init__(self) -> None:
        self.connections: set[object] = set()
        self.nonces: list[str] = []
        self.app = FastAPI()
        self.app.post("/v1/echo")(self._answer)

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        target = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        headers = {name.title(): value for name, value in request.headers.items()}
        verify_request(KEY.verify_key, headers, audience=SERVICE, method="POST", target=target, body=body, now=NOW)
        self.connections.add(request.client)
        self.nonces.append(headers[NONCE_HEADER])
        return Response(body)


@contextlib.contextmanager
def served(app: FastAPI, port: int = 0) -> Iterator[int]:
    listener = listen(app, host="127.0.0.1", port=port)
    with serving([listener]):
        yield listener.port


def test_many_threads_share_few_connections_and_every_request_has_its_own_nonce(made: Made) -> None:
    echo = Echo()
    with served(echo.app) as port, ThreadPoolExecutor(4) as pool:
        client = made(f"http://127.0.0.1:{port}/")

        def ask(number: int) -> bool:
            answer = client.send("POST", "/v1/echo?a=1", {"number": number})
            return (answer.status, answer.body) == (200, f'{{"number":{number}}}'.encode())

        assert all(pool.map(ask, range(100)))

    assert len(set(echo.nonces)) == 100
    assert 1 <= len(echo.connections) <= 4


def test_a_service_that_was_restarted_is_reached_again(made: Made) -> None:
    echo = Echo()
    with served(echo.app) as port:
        client = made(f"http://127.0.0.1:{port}")
        assert client.send("POST", "/v1/echo", {"a": 1}).status == 200
    with pytest.raises(ServiceUnreachable):
        client.send("POST", "/v1/echo", {"a": 2})

    with served(echo.app, port):
        assert client.send("POST", "/v1/echo", {"a": 3}).status == 200

    assert len(echo.nonces) == 2


def test_a_connection_that_is_reset_fails_one_call_and_no_later_one(made: Made) -> None:
    """The request is not sent a second time: the service may have acted on it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_second() -> None:
            first, _ = server.accept()
            heard.append(first.recv(65536))
            first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            first.close()  # with a linger of 0 s this is a reset
            second, _ = server.accept()
            with second:
                heard.append(second.recv(65536))
                second.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        thread = threading.Thread(target=answer_second)
        thread.start()
        client = made(f"http://127.0.0.1:{server.getsockname()[1]}")

        with pytest.raises(ServiceUnreachable):
            client.send("GET", "/v1/first")
        assert client.send("GET", "/v1/second").body == b"ok"
        thread.join(30)

    assert [request.split(b" ")[1] for request in heard] == [b"/v1/first", b"/v1/second"]


def test_a_service_that_never_answers_is_given_up(made: Made) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = made(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2)

        with pytest.raises(ServiceUnreachable, match="ReadTimeout"):
            client.send("GET", "/v1/snapshot")


@pytest.mark.parametrize("size", [MOST, MOST + 1])
def test_an_answer_is_read_no_further_than_its_limit(made: Made, size: int) -> None:
    client = made(answer=lambda _: httpx.Response(200, content=bytes(size)))

    if size > MOST:
        with pytest.raises(UnsoundAnswer, match="at most 1,000 bytes"):
            client.send("GET", "/")
    else:
        assert len(client.send("GET", "/").body) == size


def test_an_endless_answer_is_left_where_it_is_too_long(made: Made) -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield bytes(100)

    client = made(answer=lambda _: httpx.Response(200, content=endless()))

    with pytest.raises(UnsoundAnswer):
        client.send("GET", "/")
    assert len(taken) == 11


def test_a_compressed_answer_was_not_asked_for_and_is_not_unpacked(made: Made) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Accept-Encoding"])
        packed = gzip.compress(bytes(100))
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=iter([packed]))

    with pytest.raises(UnsoundAnswer, match="not compressed"):
        made(answer=answer).send("GET", "/")
    assert asked == ["identity"]


@pytest.mark.parametrize("status", [302, 401, 503])
def test_whatever_the_status_it_is_the_callers_to_judge(made: Made, status: int) -> None:
    client = made(answer=lambda _: httpx.Response(status, headers={"Location": "http://elsewhere/"}, content=b"no"))

    answer = client.send("GET", "/")

    assert (answer.status, answer.body) == (status, b"no")


def test_no_proxy_of_the_environment_comes_between(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    echo = Echo()
    with served(echo.app) as port:
        assert made(f"http://127.0.0.1:{port}").send("POST", "/v1/echo", {}).status == 200


def test_a_closed_line_is_a_refusal(made: Made) -> None:
    client = made(answer=lambda _: httpx.Response(200))
    client.close()

    with pytest.raises(ServiceUnreachable):
        client.send("GET", "/")


def test_an_address_that_is_none_is_a_refusal(made: Made) -> None:
    with pytest.raises(ServiceUnreachable):
        made("http://a:b").send("GET", "/")
