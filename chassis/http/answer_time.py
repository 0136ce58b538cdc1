"""The time of a service on each of its answers, so that a caller whose requests are refused sees its clock's error.

It is a hint for words only: nothing is decided by it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import Clock
from chassis.http.request_signature import TIME_HEADER


class TimedAnswers:
    """A layer that writes the service's time on every answer below one path, whatever its status."""

    def __init__(self, app: ASGIApp, *, clock: Clock, below: str) -> None:
        self._app = app
        self._clock = clock
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write the time on what comes back."""
        if scope["type"] != "http" or not scope["path"].startswith(self._below):
            await self._app(scope, receive, send)
            return

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[TIME_HEADER] = self._clock().isoformat(timespec="milliseconds")
            await send(message)

        await self._app(scope, receive, timed)


def skew_of(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Return our clock minus the service's as an answer just received tells it; None where it tells none."""
    try:
        at = datetime.fromisoformat(headers[TIME_HEADER])
    except (KeyError, ValueError):
        return None
    return None if at.tzinfo is None else now - at
