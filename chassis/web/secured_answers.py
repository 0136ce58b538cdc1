"""The security headers of every answer: pages are plain documents, without script, third party or inline parts.

A page that keeps working without a connection says `SCRIPTED_POLICY`: scripts of its own program, and of nobody else.
"""

import re
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY_TEXT: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action {}; frame-ancestors 'none'; base-uri 'none'"
)
# No script, no third party, nothing inline: docs/pages.md §1.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": _POLICY_TEXT.format("'self'"),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
SCRIPTED_POLICY: Final = SECURITY_HEADERS["Content-Security-Policy"].replace(
    "style-src 'self';", "style-src 'self'; script-src 'self'; connect-src 'self'; worker-src 'self';"
)
"""For pages with a script file of their own: nothing inline, nothing from elsewhere, and no eval."""
_ORIGIN_ALONE: Final = "strict-origin"
_LEAVING: Final = frozenset({"Content-Security-Policy", "Referrer-Policy"})
_LEAVING_POLICY: Final = re.compile(
    re.escape(_POLICY_TEXT).replace(re.escape("{}"), r"https?://[A-Za-z0-9.\[\]:-]+"), re.ASCII
)
_WRITTEN: Final = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_POLICY: Final = _WRITTEN[0]
_NAMES: Final = frozenset(name for name, _ in _WRITTEN)


def only_form_to(origin: str) -> dict[str, str]:
    """Return the headers of a page whose forms go to one other origin, and to no other address, this site's included.

    The browser names our origin with such a form, and nothing more of the address: without it the other site could not
    tell whose form it was.
    """
    return {"Content-Security-Policy": _POLICY_TEXT.format(origin), "Referrer-Policy": _ORIGIN_ALONE}


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
    kept = {"Cache-Control"}.union(_LEAVING if _is_leaving(headers) else ())
    for name, value in SECURITY_HEADERS.items():
        is_scripted = headers.get(name) == SCRIPTED_POLICY
        if not is_scripted and (name not in kept or name not in headers):
            headers[name] = value


def _is_leaving(headers: MutableHeaders) -> bool:
    """True for what `only_form_to` wrote, and for nothing looser."""
    found = _LEAVING_POLICY.fullmatch(headers.get("Content-Security-Policy", ""))
    return found is not None and headers.get("Referrer-Policy") == _ORIGIN_ALONE
