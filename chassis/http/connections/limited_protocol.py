"""The connections of every listener: bounded in number, in time and in the bytes of their headers.

uvicorn's h11 protocol waits for ever for the end of a header or for a reader, and keeps a connection whose answer went
out before its request was read. Here each of these waits has an end. Bodies are bounded one layer up, see
`chassis.http.limited_bodies`.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from chassis.http.connections.one_framing import OneFraming

logger = logging.getLogger(__name__)

LARGEST_HEADER: Final = 16 * 1024  # bytes of a request line with all its headers, ours
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What the connections of one listener may take; all figures are ours.

    most: at a time, twice the nodes of the largest league. header_s: from the connection, or from the first byte of a
    later request, to the end of its headers. linger_s: how long what still comes after a refusal is thrown away, so
    that the refusal arrives. stalled_s: how long an answer waits for a reader who takes nothing.
    """

    most: int = 1_000
    header_s: float = 10.0
    linger_s: float = 2.0
    stalled_s: float = 30.0


USUAL_CONNECTIONS: Final = ConnectionLimits()


class LimitedProtocol(H11Protocol):
    """One connection. Nothing of it is kept once it is closed, and no error of a stranger is more than a line."""

    limits = USUAL_CONNECTIONS

    @classmethod
    def within(cls, limits: ConnectionLimits) -> "type[LimitedProtocol]":
        """The protocol of a listener with limits of its own, as uvicorn takes it: a class."""
        return type(cls.__name__, (cls,), {"limits": limits})

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = OneFraming(LARGEST_HEADER)
        self._header_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._is_lingering = False
        self.since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Take the connection; where there are too many, the oldest that sends nothing goes."""
        super().connection_made(transport)
        self._wait_for_headers()
        if len(self.connections) > self.limits.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything that belongs to the connection."""
        self._stop_timers()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what comes after a refusal is thrown away."""
        if self._is_lingering:
            return
        try:
            super().data_received(data)
        except Exception as error:  # of the parser or of ours: asyncio would print it with its traceback
            logger.warning("a connection was dropped", extra={"error": type(error).__name__})
            self.transport.abort()
            return
        self._watch_headers()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; in the middle of an answer there is nothing left to say."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def on_response_complete(self) -> None:
        """Go on with the next request, or end a connection whose request was not read to its end."""
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self._linger()
            return
        super().on_response_complete()
        self._watch_headers()

    def pause_writing(self) -> None:
        """Give a reader who takes nothing so long and no longer."""
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self.limits.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader takes again."""
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        super().resume_writing()

    @property
    def is_waiting_for_headers(self) -> bool:
        """True if no request of this connection is being worked on."""
        return self.cycle is None or self.cycle.response_complete

    def drop(self) -> None:
        """End the connection at once; what it began is not kept."""
        self.transport.abort()

    def _make_room(self) -> None:
        """Drop the oldest connection that says nothing: whoever speaks is not shut out by those who do not."""
        open_ones = [one for one in self.connections if not one.transport.is_closing()]
        if len(open_ones) > self.limits.most:
            silent = [one for one in open_ones if isinstance(one, LimitedProtocol) and one.is_waiting_for_headers]
            min(silent, key=lambda one: one.since, default=self).drop()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the request is answered as if it had not asked."""

    def _watch_headers(self) -> None:
        has_begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if not has_begun:
            self._stop_header_timer()
        elif self._header_timer is None:
            self._wait_for_headers()

    def _wait_for_headers(self) -> None:
        self._header_timer = self.loop.call_later(self.limits.header_s, self._too_slow)

    def _too_slow(self) -> None:
        if self.conn.trailing_data[0] and not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
        self.transport.close()
        self.loop.call_later(self.limits.linger_s, self.transport.abort)

    def _linger(self) -> None:
        """Half-close, so that a caller that is still sending reads the answer instead of a reset; then close."""
        self.server_state.total_requests += 1
        self._is_lingering = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            with contextlib.suppress(OSError):  # the caller has gone already
                self.transport.write_eof()
        self._header_timer = self.loop.call_later(self.limits.linger_s, self.transport.abort)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _stop_timers(self) -> None:
        self._stop_header_timer()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
