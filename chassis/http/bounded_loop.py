"""The event loop of every listener: TLS handshakes have a bound in time and number, and a connection costs little."""

import asyncio
import asyncio.sslproto
import ssl
from collections.abc import Callable
from typing import Any, Final

HANDSHAKE_S: Final = 10
MOST_HANDSHAKES: Final = 500
"""Under way at a time, ours: the nodes of the largest league at once. Each holds some 70 KB until it is through, and no
limit of the protocol behind it sees it before."""
TLS_BUFFER: Final = 4 * 1024
"""Bytes of the read buffer of one connection. asyncio's own is 256 KiB, filled with zeros, so that a thousand
connections that never say anything would cost 256 MiB."""


class _SmallTls(asyncio.sslproto.SSLProtocol):
    max_size = TLS_BUFFER
    under_way: "dict[_SmallTls, None]"  # handshakes of one loop, the oldest first
    is_dropped = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        if self.is_dropped:  # more came in one turn of the loop than are taken
            transport.abort()
        else:
            super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.under_way.pop(self, None)
        super().connection_lost(exc)
        if self.is_dropped:  # what refers to itself would wait for the garbage collector, 70 KB each
            self._sslobj = None
            self._ssl_buffer = self._ssl_buffer_view = None

    def drop(self) -> None:
        """End the connection at once, or as soon as there is one."""
        self.is_dropped = True
        self.under_way.pop(self, None)
        if isinstance(self._transport, asyncio.Transport):
            self._transport.abort()

    def _on_handshake_complete(self, handshake_exc: BaseException | None) -> None:
        self.under_way.pop(self, None)
        super()._on_handshake_complete(handshake_exc)


class BoundedLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with these bounds. Of too many handshakes the oldest goes: who speaks is through by then."""

    most_handshakes = MOST_HANDSHAKES

    def __init__(self) -> None:
        super().__init__()
        self._under_way: dict[_SmallTls, None] = {}

    def _make_ssl_transport(
        self,
        rawsock: Any,
        protocol: asyncio.BaseProtocol,
        sslcontext: ssl.SSLContext,
        waiter: Any = None,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        extra: dict[str, Any] | None = None,
        server: Any = None,
        ssl_handshake_timeout: int | None = None,
        ssl_shutdown_timeout: int | None = None,
        **others: Any,
    ) -> asyncio.Transport:
        tls = _SmallTls(
            self,
            protocol,
            sslcontext,
            waiter,
            server_side,
            server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout or HANDSHAKE_S,
            ssl_shutdown_timeout=ssl_shutdown_timeout or HANDSHAKE_S,
        )
        tls.under_way = self._under_way
        if server_side:
            self._take(tls)
        make: Callable[..., Any] = self._make_socket_transport  # type: ignore[attr-defined]  # as asyncio itself does
        make(rawsock, tls, extra=extra, server=server)
        return tls._app_transport

    def _take(self, tls: _SmallTls) -> None:
        self._under_way[tls] = None
        if len(self._under_way) > self.most_handshakes:
            next(iter(self._under_way)).drop()
