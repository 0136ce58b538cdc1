"""Questions of nodes for work that are held until there is some, a few seconds at most.

Without it every node asks ten times a second while a round goes on, and each time costs node and coordinator several
milliseconds of processor time. A question is held by a coroutine and no thread, one for each node; what the node is
told is what the link state says then, as if it had asked at that moment.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

HOLD_S = 4.0
"""Ours: a node notices within it that it is to stop, and both programs have 8 s to end."""


@dataclass(frozen=True, slots=True)
class _Held:
    """One question, and the loop that holds it. told: True once there is a message, False where it is over."""

    loop: asyncio.AbstractEventLoop
    told: "asyncio.Future[bool]"

    def tell(self, has_message: bool) -> None:
        """Answer it, from any thread."""
        with suppress(RuntimeError):  # its loop has ended, and the question with it
            self.loop.call_soon_threadsafe(self._set, has_message)

    def _set(self, has_message: bool) -> None:
        if not self.told.done():
            self.told.set_result(has_message)


@dataclass(slots=True)
class Arrivals:
    """The questions that are held, by node. hold_s: how long, 0 for not at all. `_lock` guards the table."""

    hold_s: float = 0.0
    _held: dict[int, _Held] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pushed(self, node_id: int) -> None:
        """Wake the question of a node, since a message for it is whole; from any thread."""
        with self._lock:
            held = self._held.get(node_id)
        if held is not None:
            held.tell(True)

    def has(self, node_id: int) -> bool:
        """Whether a question of this node is held."""
        with self._lock:
            return node_id in self._held

    async def may_fetch(
        self, node_id: int, *, has_message: Callable[[], bool], until_gone: Callable[[], Awaitable[None]]
    ) -> bool:
        """Return True once the node should be given what there is, False where its question is answered with nothing.

        has_message: whether one waits for the node. until_gone: returns when whoever asked has hung up. What is fetched
        for nobody would be lost until the coordinator asks again; therefore only a node's newest question is held, too.
        """
        if self.hold_s <= 0:
            return True
        held = self._hold(node_id)
        gone = asyncio.ensure_future(until_gone())
        try:
            if not has_message():  # asked once it is held, so that none comes unnoticed in between
                await asyncio.wait((held.told, gone), timeout=self.hold_s, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done() and (not held.told.done() or held.told.result())
        finally:
            gone.cancel()
            self._release(node_id, held)

    def release_all(self) -> None:
        """Answer every question that is held, and hold none from now on: the program ends."""
        with self._lock:
            self.hold_s, held = 0.0, list(self._held.values())
        for one in held:
            one.tell(False)

    def _hold(self, node_id: int) -> _Held:
        loop = asyncio.get_running_loop()
        held = _Held(loop, loop.create_future())
        with self._lock:
            former, self._held[node_id] = self._held.get(node_id), held
        if former is not None:
            former.tell(False)
        return held

    def _release(self, node_id: int, held: _Held) -> None:
        with self._lock:
            if self._held.get(node_id) is held:
                del self._held[node_id]
