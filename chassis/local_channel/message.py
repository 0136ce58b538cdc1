"""One message of the local channel: a JSON object on one line, bounded in size; a wait for it has an end."""

import json
import socket
from collections.abc import Mapping
from typing import Any

MOST_BYTES = 64 * 1024
"""Of one request; ours, far above every command."""
LARGEST_ANSWER = 8 * 1024 * 1024
"""Ours: a list of ten thousand lines."""
_CHUNK = 4096


def send(connection: socket.socket, value: Mapping[str, Any]) -> None:
    """Send one object; raises OSError where nobody takes it."""
    connection.sendall(json.dumps(value).encode() + b"\n")


def receive(connection: socket.socket, *, most: int = MOST_BYTES) -> dict[str, Any]:
    """Return the object that came; raises ValueError for anything else, and OSError where nothing comes in time."""
    data = bytearray()
    while not data.endswith(b"\n"):
        chunk = connection.recv(_CHUNK)
        data += chunk
        if not chunk or len(data) > most:
            raise ValueError("expected one line")
    value = json.loads(data)
    if not isinstance(value, dict):
        raise ValueError("expected one object")
    return value
