"""The running program's end of the local channel: answers its own user, one request a connection.

The socket file is the owner's alone, in a folder of the owner's alone, and the system says who is at the other end:
only the same user, or root, is answered. Nothing of a broken request is kept.
"""

import contextlib
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chassis.errors import CannotServe
from chassis.files.create_file import PRIVATE_FILE_MODE
from chassis.local_channel.address import SOCKET_FILE, new_socket, socket_address
from chassis.local_channel.message import MOST_BYTES, receive, send

logger = logging.getLogger(__name__)

REQUEST_WITHIN_S = 10.0  # ours: a command sends its request at once
_AT_A_TIME = 4
_WAITING = 16
_CREDENTIALS = struct.Struct("3i")  # process, user and group of the other end
_GARBAGE = f"expected one JSON object on one line of at most {MOST_BYTES:,} bytes; use the program's own commands"
_NOT_YOU = "expected the user who runs this program; run the command as that user"
_UNEXPECTED = "the service could not do this; its own log says why"

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class LocalChannel:
    """Listens from `start` to `stop`. The caller holds the folder's lock, so that nobody else listens there."""

    def __init__(self, folder: Path, answer: Answer, *, expected: tuple[type[Exception], ...]) -> None:
        """answer: called for each request, from several threads. expected: errors whose sentence is the answer."""
        self._folder = folder
        self._answer = answer
        self._expected = expected
        self._socket = new_socket()
        self._workers = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="operator")
        self._thread = threading.Thread(target=self._accept, name="operator-channel", daemon=True)

    def start(self) -> None:
        """Begin to listen; a socket file that a killed program left is replaced. Raises CannotServe."""
        path = self._folder / SOCKET_FILE
        try:
            path.unlink(missing_ok=True)
            with socket_address(self._folder) as address:
                self._socket.bind(address)
            path.chmod(PRIVATE_FILE_MODE)
            self._socket.listen(_WAITING)
        except OSError as error:
            self._socket.close()
            raise CannotServe(f"expected to listen for commands at {path}: {(error.strerror or '').lower()}") from error
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, and return when those that were taken are answered."""
        with contextlib.suppress(OSError):  # wakes the thread that waits for the next one
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown(wait=True)
        (self._folder / SOCKET_FILE).unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._workers.submit(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # whoever has gone gets no answer
            connection.settimeout(REQUEST_WITHIN_S)
            send(connection, self._answered(connection))

    def _answered(self, connection: socket.socket) -> Mapping[str, Any]:
        try:
            request = receive(connection)  # also of whoever is refused: closed over unread bytes, no answer arrives
        except (ValueError, RecursionError):
            return {"error": _GARBAGE}
        if not _is_own_user(connection):
            return {"error": _NOT_YOU}
        try:
            return {"answer": self._answer(request)}
        except self._expected as error:
            return {"error": str(error)}
        except Exception as error:  # its message may hold values: only the kind is safe to print
            logger.warning("an operator's command failed", extra={"error": type(error).__name__})
            return {"error": _UNEXPECTED}


def _is_own_user(connection: socket.socket) -> bool:
    """True if the system says that the other end is this user or root; where it cannot say, the file's mode decides."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    stored = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(stored)
    return user in (0, os.geteuid())
