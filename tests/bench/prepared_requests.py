"""Requests made beforehand, sent by one thread over connections that stay open: the caller takes little of a core.

Of two programs on the same cores the slower one is measured, and a caller with a thread and an HTTP library for each
connection costs nearly as much as the service that it asks.
"""

import re
import selectors
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"
_PART = 65_536  # bytes read at once
WITHIN_S = 60.0  # of silence on every connection


def prepared(address: str, target: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a whole POST request as it goes to the network."""
    fields = {"Host": urlsplit(address).netloc, "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def send_all(address: str, requests: Sequence[bytes], *, connections: int) -> Counter[int]:
    """Send every request, each once an answer has freed a connection; return how many answers had which status."""
    statuses, waiting = Counter[int](), iter(requests)
    with ExitStack() as held, selectors.DefaultSelector() as selector:
        for _ in range(connections):
            _send_next(held.enter_context(_connected(address)), waiting, selector)
        while selector.get_map():
            ready = selector.select(WITHIN_S)
            if not ready:
                raise TimeoutError("expected an answer on one of the connections")
            for key, _ in ready:
                if (status := _status_of(key)) is not None:
                    statuses[status] += 1
                    selector.unregister(key.fileobj)
                    _send_next(key.fileobj, waiting, selector)
    return statuses


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    line = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=WITHIN_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _send_next(line: object, waiting: Iterator[bytes], selector: selectors.BaseSelector) -> None:
    assert isinstance(line, socket.socket)
    request = next(waiting, None)
    if request is not None:
        line.sendall(request)
        selector.register(line, selectors.EVENT_READ, bytearray())


def _status_of(key: selectors.SelectorKey) -> int | None:
    """The status of an answer that has come whole; None while more of it is to come."""
    assert isinstance(key.fileobj, socket.socket)
    answer: bytearray = key.data
    if not (part := key.fileobj.recv(_PART)):
        raise ConnectionError("expected an answer, and the connection was closed")
    answer += part
    end = answer.find(_END)
    length = _LENGTH.search(answer, 0, end + 2) if end >= 0 else None
    if length is None or len(answer) < end + len(_END) + int(length[1]):
        return None
    return int(answer[9:12])
