"""How many calls of one organisation are worked on at a time: the others wait without a thread, or are told to wait.

Calls wait for the one writer in a thread each. Were there no bound, the calls of one club would hold every thread, and
an athlete who withdraws would find none.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from consent.errors import TooOften
from policies.vocabulary import OrgId

AT_ONCE: Final = 4  # calls of one organisation, ours
ALL_AT_ONCE: Final = 16  # calls of all, ours: less than half of the threads that there are
MOST_WAITING: Final = 64  # calls of one organisation, ours: every device of a large staff at the same moment
SOON_S: Final = 2


class CallTurns:
    """Turns to call, in the order in which each organisation asked. Used by the event loop only."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(ALL_AT_ONCE)
        self._of = defaultdict[OrgId, asyncio.Semaphore](lambda: asyncio.Semaphore(AT_ONCE))
        self._waiting = defaultdict[OrgId, int](int)

    @asynccontextmanager
    async def turn(self, org: OrgId) -> AsyncIterator[None]:
        """Wait for a turn and hold it until the block ends; raises TooOften where too many wait already."""
        if self._waiting[org] >= MOST_WAITING:
            raise TooOften(SOON_S)
        self._waiting[org] += 1
        try:
            await self._of[org].acquire()
        finally:
            self._waiting[org] -= 1
        try:
            async with self._all:
                yield
        finally:
            self._of[org].release()
