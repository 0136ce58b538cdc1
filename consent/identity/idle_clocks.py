"""When each session was last used: kept in memory, so that opening a page writes nothing to the database."""

import threading
from collections.abc import Mapping
from datetime import datetime


class IdleClocks:
    """Idle clocks by session digest. What a crash loses makes those sessions end sooner, never later."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last_used: dict[str, datetime] = {}

    def last_used(self, digest: str, stored: datetime) -> datetime:
        """Return when the session was last used; `stored` is what the database says."""
        with self._guard:
            return max(stored, self._last_used.get(digest, stored))

    def restart(self, digest: str, now: datetime) -> None:
        """Note that the session was used now."""
        with self._guard:
            self._last_used[digest] = now

    @property
    def has_any(self) -> bool:
        """Whether anything was noted since the last time that all was taken."""
        with self._guard:
            return bool(self._last_used)

    def take(self) -> Mapping[str, datetime]:
        """Return all that was noted since the last time, to be saved, and forget it."""
        with self._guard:
            taken, self._last_used = self._last_used, {}
        return taken
