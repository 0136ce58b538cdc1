"""What everything that changes something must pass before a route sees it: from our own pages, a plain form, small.

A route that takes files is named with the size of its largest body; it takes `multipart/form-data` and nothing else.

A browser says where a request comes from in Sec-Fetch-Site (W3C Fetch Metadata) and Origin (RFC 6454); one that sends
neither is refused. Our pages carry `Referrer-Policy: no-referrer`, for which browsers send `Origin: null` even to their
own site; that is accepted only beside `Sec-Fetch-Site: same-origin`. The token of the session stands beside this check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.site_address import SiteAddress

LARGEST_FORM = 32 * 1024  # bytes, ours: the largest form has a few dozen short fields
FORM_TYPE = "application/x-www-form-urlencoded"
FILES_TYPE = "multipart/form-data"
NO_UPLOADS: Mapping[str, int] = MappingProxyType({})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class OtherOrigin:
    """The one route of a program that pages of one other origin may send a form to."""

    path: str
    origin: str


class OwnFormsOnly:
    """Answers with `refusal` whatever changes something and does not come from our own form.

    uploads: routes that take files, by path, with the bytes of their largest body.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        refusal: ASGIApp,
        site: SiteAddress,
        other: OtherOrigin | None = None,
        uploads: Mapping[str, int] = NO_UPLOADS,
    ) -> None:
        self._app = app
        self._refusal = refusal
        self._site = site
        self._other = other
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it without reading its body."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._is_ours(scope):
            await self._app(scope, receive, send)
        else:
            await self._refusal(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        is_own = is_same_origin(headers, self._site.origin(headers.get("host", "")))
        if scope["path"] in self._uploads:
            return is_own and _is_form(headers, FILES_TYPE, self._uploads[scope["path"]])
        return _is_small_form(headers) and (is_own or self._is_declared(scope["path"], headers))

    def _is_declared(self, path: str, headers: Headers) -> bool:
        return self._other is not None and path == self._other.path and headers.get("origin") == self._other.origin


def _is_small_form(headers: Headers) -> bool:
    is_empty = headers.get("content-length") == "0" and "content-type" not in headers
    return is_empty or _is_form(headers, FORM_TYPE, LARGEST_FORM)


def _is_form(headers: Headers, form: str, largest: int) -> bool:
    length = headers.get("content-length", "")
    is_of_type = headers.get("content-type", "").partition(";")[0].strip().lower() == form
    return is_of_type and length.isascii() and length.isdigit() and int(length[:15]) <= largest


def is_same_origin(headers: Headers, own: str) -> bool:
    """True if the browser says that the request comes from a page of the origin `own`."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site == "same-origin" and origin in (None, "null", own)
    return origin == own
