"""Who works with the coordinator's pages: roles, single-use desk codes, and sessions that end when idle."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlmodel import Session, col

from chassis.clock import Clock
from server.errors import BadCoordinatorSettings
from server.rows import StaffCodeRow
from server.web.staff_role import StaffRole

CODE_LIFE = timedelta(minutes=30)  # ours: long enough to walk over
IDLE = timedelta(minutes=15)  # ours; docs/pages.md §4
SESSION_LIFE = timedelta(hours=12)
MOST_SESSIONS = 1000  # ours; the longest idle one goes first
MOST_WRONG, WRONG_WINDOW = 10, timedelta(minutes=5)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without signs that look alike
GROUPS, GROUP = 4, 4  # 31**16: about 79 bits, so that a plain hash is enough


@dataclass(frozen=True, slots=True)
class LeagueStaff:
    """A person: name as shown, role, and the club of a front office (empty for an operator)."""

    person: str
    role: StaffRole
    club: str = ""

    def __post_init__(self) -> None:
        if (self.role is StaffRole.FRONT_OFFICE) != bool(self.club):
            raise BadCoordinatorSettings("a front office belongs to one club, an operator to none")
        if not 0 < len(self.person.strip()) <= 60 or not self.person.isprintable():
            raise BadCoordinatorSettings("expected a name of 1 to 60 printable characters")

    @property
    def label(self) -> str:
        """How the masthead names them."""
        return f"{self.person}, {'squad planning' if self.role is StaffRole.FRONT_OFFICE else 'operator'}"

    @property
    def home(self) -> str:
        """Their first page."""
        return "/squad" if self.role is StaffRole.FRONT_OFFICE else "/campaigns"


@dataclass(frozen=True, slots=True)
class StaffRequest:
    """A signed-in browser."""

    staff: LeagueStaff
    csrf: str
    began: datetime
    seen: datetime

    def is_own_csrf(self, token: str) -> bool:
        """True if `token` is the one of this session."""
        return hmac.compare_digest(self.csrf.encode(), token.encode())


class CoordinatorCodeIssuer:
    """Issues and redeems codes. Only hashes are kept; ten wrong codes in five minutes close it for a while."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._writer = engine.execution_options(is_writer=True)
        self._wrong: list[datetime] = []
        self._lock = threading.Lock()  # guards _wrong, and makes redeeming one code at a time

    def issue(self, staff: LeagueStaff) -> str:
        """Return a new code for one person; it is shown this once and works once."""
        code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
        row = StaffCodeRow(
            code_sha256=_hash(code),
            person=staff.person,
            role=staff.role,
            club=staff.club,
            expires_at=self._clock() + CODE_LIFE,
        )
        with Session(self._writer) as session, session.begin():
            session.add(row)
        return code

    def redeem(self, code: str, *, before: Callable[[LeagueStaff], None] = lambda _: None) -> LeagueStaff | None:
        """Return who the code was made for and use it up; None for a wrong, used or old one, or while closed.

        before: called with the person while the code still stands; if it raises, the code is not used up.
        """
        now = self._clock()
        with self._lock:
            self._wrong = [at for at in self._wrong if now - at < WRONG_WINDOW]
            staff = None if len(self._wrong) >= MOST_WRONG else self._take(_hash(code.strip().lower()), now, before)
            if staff is None:
                self._wrong.append(now)
            return staff

    def _take(self, digest: str, now: datetime, before: Callable[[LeagueStaff], None]) -> LeagueStaff | None:
        with Session(self._writer) as session, session.begin():
            session.execute(delete(StaffCodeRow).where(col(StaffCodeRow.expires_at) <= now))
        with Session(self._engine) as session:
            row = session.get(StaffCodeRow, digest)
            staff = None if row is None else LeagueStaff(row.person, StaffRole(row.role), row.club)
        if staff is None:
            return None
        before(staff)  # no transaction is open, so that a slow answer keeps no one from the database
        with Session(self._writer) as session, session.begin():
            used = session.execute(delete(StaffCodeRow).where(col(StaffCodeRow.code_sha256) == digest))
        return staff if used.rowcount == 1 else None  # type: ignore[attr-defined]  # a DELETE has a row count


class Visits:
    """Open sessions by cookie, in memory: a restart signs everybody out. `_lock` guards the table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, StaffRequest] = {}
        self._lock = threading.Lock()

    def begin(self, staff: LeagueStaff) -> str:
        """Open a session and return the cookie's value, 256 random bits."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            if len(self._open) >= MOST_SESSIONS:
                del self._open[min(self._open, key=lambda held: self._open[held].seen)]
            self._open[cookie] = StaffRequest(staff, secrets.token_urlsafe(32), now, now)
        return cookie

    def find(self, cookie: str | None) -> StaffRequest | None:
        """Return the session and count this moment as activity; None if unknown, idle or too old."""
        now, held = self._clock(), cookie or ""
        with self._lock:
            context = self._open.get(held)
            if context is None or now - context.seen > IDLE or now - context.began > SESSION_LIFE:
                self._open.pop(held, None)
                return None
            self._open[held] = replace(context, seen=now)
        return context

    def end(self, cookie: str | None) -> None:
        """Close a session."""
        with self._lock:
            self._open.pop(cookie or "", None)


def _hash(code: str) -> str:
    return hashlib.sha256(b"homefield coordinator staff code " + code.encode()).hexdigest()
