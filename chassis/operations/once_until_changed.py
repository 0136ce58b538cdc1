"""Says something once and not again until it changes, for what is tried every few seconds, perhaps for days."""

import threading

MOST_KEPT = 256  # ours: campaigns and clubs of one league


class OnceUntilChanged:
    """What was said last about each thing. Safe for any number of threads.

    With more things than are kept apart the rest is not said at all: whoever makes up things cannot fill a log.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        """most: how many things are kept apart."""
        self._most = most
        self._said: dict[str, str] = {}
        self._lock = threading.Lock()

    def is_new(self, what: str, reason: str) -> bool:
        """True if this reason is not the last one that was said about `what`; it counts as said from now on."""
        with self._lock:
            if self._said.get(what) == reason or (what not in self._said and len(self._said) >= self._most):
                return False
            self._said[what] = reason
            return True

    @property
    def is_empty(self) -> bool:
        """True if nothing holds that was said."""
        return not self._said

    def is_over(self, what: str) -> bool:
        """True if something was said about `what` that no longer holds; the next reason is new again."""
        with self._lock:
            return self._said.pop(what, None) is not None
