"""Decisions and outcomes on their way to the one writer: what arrives while it works is its next transaction.

So a busy morning costs a commit for each group of calls, and calls wait without a thread. Each answer is given once all
of its group is durable. A withdrawal never waits behind more than the group that is being written.

Nobody waits for an outcome to be recorded, and each follows an answer by moments. Where many are asked one after the
other, outcomes wait a moment for the next decision, and share its commit.
"""

import asyncio
import contextlib
from collections import deque
from typing import Final

import anyio
from starlette.concurrency import run_in_threadpool

from consent.decisions.together import Answered, Asked, answer_of
from consent.decisions.values import DecisionAnswer, DecisionCall, OutcomeReport
from consent.errors import StoreUnavailable
from consent.store import ConsentStore

MOST_TOGETHER: Final = 120
"""Entries of one transaction, ours: a page of 60 athletes is one act, and a transaction a fraction of a second."""

OUTCOMES_APART_S: Final = 0.02
"""Between transactions of outcomes alone, ours: one that comes sooner waits for a decision, and for no longer."""

_Waiting = tuple[Asked, "asyncio.Future[Answered]"]


class SharedActs:
    """The queue before the store. Used by the event loop only."""

    def __init__(self, store: ConsentStore) -> None:
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._decision_came = asyncio.Event()  # a new one for each wait: applications may outlive their loop
        self._outcomes_due_s = 0.0  # by the loop's clock: until then outcomes alone are not written

    async def decide(self, call: DecisionCall) -> DecisionAnswer:
        """Decide each item; every item is recorded before anything is answered. Raises why there is no answer."""
        return answer_of(await self._answered(call))

    async def note(self, report: OutcomeReport) -> None:
        """Record the outcome of an answer; raises why it could not be."""
        if isinstance(error := await self._answered(report), Exception):
            raise error

    async def _answered(self, asked: Asked) -> Answered:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answered] = loop.create_future()
        self._waiting.append((asked, answered))
        if isinstance(asked, DecisionCall):
            self._decision_came.set()
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        # What is recorded is waited for also when the caller has gone: its outcome says so then.
        with anyio.CancelScope(shield=True):
            await answered
        return answered.result()

    async def _write(self) -> None:
        group: list[_Waiting] = []
        try:
            while self._waiting:
                await self._decision_or_time()
                group = self._next_group()
                answers = await run_in_threadpool(self._store.together, [asked for asked, _ in group])
                _give(group, answers)
        finally:
            self._writing = None
            left = [*group, *self._waiting]
            self._waiting.clear()
            _give(left, [StoreUnavailable("the program is being stopped")] * len(left))

    async def _decision_or_time(self) -> None:
        """Return once a decision waits, or outcomes have waited long enough."""
        left = self._outcomes_due_s - asyncio.get_running_loop().time()
        if left <= 0 or any(isinstance(asked, DecisionCall) for asked, _ in self._waiting):
            return
        self._decision_came = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._decision_came.wait()

    def _next_group(self) -> list[_Waiting]:
        group = [self._waiting.popleft()]
        entries = _entries(group[0])
        while self._waiting and (entries := entries + _entries(self._waiting[0])) <= MOST_TOGETHER:
            group.append(self._waiting.popleft())
        if any(isinstance(asked, OutcomeReport) for asked, _ in group):
            self._outcomes_due_s = asyncio.get_running_loop().time() + OUTCOMES_APART_S
        return group


def _entries(one: _Waiting) -> int:
    asked, _ = one
    return len(asked.items) if isinstance(asked, DecisionCall) else 1


def _give(group: list[_Waiting], answers: list[Answered]) -> None:
    for (_, answered), answer in zip(group, answers, strict=True):
        if not answered.done():
            answered.set_result(answer)
