"""How often somebody may ask in a minute: by signing key, by person, or by the address that a request comes from.

Kept in memory: a restart forgives everyone, and nothing about who asked is stored. The figures stand well above a busy
morning of a club (60 athletes, 10 staff, 5 pages a minute each: 100 calls with 3,000 questions).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.minute_counters import MinuteCounters

REQUESTS_OF_AN_ADDRESS: Final = 6_000
REQUESTS_OF_A_KEY: Final = 1_200
ITEMS_OF_A_KEY: Final = 30_000
PAGES_OF_A_PERSON: Final = 600
TOO_MANY: Final = 429


class Budget:
    """So many units a minute for each name; any thread may spend."""

    def __init__(self, a_minute: int) -> None:
        self._item = RateLimitItemPerMinute(a_minute)
        self._limiter = FixedWindowRateLimiter(MinuteCounters())

    def spend(self, name: str, cost: int = 1) -> int:
        """Spend `cost` units of this name's minute and return 0; or spend nothing and return the seconds to wait."""
        cost = min(cost, self._item.amount)  # what is dearer than a minute takes a whole one
        if self._limiter.test(self._item, name, cost=cost):
            self._limiter.hit(self._item, name, cost=cost)
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(self._item, name).reset_time - time.time()))


def address_of(host: str) -> str:
    """Return under which name an address spends: an IPv6 caller has a whole /64 of them."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else host


def never_free(_scope: Scope) -> bool:
    """Every request costs."""
    return False


@dataclass(frozen=True, slots=True)
class AddressBudget:
    """Requests of one address in a minute. is_free: those that are never counted or refused."""

    a_minute: int = REQUESTS_OF_AN_ADDRESS
    is_free: Callable[[Scope], bool] = never_free


USUAL_ADDRESS_BUDGET: Final = AddressBudget()


class AddressBudgets:
    """Answers 429 to an address that has spent its minute."""

    def __init__(self, app: ASGIApp, budget: AddressBudget) -> None:
        self._app = app
        self._budget = Budget(budget.a_minute)
        self._is_free = budget.is_free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it unread."""
        if scope["type"] == "http" and not self._is_free(scope):
            host, _ = scope.get("client") or ("unknown", 0)
            if wait := self._budget.spend(address_of(host)):
                text = f"too many requests from this address; try again in {wait} seconds"
                await PlainTextResponse(text, TOO_MANY, {"Retry-After": str(wait)})(scope, receive, send)
                return
        await self._app(scope, receive, send)
