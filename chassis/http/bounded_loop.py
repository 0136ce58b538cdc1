"""The event loop of every listener: a TLS handshake has a bound in time, and a connection costs little memory."""

import asyncio
import asyncio.sslproto
import ssl
from collections.abc import Callable
from typing import Any, Final

HANDSHAKE_S: Final = 10
TLS_BUFFER: Final = 16 * 1024
"""Bytes of the read buffer of one connection, the size of a TLS record. asyncio's own is 256 KiB, filled with zeros, so
that a thousand connections that never say anything would cost 256 MiB."""


class _SmallTls(asyncio.sslproto.SSLProtocol):
    max_size = TLS_BUFFER


class BoundedLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with these two bounds."""

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
        make: Callable[..., Any] = self._make_socket_transport  # type: ignore[attr-defined]  # as asyncio itself does
        make(rawsock, tls, extra=extra, server=server)
        return tls._app_transport
