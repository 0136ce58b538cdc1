"""A route for signed requests that finds what it needs by itself, where a morning asks the same hundreds of times.

FastAPI solves the dependencies of each request anew, which takes as long as everything else that is done around them.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from consent.api.entry import SignedRequest, signed_in_turn

Answering = Callable[[Request, SignedRequest], Awaitable[Response]]
"""Answers a request whose signature was checked."""


class SignedRoute(Route):
    """Has a signed request answered; the caller's turn is held until the answer has gone."""

    def __init__(self, path: str, answering: Answering, *, method: str) -> None:
        super().__init__(path, _Answers(answering), methods=[method], name=path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say who answers, as FastAPI does: a refusal is recorded under the route's path."""
        match, child = super().matches(scope)
        return match, child if match is Match.NONE else {**child, "route": self}


class _Answers:
    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        async with signed_in_turn(request) as signed:
            response = await self._answering(request, signed)
            await response(scope, receive, send)
