"""Runs a web application on one address until it is told to stop, and says when it listens."""

import signal
import socket
import sys

import uvicorn
from fastapi import FastAPI


class _AnnouncingServer(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            print(f"listening on http://{host}:{port}", flush=True)


def serve_app(app: FastAPI, *, host: str, port: int) -> None:
    """Serve `app` until SIGINT or SIGTERM; prints one line with the address once it listens.

    port: 0 takes a free one. Raises OSError if the address cannot be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener:
        listener.bind((host, port))
        # uvicorn raises the signal again once it has shut down; being told to stop is a good end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: sys.exit(0))
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=False)
        _AnnouncingServer(config).run(sockets=[listener])
