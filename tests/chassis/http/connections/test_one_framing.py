"""A request that says its length twice is refused and ends its connection: nothing is slipped in behind it."""

import socket

import pytest
from fastapi import FastAPI, Request

from chassis.web.serving import listen, serving

SLIPPED = b"GET /slipped HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BOTH = {
    "both": ("1.1", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"),
    "the other way round": ("1.1", "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"),
    "in capitals": ("1.1", "CONTENT-LENGTH: 6\r\nTRANSFER-ENCODING: chunked\r\n"),
    "without a body": ("1.1", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
    "chunks of a version without them": ("1.0", "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n"),
}


@pytest.mark.parametrize("case", sorted(BOTH))
def test_two_lengths_are_refused_and_nothing_behind_them_is_answered(case: str) -> None:
    reached: list[str] = []
    app = FastAPI()

    @app.middleware("http")
    async def note(request: Request, answer):  # type: ignore[no-untyped-def]  # as the framework calls it
        reached.append(request.url.path)
        return await answer(request)

    version, lengths = BOTH[case]
    head = f"POST /first HTTP/{version}\r\nHost: 127.0.0.1\r\n{lengths}\r\n".encode()
    listener = listen(app, host="127.0.0.1", port=0)
    with serving([listener]), socket.create_connection(("127.0.0.1", listener.port), timeout=60) as line:
        line.sendall(head + b"0\r\n\r\n" + SLIPPED)
        answer = b"".join(iter(lambda: line.recv(1_000), b""))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"connection: close" in answer.lower()
    assert answer.count(b"HTTP/1.1") == 1
    assert reached == []


@pytest.mark.parametrize("lengths", ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"])
def test_one_length_of_either_kind_is_answered_and_the_connection_goes_on(lengths: str) -> None:
    app = FastAPI()
    app.post("/first")(lambda: "first")
    app.get("/slipped")(lambda: "second")
    listener = listen(app, host="127.0.0.1", port=0)
    head = f"POST /first HTTP/1.1\r\nHost: 127.0.0.1\r\n{lengths}\r\n".encode()
    last = SLIPPED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serving([listener]), socket.create_connection(("127.0.0.1", listener.port), timeout=60) as line:
        line.sendall(head + b"0\r\n\r\n" + last)
        answer = b"".join(iter(lambda: line.recv(1_000), b""))

    assert answer.count(b"HTTP/1.1 200") == 2
