"""Sign-ins that wait for one press: a ticket was taken, and the athlete has not said yet that it is theirs to open.

The value is in one browser's cookie and in its form alone, so that no page of elsewhere can press the button.
"""

import secrets
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from chassis.clock import Clock
from chassis.sign_in.sessions import session_digest
from policies.vocabulary import AthleteId

WAITS: Final = timedelta(minutes=2)  # ours: as long as a ticket lives
MOST_WAITING: Final = 1_000  # ours: far more than the athletes of a node; the oldest goes first


class PendingSignIns:
    """In memory: a restart forgets them, and the athlete comes again from the portal. `_lock` guards the table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, tuple[AthleteId, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, athlete: AthleteId) -> str:
        """Return the value that the browser gets."""
        value = secrets.token_urlsafe(32)
        with self._lock:
            self._waiting[session_digest(value)] = (athlete, self._clock() + WAITS)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
        return value

    def find(self, value: str | None) -> AthleteId | None:
        """Return for whom a sign-in waits under this value; None if there is none, or it has waited too long."""
        found = self._waiting.get(session_digest(value)) if value else None
        return None if found is None or self._clock() >= found[1] else found[0]

    def take(self, value: str | None) -> AthleteId | None:
        """Return what `find` does, for the one caller who takes it."""
        with self._lock:
            found = self.find(value)
            if value:
                self._waiting.pop(session_digest(value), None)
        return found
