"""The sessions in the consent database, by the digests of their ids."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from chassis.sign_in.sessions import StoredSession
from consent.storage.rows import SessionRow

NoteActivity = Callable[[str, datetime], None]
"""Notes when a session was last used, by its digest."""


class DatabaseSessions:
    """Sessions within one transaction. Athletes have no PIN: an idle session ends."""

    def __init__(self, session: Session, *, note: NoteActivity | None = None) -> None:
        """Take the transaction. note: how activity is noted, where the transaction itself writes nothing."""
        self._session = session
        self._note = note

    def add(self, session: StoredSession) -> None:
        """Keep a session."""
        self._session.add(
            SessionRow(
                digest=session.digest,
                athlete=session.person,
                method=session.facts,
                opened=session.began,
                last_used=session.seen,
            )
        )

    def find(self, digest: str) -> StoredSession | None:
        """Return the session with this digest."""
        row = self._session.get(SessionRow, digest)
        return None if row is None else _session_of(row)

    def note(self, digest: str, seen: datetime) -> None:
        """Note activity; a session that is gone stays gone."""
        if self._note is not None:
            self._note(digest, seen)
        else:
            self._session.exec(update(SessionRow).where(col(SessionRow.digest) == digest).values(last_used=seen))

    def count_pin_try(self, digest: str) -> int:
        """There is no PIN here that a try could open."""
        raise NotImplementedError("expected no PIN at the portal")

    def drop(self, digest: str) -> None:
        """Remove a session."""
        self._session.exec(delete(SessionRow).where(col(SessionRow.digest) == digest))

    def every(self) -> Sequence[StoredSession]:
        """Return all sessions."""
        return [_session_of(row) for row in self._session.exec(select(SessionRow)).all()]


def _session_of(row: SessionRow) -> StoredSession:
    return StoredSession(row.digest, row.athlete, row.method, row.opened, row.last_used)
