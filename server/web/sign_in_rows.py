"""Codes and sessions of the league's staff in the coordinator's database; each method is a transaction of its own."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, delete, select, update
from sqlmodel import Session, col

from chassis.clock import Clock
from chassis.sign_in.code_text import grouped
from chassis.sign_in.codes import OneTimeCodes, StoredCode
from chassis.sign_in.sessions import SessionLimits, Sessions, StoredSession
from server.rows import StaffCodeRow, StaffSessionRow
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole

MOST_SESSIONS = 1000  # ours


class LeagueCodeRows:
    """The codes, by the digests of their texts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, code: StoredCode) -> None:
        """Keep a code."""
        staff = LeagueStaff.of_key(code.person)
        with _writing(self._engine) as session:
            session.add(
                StaffCodeRow(
                    code_sha256=code.digest,
                    person=staff.person,
                    role=staff.role,
                    club=staff.club,
                    expires_at=code.expires,
                )
            )

    def find(self, digest: str) -> StoredCode | None:
        """Return the code with this digest."""
        with Session(self._engine) as session:
            row = session.get(StaffCodeRow, digest)
            if row is None:
                return None
            staff = LeagueStaff(row.person, StaffRole(row.role), row.club)
            return StoredCode(row.code_sha256, staff.key, row.expires_at)

    def take(self, digest: str) -> bool:
        """Remove a code; True for the one caller who did."""
        return self._removed(col(StaffCodeRow.code_sha256) == digest) == 1

    def drop_of(self, person: str) -> int:
        """Remove every code of a person and return how many there were."""
        staff = LeagueStaff.of_key(person)
        return self._removed(
            (col(StaffCodeRow.person) == staff.person)
            & (col(StaffCodeRow.role) == staff.role.value)
            & (col(StaffCodeRow.club) == staff.club)
        )

    def drop_named(self, name: str) -> int:
        """Remove every code of whoever has this name and return how many there were."""
        return self._removed(col(StaffCodeRow.person) == name)

    def drop_expired(self, now: datetime) -> None:
        """Remove the codes that have ended."""
        self._removed(col(StaffCodeRow.expires_at) <= now)

    def _removed(self, which: ColumnElement[bool]) -> int:
        with _writing(self._engine) as session:
            done = session.execute(delete(StaffCodeRow).where(which))
            return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE has a row count


class LeagueSessionRows:
    """The sessions, by the digests of their ids. The league's staff have no PIN: an idle session ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session: StoredSession) -> None:
        """Keep a session."""
        with _writing(self._engine) as database:
            database.add(
                StaffSessionRow(
                    digest=session.digest,
                    staff=session.person,
                    facts=session.facts,
                    began=session.began,
                    seen=session.seen,
                )
            )

    def find(self, digest: str) -> StoredSession | None:
        """Return the session with this digest."""
        with Session(self._engine) as database:
            row = database.get(StaffSessionRow, digest)
            return None if row is None else _session_of(row)

    def note(self, digest: str, seen: datetime) -> None:
        """Note activity; a session that is gone stays gone."""
        with _writing(self._engine) as database:
            database.execute(update(StaffSessionRow).where(col(StaffSessionRow.digest) == digest).values(seen=seen))

    def count_pin_try(self, digest: str) -> int:
        """There is no PIN here that a try could open."""
        raise NotImplementedError("expected no PIN at the league's pages")

    def drop(self, digest: str) -> None:
        """Remove a session."""
        with _writing(self._engine) as database:
            database.execute(delete(StaffSessionRow).where(col(StaffSessionRow.digest) == digest))

    def every(self) -> Sequence[StoredSession]:
        """Return all sessions."""
        with Session(self._engine) as database:
            return [_session_of(row) for row in database.scalars(select(StaffSessionRow))]


def league_codes(engine: Engine, *, clock: Clock) -> OneTimeCodes:
    """Return the codes of this coordinator; the label keeps codes of other programs from opening anything here."""

    def digest(plain: str) -> str:
        return hashlib.sha256(b"homefield coordinator staff code " + grouped(plain).encode()).hexdigest()

    return OneTimeCodes(LeagueCodeRows(engine), digest=digest, clock=clock)


def league_sessions(engine: Engine, *, clock: Clock) -> Sessions:
    """Return the sessions of this coordinator."""
    return Sessions(LeagueSessionRows(engine), limits=SessionLimits(most=MOST_SESSIONS), clock=clock)


def end_of_name(engine: Engine, name: str) -> tuple[int, int]:
    """End every session and code of whoever has this name; returns how many of each there were."""
    rows = LeagueSessionRows(engine)
    ended = [session for session in rows.every() if LeagueStaff.of_key(session.person).person == name]
    for session in ended:
        rows.drop(session.digest)
    return len(ended), LeagueCodeRows(engine).drop_named(name)


def _session_of(row: StaffSessionRow) -> StoredSession:
    return StoredSession(row.digest, row.staff, row.facts, row.began, row.seen)


@contextmanager
def _writing(engine: Engine) -> Iterator[Session]:
    with Session(engine.execution_options(is_writer=True)) as session, session.begin():
        yield session
