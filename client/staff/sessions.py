"""Sessions in the staff's file: of staff, whom a PIN lets in again after fifteen idle minutes, and of athletes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from chassis.clock import Clock
from chassis.sign_in.sessions import SessionLimits, Sessions, StoredSession
from client.staff.database import StaffFile

MOST_SESSIONS = 200  # ours: a club's staff many times over
MOST_OF_ATHLETES = 1_000  # ours: every athlete of a large club on several devices
A_DAY = timedelta(hours=16)
"""Ours: an athlete signs in once a day on their own phone, before the morning's form, and rates the last session."""
_COLUMNS = "digest, person, facts, began, seen, pin, tries"


class SessionRows:
    """The sessions of one table of the staff's file."""

    def __init__(self, file: StaffFile, table: Literal["staff_session", "athlete_session"]) -> None:
        self._file = file
        self._table = table

    def add(self, session: StoredSession) -> None:
        """Keep a session."""
        s = session
        row = (s.digest, s.person, s.facts, s.began.isoformat(), s.seen.isoformat(), s.pin)
        with self._file.transaction() as connection:
            connection.execute(f"INSERT INTO {self._table} ({_COLUMNS}) VALUES (?,?,?,?,?,?,0)", row)  # noqa: S608 constant

    def find(self, digest: str) -> StoredSession | None:
        """Return the session with this digest."""
        query = f"SELECT {_COLUMNS} FROM {self._table} WHERE digest = ?"  # noqa: S608 constant
        with self._file.reading() as connection:
            row = connection.execute(query, (digest,)).fetchone()
        return None if row is None else _session(*row)

    def note(self, digest: str, seen: datetime) -> None:
        """Note activity and forget wrong PINs; a session that is gone stays gone."""
        statement = f"UPDATE {self._table} SET seen = ?, tries = 0 WHERE digest = ?"  # noqa: S608 constant
        with self._file.transaction() as connection:
            connection.execute(statement, (seen.isoformat(), digest))

    def count_pin_try(self, digest: str) -> int:
        """Count a try of the PIN and return how many there were since the last activity."""
        with self._file.transaction() as connection:
            connection.execute(f"UPDATE {self._table} SET tries = tries + 1 WHERE digest = ?", (digest,))  # noqa: S608 constant
            query = f"SELECT tries FROM {self._table} WHERE digest = ?"  # noqa: S608 constant
            row = connection.execute(query, (digest,)).fetchone()
        return int(row[0]) if row else 0

    def drop(self, digest: str) -> None:
        """Remove a session."""
        with self._file.transaction() as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE digest = ?", (digest,))  # noqa: S608 constant

    def every(self) -> Sequence[StoredSession]:
        """Return all sessions."""
        with self._file.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM {self._table}").fetchall()  # noqa: S608 constant
        return [_session(*row) for row in rows]


def staff_sessions(file: StaffFile, *, clock: Clock) -> Sessions:
    """Return the sessions of this node."""
    return Sessions(SessionRows(file, "staff_session"), limits=SessionLimits(most=MOST_SESSIONS), clock=clock)


def athlete_sessions(file: StaffFile, *, clock: Clock) -> Sessions:
    """Return the sessions of athletes at their own site: a day long, whatever is touched meanwhile."""
    limits = SessionLimits(idle=A_DAY, longest=A_DAY, most=MOST_OF_ATHLETES)
    return Sessions(SessionRows(file, "athlete_session"), limits=limits, clock=clock)


def _session(digest: str, person: str, facts: str, began: str, seen: str, pin: str, tries: int) -> StoredSession:
    times = datetime.fromisoformat(began), datetime.fromisoformat(seen)
    return StoredSession(digest, person, facts, *times, pin, tries)
