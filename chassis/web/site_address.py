"""Under which address a program's pages are reached: one public one behind a TLS proxy, or this machine alone.

The address decides everything that depends on it: which host names are answered, whether cookies are `Secure`, which
origin a form must come from, and whether browsers are told to come by https only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers

from chassis.errors import BadPublicUrl
from chassis.http.loopback import is_loopback
from chassis.text import shortened

HTTPS_PORT = 443
OWN_MACHINE = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """The address of one program's pages.

    public: its origin such as "https://node.club.example", or empty: then only names of this machine are answered.
    proxies: addresses of the TLS proxy, whose word about where a request comes from is believed.
    """

    public: str = ""
    proxies: tuple[str, ...] = ()

    @property
    def is_public(self) -> bool:
        """True if browsers come by https, through the proxy."""
        return bool(self.public)

    def answers_to(self, host: str) -> bool:
        """True if this host, with or without a port, names this program. Names of this machine always do."""
        name = host_name(host)
        return is_loopback(name) or (self.is_public and name == (urlsplit(self.public).hostname or ""))

    def origin(self, host: str) -> str:
        """The origin of our own pages. host: what the request asked for, already known to be a name of ours."""
        return self.public or f"http://{host}"

    def caller(self, address: str | None) -> str | None:
        """Return the address of a caller, or None where it is the proxy's own and so stands for everybody."""
        return None if self.is_public and (address is None or address in self.proxies) else address


OWN_MACHINE_ONLY = SiteAddress()
"""Pages that are reached on this machine alone."""


def parse_site(public_url: str, *, proxies: Sequence[str] = ()) -> SiteAddress:
    """Return the address for `--public-url`, empty for none; raises BadPublicUrl.

    proxies: the addresses given with `--proxy`; the proxy runs on this machine if there are none.
    """
    if not public_url:
        return OWN_MACHINE_ONLY
    try:
        parts = urlsplit(public_url)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if not _is_plain_https(parts):
        raise BadPublicUrl(
            f"expected a public address such as https://node.club.example, got {shortened(public_url)!r}; give scheme "
            "and host, without a path"
        )
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    origin = f"https://{host}" + (f":{port}" if port not in (None, HTTPS_PORT) else "")
    return SiteAddress(origin, tuple(proxies) or OWN_MACHINE)


def host_name(host: str) -> str:
    """Return the name in a Host header, in lower case, without its port; empty if it holds none."""
    try:
        return urlsplit(f"//{host}").hostname or "" if _is_host(host) else ""
    except ValueError:
        return ""


def host_of(headers: Headers) -> str:
    """Return the one Host header of a request; empty for none or several."""
    hosts = headers.getlist("host")
    return hosts[0] if len(hosts) == 1 else ""


def _is_host(host: str) -> bool:
    return host.isascii() and host.isprintable() and not set(host) & set("/?#@\\ ")


def _is_plain_https(parts: SplitResult) -> bool:
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    return parts.scheme == "https" and bool(parts.hostname) and parts.netloc.isascii() and is_bare
