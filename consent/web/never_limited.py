"""What is never limited or refused for load: ending or freezing what is shared, and reading the public log's files."""

import re

from starlette.types import Scope

from chassis.http.budgets import AddressBudget
from consent.settings import ConsentSettings

_ENDS = re.compile(
    r"/(shared/stop|shared/stop-all|change/[^/]+/stop|asked/[^/]+/stop|notices/[^/]+/stop|budget/freeze)", re.ASCII
)
_COOKIE = re.compile(rb"(?:^|;\s*)(?:__Host-)?homefield-portal=")


def ends_sharing(scope: Scope) -> bool:
    """True for a form that ends a grant or a release at once, or keeps everything from being used: a freeze."""
    return scope["method"] == "POST" and _ENDS.fullmatch(scope["path"]) is not None


def address_budget(settings: ConsentSettings) -> AddressBudget:
    """What one address may ask for in a minute.

    A signed-in athlete is counted as a person, not by address: whoever shares their network must not keep them from the
    pages on which they stop. The log's files cost a read each, and a web server may serve them.
    """

    def is_free(scope: Scope) -> bool:
        return ends_sharing(scope) or scope["path"].startswith("/log/") or _holds_session(scope)

    return AddressBudget(settings.address_requests_a_minute, is_free)


def _holds_session(scope: Scope) -> bool:
    is_portal = not scope["path"].startswith("/v1/")
    return is_portal and any(name == b"cookie" and _COOKIE.search(value) for name, value in scope["headers"])
