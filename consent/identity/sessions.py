"""The athlete's sessions in the portal: opened by a one-time sign-in code or a demo persona, closed by idleness.

Each sign-in is written to the log before the session exists, and ends the session that it replaces.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from audit.entries.details.athletes import AthleteSignedIn
from audit.entries.details.codes import ChoiceMethod
from chassis.sign_in.attempts import Attempts, attempt_keys
from chassis.sign_in.csrf import csrf_token
from chassis.sign_in.sessions import SessionLimits, Sessions
from consent.errors import SignInRefused
from consent.grants.values import ConsentMethod
from consent.identity import codes, personas
from consent.identity.idle_clocks import IdleClocks
from consent.identity.session_rows import DatabaseSessions
from consent.registry.members import get as get_member
from consent.registry.values import Member
from consent.settings import ConsentSettings
from consent.storage.log_journal import Draft
from consent.storage.rows import SessionRow
from consent.storage.transaction import Transaction, Transactions
from policies.vocabulary import AthleteId

MOST_SESSIONS = 100_000  # ours: every athlete of a large union on several devices


@dataclass(frozen=True, slots=True)
class AthleteSession:
    """An open session. `csrf` is the synchroniser token that every form carries."""

    athlete: AthleteId
    csrf: str
    method: ConsentMethod
    opened: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One open session as the operator lists it; nothing of it opens the session. seen: its last activity."""

    athlete: AthleteId
    method: ConsentMethod
    opened: datetime
    seen: datetime


class AthleteSessions:
    """Opens, reads and closes sessions; every refusal is the same SignInRefused."""

    def __init__(self, transactions: Transactions, settings: ConsentSettings) -> None:
        self._transactions = transactions
        self._settings = settings
        self._limits = SessionLimits(idle=timedelta(seconds=settings.idle_s), most=MOST_SESSIONS)
        self._attempts = Attempts(transactions.context.clock)
        self._clocks = IdleClocks()

    def sign_in_with_code(self, code: str, *, address: str | None = None, replaces: str | None = None) -> str:
        """Spend a one-time sign-in code and return the new session's id.

        address: of the caller, where it is known. Raises SignInRefused, or TooManyTries before anything is looked up.
        """
        tries = attempt_keys(code, address)
        self._attempts.check(tries)
        try:
            with self._transactions.write() as tx:
                return self._open(tx, codes.redeem(tx, code), ConsentMethod.PORTAL, replaces)
        except SignInRefused:
            self._attempts.count(tries)
            raise

    def personas(self) -> list[Member]:
        """Return who can be signed in with one click: everyone in demo mode on loopback, else nobody."""
        with self._transactions.read() as tx:
            return personas.every(tx, self._settings)

    def sign_in_as_persona(self, athlete: AthleteId, *, replaces: str | None = None) -> str:
        """Return a new session's id for a demo persona; raises SignInRefused outside demo mode."""
        with self._transactions.write() as tx:
            personas.check(tx, self._settings, athlete)
            return self._open(tx, athlete, ConsentMethod.DEMO, replaces)

    def read(self, session_id: str | None) -> AthleteSession | None:
        """Return the open session and restart its idle clock, or None; a session of the demo ends with the demo."""
        if not session_id:
            return None
        with self._transactions.read() as tx:
            found = self._sessions(tx).find(session_id)
        if found is None:
            return None
        method = ConsentMethod(found.facts)
        if method is ConsentMethod.DEMO and not personas.are_open(self._settings):
            return None
        return AthleteSession(AthleteId(found.person), csrf_token(session_id), method, found.began)

    def every(self) -> list[OpenSession]:
        """Return every session that is open now, the newest first."""
        with self._transactions.read() as tx:
            found = self._sessions(tx).every()
        listed = [OpenSession(AthleteId(one.person), ConsentMethod(one.facts), one.began, one.seen) for one in found]
        return sorted(listed, key=lambda one: one.opened, reverse=True)

    def close(self, session_id: str | None) -> None:
        """End the session; unknown ids are ignored."""
        if session_id:
            with self._transactions.write() as tx:
                tx.without_entry("the end of a session")
                self._sessions(tx).end(session_id)

    def keep_clocks(self) -> None:
        """Save the idle clocks, so that sessions outlive a restart: at every publication and when the service ends."""
        if not self._clocks.has_any:
            return
        with self._transactions.write() as tx:
            tx.without_entry("the idle clocks of open sessions")
            self._save_clocks(tx)

    def _save_clocks(self, tx: Transaction) -> None:
        for digest, last_used in self._clocks.take().items():
            row = tx.session.get(SessionRow, digest)
            if row is not None:
                row.last_used = last_used

    def _open(self, tx: Transaction, athlete: AthleteId, method: ConsentMethod, replaces: str | None) -> str:
        if tx.context.journal.is_erased(tx.session, athlete):
            raise SignInRefused("expected an athlete whose record is still here")
        session_id = self._sessions(tx).begin(athlete, facts=method.value, replaces=replaces)
        member = get_member(tx, athlete)
        signed_in = AthleteSignedIn(method=ChoiceMethod(method.value))
        tx.append([Draft.about(member.athlete, tx.union, signed_in)])
        return session_id

    def _sessions(self, tx: Transaction) -> Sessions:
        return Sessions(DatabaseSessions(tx.session, clocks=self._clocks), limits=self._limits, clock=lambda: tx.now)


def end_everything(session: Session, athlete: AthleteId, *, key: bytes, now: datetime) -> tuple[int, int]:
    """End an athlete's sessions and codes, beside a running service; returns how many of each there were."""
    revoked = codes.codes_of(session, key=key, now=now).revoke(athlete)
    stored = DatabaseSessions(session, clocks=IdleClocks())
    ended = Sessions(stored, limits=SessionLimits(), clock=lambda: now).end_of(athlete)
    return ended, revoked
