"""One writer at a time, and the order of those who wait: a withdrawal before everything else, the rest as they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class WriterQueue:
    """A lock with a queue of two ranks. Within a rank the first to wait is the first to write."""

    def __init__(self) -> None:
        self._guard = threading.Lock()  # guards the three below, and is never held while anybody waits
        self._is_taken = False
        self._urgent: deque[threading.Event] = deque()
        self._ordinary: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Wait for the turn and hold it until the block ends. urgent: before everyone who is not."""
        self._wait(self._urgent if urgent else self._ordinary)
        try:
            yield
        finally:
            self._hand_on()

    @property
    def waiting(self) -> int:
        """How many wait for the turn."""
        with self._guard:
            return len(self._urgent) + len(self._ordinary)

    def _wait(self, rank: deque[threading.Event]) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = threading.Event()
            rank.append(mine)
        try:
            mine.wait()
        except BaseException:  # an interrupt: the turn must not stay with somebody who has gone
            self._leave(rank, mine)
            raise

    def _leave(self, rank: deque[threading.Event], mine: threading.Event) -> None:
        with self._guard:
            if mine in rank:
                rank.remove(mine)
                return
        self._hand_on()  # it was handed over in the same moment

    def _hand_on(self) -> None:
        with self._guard:
            rank = self._urgent or self._ordinary
            if rank:
                rank.popleft().set()
            else:
                self._is_taken = False
