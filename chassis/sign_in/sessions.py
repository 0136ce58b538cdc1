"""Sessions: opened by signing in, ended by idleness, by their absolute end, by signing out, or by who issued them.

The browser holds an opaque random id, the program its digest only. Each sign-in gives a new id and ends the session
that it replaces, so that an id which somebody else planted in a browser opens nothing.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chassis.clock import Clock
from chassis.sign_in.pin import pin_digest, same_pin

LONGEST = timedelta(hours=12)  # ours: nobody stays signed in overnight, however busy
IDLE = timedelta(minutes=15)  # ours; docs/pages.md §4
NOTED_EVERY = timedelta(seconds=30)
"""How exactly activity is noted (our choice): most requests of a session then write nothing. An idle session ends at
most this much early, never late."""
MOST_PIN_TRIES = 5
_ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long sessions last. most: how many there can be at once; the longest idle one goes first."""

    idle: timedelta = IDLE
    longest: timedelta = LONGEST
    most: int = 1000


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it is kept. facts: what the program keeps beside it. pin: its digest; empty for none.

    seen: the last activity that was noted. A session with a PIN locks when it is idle; one without ends. tries: of the
    PIN since the last activity.
    """

    digest: str
    person: str
    facts: str
    began: datetime
    seen: datetime
    pin: str = ""
    tries: int = 0


class SessionStorage(Protocol):
    """Where a program keeps its sessions. Each method is one step that no other caller comes between."""

    def add(self, session: StoredSession) -> None:
        """Keep a session."""

    def find(self, digest: str) -> StoredSession | None:
        """Return the session with this digest."""

    def note(self, digest: str, seen: datetime) -> None:
        """Note activity and forget wrong PINs; a session that is gone stays gone."""

    def count_pin_try(self, digest: str) -> int:
        """Count a try of the PIN and return how many there were since the last activity."""

    def drop(self, digest: str) -> None:
        """Remove a session."""

    def every(self) -> Sequence[StoredSession]:
        """Return all sessions."""


class Sessions:
    """Opens, finds, locks and ends sessions."""

    def __init__(self, storage: SessionStorage, *, limits: SessionLimits, clock: Clock) -> None:
        self._storage = storage
        self._limits = limits
        self._clock = clock

    def begin(self, person: str, *, facts: str = "", pin: str = "", replaces: str | None = None) -> str:
        """Open a session and return the id that the browser gets; `replaces`, an id of this browser, ends."""
        self.end(replaces)
        self._make_room()
        held, now = secrets.token_urlsafe(_ID_BYTES), self._clock()
        kept = pin_digest(pin, held) if pin else ""
        self._storage.add(StoredSession(session_digest(held), person, facts, now, now, kept))
        return held

    def find(self, held: str | None) -> StoredSession | None:
        """Return the open session of this id and note the activity; None if it is unknown, ended or locked."""
        session, now = self._alive(held), self._clock()
        if session is None or self._is_idle(session, now):
            return None
        if now - session.seen >= NOTED_EVERY:
            self._storage.note(session.digest, now)
        return session

    def locked(self, held: str | None) -> StoredSession | None:
        """Return the session of this id if it waits for its PIN."""
        session = self._alive(held)
        return session if session is not None and self._is_idle(session, self._clock()) else None

    def unlock(self, held: str | None, pin: str) -> bool:
        """Open a locked session again; False for another PIN, of which the fifth ends the session."""
        session = self.locked(held)
        if session is None or held is None:
            return False
        # Counted before it is looked at, so that tries at the same moment are not one.
        tries = self._storage.count_pin_try(session.digest)
        if tries <= MOST_PIN_TRIES and same_pin(session.pin, pin, held):
            self._storage.note(session.digest, self._clock())
            return True
        if tries >= MOST_PIN_TRIES:
            self._storage.drop(session.digest)
        return False

    def pin_tries_left(self, held: str | None) -> int:
        """Return how many tries of the PIN a locked session has left; 0 for any other."""
        session = self.locked(held)
        return 0 if session is None else max(0, MOST_PIN_TRIES - session.tries)

    def end(self, held: str | None) -> None:
        """End a session; unknown ids are ignored."""
        if held:
            self._storage.drop(session_digest(held))

    def every(self) -> list[StoredSession]:
        """Return the sessions that have not ended, the newest first."""
        now = self._clock()
        return sorted((s for s in self._storage.every() if self._lives(s, now)), key=lambda s: s.began, reverse=True)

    def end_of(self, person: str) -> int:
        """End every session of a person; returns how many there were."""
        ended = [session for session in self._storage.every() if session.person == person]
        for session in ended:
            self._storage.drop(session.digest)
        return len(ended)

    def _alive(self, held: str | None) -> StoredSession | None:
        session = self._storage.find(session_digest(held)) if held else None
        return session if session is not None and self._lives(session, self._clock()) else None

    def _lives(self, session: StoredSession, now: datetime) -> bool:
        return now - session.began < self._limits.longest and bool(session.pin or not self._is_idle(session, now))

    def _is_idle(self, session: StoredSession, now: datetime) -> bool:
        return now - session.seen >= self._limits.idle

    def _make_room(self) -> None:
        now = self._clock()
        kept = sorted(self._storage.every(), key=lambda session: session.seen)
        over = max(0, len(kept) - self._limits.most + 1)
        for place, session in enumerate(kept):
            if place < over or not self._lives(session, now):
                self._storage.drop(session.digest)


def session_digest(held: str) -> str:
    """Return the digest under which a session is kept; the id itself is stored nowhere."""
    return hashlib.sha256(held.encode()).hexdigest()
