"""The security headers of every answer: pages are plain documents, without script, third party or inline parts."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No script, no third party, nothing inline: docs/pages.md §1.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_WRITTEN: Final = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_POLICY: Final = _WRITTEN[0]
_NAMES: Final = frozenset(name for name, _ in _WRITTEN)


class SecuredAnswers:
    """A layer that writes these headers on every answer; log tiles state their own caching.

    It stands in every application, and once more around all that refuses before one: names, budgets, sizes, times.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write the headers on what comes back."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                _secure(message)
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)


def _secure(message: Message) -> None:
    if _POLICY in message["headers"]:  # this layer stands further in as well
        return
    if _NAMES.isdisjoint([name for name, _ in message["headers"]]):  # as most answers are
        message["headers"] = [*message["headers"], *_WRITTEN]
        return
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY_HEADERS.items():
        if name != "Cache-Control" or name not in headers:
            headers[name] = value
