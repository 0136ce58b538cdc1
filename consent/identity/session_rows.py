"""The sessions in the consent database, by the digests of their ids, with their idle clocks beside it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from chassis.sign_in.sessions import StoredSession
from consent.identity.idle_clocks import IdleClocks
from consent.storage.rows import SessionRow


class DatabaseSessions:
    """Sessions within one transaction. Athletes have no PIN: an idle session ends."""

    def __init__(self, session: Session, *, clocks: IdleClocks) -> None:
        """Take the transaction, which may be one that only reads: activity is noted in `clocks`."""
        self._session = session
        self._clocks = clocks

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
        return None if row is None else self._session_of(row)

    def note(self, digest: str, seen: datetime) -> None:
        """Note activity; a session that is gone stays gone."""
        self._clocks.restart(digest, seen)

    def count_pin_try(self, digest: str) -> int:
        """There is no PIN here that a try could open."""
        raise NotImplementedError("expected no PIN at the portal")

    def drop(self, digest: str) -> None:
        """Remove a session."""
        self._session.exec(delete(SessionRow).where(col(SessionRow.digest) == digest))

    def every(self) -> Sequence[StoredSession]:
        """Return all sessions."""
        return [self._session_of(row) for row in self._session.exec(select(SessionRow)).all()]

    def _session_of(self, row: SessionRow) -> StoredSession:
        seen = self._clocks.last_used(row.digest, row.last_used)
        return StoredSession(row.digest, row.athlete, row.method, row.opened, seen)
