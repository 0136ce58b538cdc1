"""Bodies on their way in: bounded in bytes, in time and in the memory that all of them take together.

The outermost layer of every application that is served. What is refused here is refused before it is read, and what the
application raises ends here as one line in the operational log, without a traceback.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.error_place import place_of
from chassis.http.limits import LARGEST_BODY

logger = logging.getLogger(__name__)

SMALL_BODY: Final = 16 * 1024
"""Bytes that are taken whatever else waits: no form of the portal is larger, so no withdrawal is refused for load."""
BUSY_S: Final = 5
ARRIVES_WITHIN_S: Final = 0.1
"""How long an answer to an unread request waits for its small body (ours): it left the caller with the headers."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """What one route takes. least_rate: bytes a second, counted over the whole body, in place of the usual time.

    is_streamed: True for a route that passes each part on when it comes; its body then takes no memory that counts.
    """

    largest: int = LARGEST_BODY
    least_rate: int | None = None
    is_streamed: bool = False


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What one application takes. uploads: routes, by path, that declare limits of their own.

    most_in_memory: bytes of all bodies together that are being read or worked on. pause_s: without a byte. whole_s:
    from the headers to the end of a body, where its route states no rate. All figures are ours.
    """

    uploads: Mapping[str, BodyLimit] = field(default_factory=dict)
    most_in_memory: int = 32 * 1024 * 1024
    pause_s: float = 10.0
    whole_s: float = 10.0

    def of(self, path: str) -> BodyLimit:
        """The limit of one route."""
        return self.uploads.get(path, USUAL_BODY)

    def seconds(self, limit: BodyLimit, announced: int) -> float:
        """How long a body of this announced length may take."""
        return self.whole_s + (announced / limit.least_rate if limit.least_rate else 0.0)


USUAL_BODY: Final = BodyLimit()
USUAL_BODIES: Final = BodyLimits()


class LimitedBodies:
    """Passes requests on to `app` within the limits."""

    def __init__(self, app: ASGIApp, limits: BodyLimits = USUAL_BODIES) -> None:
        self._app = app
        self._limits = limits
        self._in_memory = 0  # touched by the event loop only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too large by its own word; count the rest while it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit, announced = self._limits.of(scope["path"]), _announced(headers)
        ends = asyncio.get_running_loop().time() + self._limits.seconds(limit, min(announced, limit.largest))
        body = _Body(
            self,
            receive,
            send,
            limit,
            self._limits.pause_s,
            ends,
            is_whole=headers.keys().isdisjoint((b"content-length", b"transfer-encoding")),
            is_small=0 < announced <= SMALL_BODY and b"expect" not in headers,
        )
        try:
            if announced > limit.largest:
                await body.refuse(413, f"expected a body of at most {limit.largest:,} bytes")
            else:
                await self._pass_on(scope, body)
        finally:
            self._in_memory -= body.held

    def take(self, size: int) -> bool:
        """Count so many bytes more; False if all bodies together would take too much memory."""
        if self._in_memory + size > self._limits.most_in_memory:
            return False
        self._in_memory += size
        return True

    async def _pass_on(self, scope: Scope, body: "_Body") -> None:
        try:
            await self._app(scope, body.receive, body.send)
        except ClientDisconnect:
            return
        except Exception as error:
            logger.error("a request ended with an error", extra={"error": type(error).__name__, "at": place_of(error)})
            if not body.has_answered:
                await body.refuse(500, "this cannot be answered now; try again later")


@dataclass(slots=True)
class _Body:
    """One request on its way in, and its answer on the way out."""

    limits: LimitedBodies
    receive_from: Receive
    send_to: Send
    limit: BodyLimit
    pause_s: float
    ends: float
    size: int = 0
    held: int = 0
    has_answered: bool = False
    is_refused: bool = False
    is_whole: bool = False
    is_small: bool = False
    disconnected: Message = field(default_factory=lambda: {"type": "http.disconnect"})

    async def receive(self) -> Message:
        """The next part of the body; after a refusal, what an application is told of a caller that has gone."""
        if self.is_refused:
            return self.disconnected
        if self.is_whole:
            return await self.receive_from()
        left = min(self.pause_s, self.ends - asyncio.get_running_loop().time())
        try:
            message = await _within(left, self.receive_from)
        except TimeoutError:
            return await self.refuse(408, "the body came too slowly")
        if message["type"] == "http.request":
            return await self._counted(message)
        return message

    async def _counted(self, message: Message) -> Message:
        size = len(message.get("body", b""))
        self.size += size
        self.is_whole = not message.get("more_body", False)
        if self.size > self.limit.largest:
            return await self.refuse(413, f"expected a body of at most {self.limit.largest:,} bytes")
        if self.size > SMALL_BODY and not self.limit.is_streamed:
            wanted = self.size - self.held
            if not self.limits.take(wanted):
                return await self.refuse(503, "too much is being read at once; try again in a few seconds")
            self.held += wanted
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on, unless it was given here already."""
        if not self.is_refused:
            await self._take_what_arrives()
            self.has_answered = True
            await self.send_to(message)

    async def _take_what_arrives(self) -> None:
        """Throw away a small body that nobody has read.

        A connection with an unread body is closed behind the answer, and a caller who sends the next request at once
        would not know yet.
        """
        if self.has_answered or not self.is_small:
            return
        ends = asyncio.get_running_loop().time() + ARRIVES_WITHIN_S
        while not self.is_whole and (left := ends - asyncio.get_running_loop().time()) > 0:
            try:
                message = await _within(left, self.receive_from)
            except TimeoutError:
                return
            self.is_whole = message["type"] != "http.request" or not message.get("more_body", False)

    async def refuse(self, status: int, text: str) -> Message:
        """Answer in the application's place, unless it has begun to; the rest of the body is not read."""
        self.is_refused = True
        if not self.has_answered:
            self.has_answered = True
            headers = {"Retry-After": str(BUSY_S)} if status == 503 else {}
            response = PlainTextResponse(text, status, headers)
            await response({"type": "http"}, self.receive_from, self.send_to)
        return self.disconnected


async def _within(seconds: float, receive: Receive) -> Message:
    """Return what comes within so many seconds; raises TimeoutError, and receives nothing once no time is left.

    In the task of the request: `asyncio.wait_for` would begin a task for each part, also for one that is there already.
    """
    if seconds <= 0:
        raise TimeoutError
    async with asyncio.timeout(seconds):
        return await receive()


def _announced(headers: Mapping[bytes, bytes]) -> int:
    """Content-Length of the request; 0 where it is not said, since the bytes are counted anyway."""
    length = headers.get(b"content-length", b"0")
    return int(length[:15]) if length.isdigit() else 0
