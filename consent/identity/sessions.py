"""The athlete's sessions in the portal: opened by a one-time sign-in code or a demo persona, closed by idleness.

The browser holds an opaque random id; the database holds its hash only. Each sign-in gives a new id,
is written to the log before the session exists, and ends the session that it replaces.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete

from audit.entries.details.athletes import AthleteSignedIn
from audit.entries.details.codes import ChoiceMethod
from consent.errors import SignInRefused
from consent.grants.values import ConsentMethod
from consent.identity import codes, personas
from consent.identity.idle_clocks import IdleClocks
from consent.registry.members import get as get_member
from consent.registry.values import Member
from consent.settings import ConsentSettings
from consent.storage.log_journal import Draft
from consent.storage.rows import SessionRow
from consent.storage.transaction import Transaction, Transactions
from policies.vocabulary import AthleteId

LONGEST_SESSION = timedelta(hours=12)  # ours: nobody stays signed in overnight, however busy


@dataclass(frozen=True, slots=True)
class AthleteSession:
    """An open session. `csrf` is the synchroniser token that every form carries."""

    athlete: AthleteId
    csrf: str
    method: ConsentMethod
    opened: datetime


class AthleteSessions:
    """Opens, reads and closes sessions; every refusal is the same SignInRefused."""

    def __init__(self, transactions: Transactions, settings: ConsentSettings) -> None:
        self._transactions = transactions
        self._settings = settings
        self._idle = timedelta(seconds=settings.idle_s)
        self._clocks = IdleClocks()

    def sign_in_with_code(self, code: str, *, replaces: str | None = None) -> str:
        """Spend a one-time sign-in code and return the new session's id; raises SignInRefused."""
        with self._transactions.write() as tx:
            return self._open(tx, codes.redeem(tx, code), ConsentMethod.PORTAL, replaces)

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
        """Return the open session and restart its idle clock, or None."""
        if not session_id:
            return None
        with self._transactions.read() as tx:
            row = tx.session.get(SessionRow, _digest(session_id))
            if row is None or not self._is_alive(row, tx.now):
                return None
            self._clocks.restart(row.digest, tx.now)
            return AthleteSession(AthleteId(row.athlete), _csrf(session_id), ConsentMethod(row.method), row.opened)

    def close(self, session_id: str | None) -> None:
        """End the session; unknown ids are ignored."""
        if session_id:
            with self._transactions.write() as tx:
                tx.without_entry("the end of a session")
                _forget(tx, session_id)

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
        session_id = secrets.token_urlsafe(32)
        if replaces:
            _forget(tx, replaces)
        self._save_clocks(tx)
        tx.session.flush()
        tx.session.exec(delete(SessionRow).where(col(SessionRow.last_used) < tx.now - self._idle))
        tx.session.add(
            SessionRow(digest=_digest(session_id), athlete=athlete, method=method, opened=tx.now, last_used=tx.now)
        )
        member = get_member(tx, athlete)
        signed_in = AthleteSignedIn(method=ChoiceMethod(method.value))
        tx.append([Draft.about(member.athlete, tx.union, signed_in)])
        return session_id

    def _is_alive(self, row: SessionRow, now: datetime) -> bool:
        last_used = self._clocks.last_used(row.digest, row.last_used)
        return now - last_used < self._idle and now - row.opened < LONGEST_SESSION


def _forget(tx: Transaction, session_id: str) -> None:
    tx.session.exec(delete(SessionRow).where(col(SessionRow.digest) == _digest(session_id)))


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def _csrf(session_id: str) -> str:
    """Bound to the session and useless without it: whoever can compute it already holds the id."""
    return hmac.new(session_id.encode(), b"homefield csrf", hashlib.sha256).hexdigest()
