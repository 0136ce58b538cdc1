"""Wrong tries, counted for each code and each address apart: whoever guesses shuts out nobody but themselves.

In memory: a restart forgets, which helps nobody against codes of 79 bits.
"""

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.errors import TooManyTries
from chassis.sign_in.code_text import plain_signs

MOST_WRONG = 10  # ours: far more than a person who reads a code aloud needs
WINDOW = timedelta(minutes=5)
MOST_KEYS = 10_000  # ours: about 2 MB; the key that was quiet for longest is forgotten first


class Attempts:
    """Counts wrong tries by key; `_lock` guards the table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, keys: Sequence[str]) -> None:
        """Return if none of the keys has too many wrong tries; raises TooManyTries, which says for how long."""
        now = self._clock()
        with self._lock:
            waits = [self._wait(key, now) for key in keys]
        longest = max(waits, default=timedelta(0))
        if longest > timedelta(0):
            raise TooManyTries(wait_s=math.ceil(longest.total_seconds()))

    def count(self, keys: Sequence[str]) -> None:
        """Note a wrong try under every key."""
        now = self._clock()
        with self._lock:
            for key in keys:
                self._wrong[key] = [*self._recent(key, now), now]
                self._wrong.move_to_end(key)
            while len(self._wrong) > MOST_KEYS:
                self._wrong.popitem(last=False)

    def _wait(self, key: str, now: datetime) -> timedelta:
        recent = self._recent(key, now)
        return recent[-MOST_WRONG] + WINDOW - now if len(recent) >= MOST_WRONG else timedelta(0)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._wrong.get(key, ()) if now - at < WINDOW][-MOST_WRONG:]


def attempt_keys(typed: str, address: str | None) -> list[str]:
    """Return the keys of one try of a code. address: of the caller; None where it is not known for sure."""
    code = hashlib.sha256(plain_signs(typed).encode()).hexdigest()
    return [f"code {code}", *([] if address is None else [f"address {address}"])]
