"""Answers only to the names under which a program is reached, and has browsers come by https where it is public.

Any web site can point a name of its own at this machine (DNS rebinding); under that name its scripts would count as our
own pages.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web.site_address import SiteAddress, host_of

HSTS = "max-age=31536000"  # a year (RFC 6797), for this host alone: what others do under the domain is not ours to say
REFUSAL = (
    "This program does not answer under this name. Ask for 127.0.0.1 or localhost on its own machine; its operator "
    "sets a public name with --public-url.\n"
)


class HostCheck:
    """Refuses requests for other names with status 400, before anything of the program sees them."""

    def __init__(self, app: ASGIApp, *, site: SiteAddress) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it without reading its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not self._site.answers_to(host_of(Headers(scope=scope))):
            await PlainTextResponse(REFUSAL, 400)(scope, receive, send)
        else:
            await self._app(scope, receive, self._by_https(send) if self._site.is_public else send)

    def _by_https(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Strict-Transport-Security"] = HSTS
            await send(message)

        return sending
