"""Where a program listens for its own operator: a socket file in its folder, however long the folder's path is."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET_FILE = "operator.sock"
"""In the program's folder. It holds nothing and needs no backup."""
_LONGEST = 100  # bytes of a path that a socket address surely holds (108 on Linux, 104 elsewhere)


@contextmanager
def socket_address(folder: Path) -> Iterator[str]:
    """Yield an address of the folder's socket; one too long for a socket address goes by way of the open folder."""
    path = str(folder.resolve() / SOCKET_FILE)
    if len(os.fsencode(path)) <= _LONGEST:
        yield path
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_FILE}"
    finally:
        os.close(handle)


def new_socket() -> socket.socket:
    """Return an unconnected socket of this kind."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
