"""Where budgets count: a storage for `limits` that needs no thread.

The storage in memory that comes with the library starts a thread for every hundredth of a second in which somebody
asks, to forget what has expired. Here that is done once a minute, by whoever asks then.
"""

import threading
import time
from typing import Final

from limits.storage import Storage

FORGET_EVERY_S: Final = 60.0


class MinuteCounters(Storage):
    """Counts in windows that begin with the first unit and end by themselves. For any thread."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()  # guards the two below
        self._windows: dict[str, tuple[float, int]] = {}  # by key: when its window ends (POSIX time), and its count
        self._forgotten = time.time()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this storage itself may raise: nothing of its own."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more and return the count. expiry: seconds of a window that begins now."""
        now = time.time()
        with self._guard:
            self._forget(now)
            ends, count = self._windows.get(key, (0.0, 0))
            if ends <= now:
                ends, count = now + expiry, 0
            self._windows[key] = (ends, count + amount)
            return count + amount

    def get(self, key: str) -> int:
        """Return the count of the window that runs; 0 if none does."""
        ends, count = self._windows.get(key, (0.0, 0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, POSIX time; now if none runs."""
        return max(self._windows.get(key, (0.0, 0))[0], time.time())

    def check(self) -> bool:
        """Return True: there is nothing that could be out of reach."""
        return True

    def reset(self) -> int:
        """Forget everything and return how many keys that were."""
        with self._guard:
            forgotten = len(self._windows)
            self._windows.clear()
            return forgotten

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._guard:
            self._windows.pop(key, None)

    def __len__(self) -> int:
        """Number of keys that are kept."""
        return len(self._windows)

    def _forget(self, now: float) -> None:
        if now - self._forgotten >= FORGET_EVERY_S or now < self._forgotten:
            self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
            self._forgotten = now
