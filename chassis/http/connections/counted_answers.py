"""Counts the answers of an application by status, those included that its limits give in its place."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CountAnswer = Callable[[int], None]
"""Takes note of one answer by its HTTP status."""


class CountedAnswers:
    """Passes everything on and calls `count` with the status of each answer."""

    def __init__(self, app: ASGIApp, count: CountAnswer) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(message["status"])
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
