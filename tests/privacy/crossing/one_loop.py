"""Clients of applications in this process that share one event loop; each request would start one of its own."""

import contextlib
from collections.abc import Iterator

from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient


@contextlib.contextmanager
def one_loop(*clients: TestClient) -> Iterator[None]:
    """Have these clients run their applications in one loop until the block ends, without start or end of any."""
    with start_blocking_portal() as portal:
        for client in clients:
            client.portal = portal
        try:
            yield
        finally:
            for client in clients:
                client.portal = None
