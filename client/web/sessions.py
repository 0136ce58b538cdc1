"""Who is signed in at the node's pages: sessions in memory, ended by fifteen idle minutes or a restart."""

import hmac
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chassis.clock import Clock
from policies.vocabulary import PersonId, Purpose, Role

IDLE = timedelta(minutes=15)  # ours; docs/pages.md §4
MOST_SESSIONS = 200  # ours: a club's staff many times over; the longest idle one goes first
COOKIE = "homefield_node"

ROLE_NAMES = {Role.COACH: "performance coach", Role.MEDICAL: "medical team"}
ROLE_GROUPS = {Role.COACH: "performance coaches", Role.MEDICAL: "the medical team"}
# The purpose follows from the role (policies: coaches plan training, medical staff care).
PURPOSES = {Role.COACH: Purpose.TRAINING, Role.MEDICAL: Purpose.CARE}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person of the club who is signed in."""

    person: PersonId
    name: str
    role: Role
    csrf: str
    last_seen: datetime

    @property
    def label(self) -> str:
        """How the masthead names them."""
        return f"{self.name}, {ROLE_NAMES[self.role]}"

    @property
    def purpose(self) -> Purpose:
        """What this role uses data for."""
        return PURPOSES[self.role]

    def is_own_csrf(self, token: str) -> bool:
        """True if `token` is the one of this session."""
        return hmac.compare_digest(self.csrf.encode(), token.encode())


class StaffSessions:
    """Open sessions by cookie value; `_lock` guards the table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, Viewer] = {}

    def begin(self, *, person: PersonId, name: str, role: Role) -> str:
        """Open a session and return the cookie's value, 256 random bits."""
        cookie = secrets.token_urlsafe(32)
        viewer = Viewer(person, name, role, secrets.token_urlsafe(32), self._clock())
        with self._lock:
            if len(self._open) >= MOST_SESSIONS:
                del self._open[min(self._open, key=lambda c: self._open[c].last_seen)]
            self._open[cookie] = viewer
        return cookie

    def find(self, cookie: str | None) -> Viewer | None:
        """Return who the cookie belongs to and count this moment as activity; None if unknown or idle too long."""
        now = self._clock()
        with self._lock:
            viewer = self._open.get(cookie or "")
            if viewer is None or now - viewer.last_seen > IDLE:
                self._open.pop(cookie or "", None)
                return None
            self._open[cookie or ""] = replace(viewer, last_seen=now)
        return viewer

    def end(self, cookie: str | None) -> None:
        """Close a session."""
        with self._lock:
            self._open.pop(cookie or "", None)
