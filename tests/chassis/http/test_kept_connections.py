"""A connection stays open after a request whose body nobody read: the next request over it is answered."""

import http.client
import socket

from fastapi import FastAPI

from chassis.http.limited_bodies import SMALL_BODY
from chassis.web.serving import listen, serving

TIMES = 60


def test_an_unread_small_body_costs_no_connection() -> None:
    """The answer can leave before the body has come: closing behind it lost about each fifth request that followed."""
    app = FastAPI()
    app.get("/found")(lambda: "here")
    listener = listen(app, host="127.0.0.1", port=0)
    statuses = []

    with serving([listener]):
        line = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=60)
        line.connect()
        first = line.sock
        for _ in range(TIMES):
            for method, path, body in (("POST", "/missing", b"x" * 100), ("GET", "/found", None)):
                line.request(method, path, body)
                answer = line.getresponse()
                answer.read()
                statuses.append(answer.status)
        is_the_same = line.sock is first
        line.close()

    assert statuses == [404, 200] * TIMES
    assert is_the_same


def test_a_large_body_that_nobody_reads_ends_the_connection_behind_the_answer() -> None:
    listener = listen(FastAPI(), host="127.0.0.1", port=0)

    with serving([listener]), socket.create_connection(("127.0.0.1", listener.port), timeout=60) as line:
        head = f"POST /missing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10 * SMALL_BODY}\r\n\r\n"
        line.sendall(head.encode() + b"x" * 100)
        answer = b"".join(iter(lambda: line.recv(1_000), b""))

    assert answer.startswith(b"HTTP/1.1 404")
