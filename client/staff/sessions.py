"""Sessions of the club's staff in the staff's file: after fifteen idle minutes a PIN opens them, for twelve hours."""

from collections.abc import Sequence
from datetime import datetime

from chassis.clock import Clock
from chassis.sign_in.sessions import SessionLimits, Sessions, StoredSession
from client.staff.database import StaffFile

MOST_SESSIONS = 200  # ours: a club's staff many times over
_COLUMNS = "digest, person, facts, began, seen, pin, tries"


class StaffSessionRows:
    """The sessions in the staff's file."""

    def __init__(self, file: StaffFile) -> None:
        self._file = file

    def add(self, session: StoredSession) -> None:
        """Keep a session."""
        s = session
        row = (s.digest, s.person, s.facts, s.began.isoformat(), s.seen.isoformat(), s.pin)
        with self._file.transaction() as connection:
            connection.execute(f"INSERT INTO staff_session ({_COLUMNS}) VALUES (?,?,?,?,?,?,0)", row)  # noqa: S608 constant

    def find(self, digest: str) -> StoredSession | None:
        """Return the session with this digest."""
        query = f"SELECT {_COLUMNS} FROM staff_session WHERE digest = ?"  # noqa: S608 constant
        with self._file.reading() as connection:
            row = connection.execute(query, (digest,)).fetchone()
        return None if row is None else _session(*row)

    def note(self, digest: str, seen: datetime) -> None:
        """Note activity and forget wrong PINs; a session that is gone stays gone."""
        statement = "UPDATE staff_session SET seen = ?, tries = 0 WHERE digest = ?"
        with self._file.transaction() as connection:
            connection.execute(statement, (seen.isoformat(), digest))

    def count_pin_try(self, digest: str) -> int:
        """Count a try of the PIN and return how many there were since the last activity."""
        with self._file.transaction() as connection:
            connection.execute("UPDATE staff_session SET tries = tries + 1 WHERE digest = ?", (digest,))
            row = connection.execute("SELECT tries FROM staff_session WHERE digest = ?", (digest,)).fetchone()
        return int(row[0]) if row else 0

    def drop(self, digest: str) -> None:
        """Remove a session."""
        with self._file.transaction() as connection:
            connection.execute("DELETE FROM staff_session WHERE digest = ?", (digest,))

    def every(self) -> Sequence[StoredSession]:
        """Return all sessions."""
        with self._file.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM staff_session").fetchall()  # noqa: S608 constant
        return [_session(*row) for row in rows]


def staff_sessions(file: StaffFile, *, clock: Clock) -> Sessions:
    """Return the sessions of this node."""
    return Sessions(StaffSessionRows(file), limits=SessionLimits(most=MOST_SESSIONS), clock=clock)


def _session(digest: str, person: str, facts: str, began: str, seen: str, pin: str, tries: int) -> StoredSession:
    times = datetime.fromisoformat(began), datetime.fromisoformat(seen)
    return StoredSession(digest, person, facts, *times, pin, tries)
