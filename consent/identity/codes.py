"""One-time sign-in codes: the union's issuer gives an athlete a code that opens one session, for a short time.

The database holds a keyed hash only. Everything here works beside a running service and needs no log entry: a code
opens nothing by itself, and its use is logged.
"""

import hashlib
import hmac
from datetime import datetime

from sqlmodel import Session, col, delete

from chassis.sign_in.codes import OneTimeCodes, StoredCode
from consent.errors import NotFound, SignInRefused
from consent.storage.rows import DataKeyRow, MemberRow, SignInCodeRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId


class AthleteCodes:
    """The codes in the consent database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, code: StoredCode) -> None:
        """Keep a code."""
        self._session.add(SignInCodeRow(digest=code.digest, athlete=code.person, expires=code.expires))

    def find(self, digest: str) -> StoredCode | None:
        """Return the code with this digest."""
        row = self._session.get(SignInCodeRow, digest)
        return None if row is None else StoredCode(row.digest, row.athlete, row.expires)

    def take(self, digest: str) -> bool:
        """Remove a code; True for the one transaction that did."""
        return self._removed(col(SignInCodeRow.digest) == digest) == 1

    def drop_of(self, person: str) -> int:
        """Remove every code of an athlete and return how many there were."""
        return self._removed(col(SignInCodeRow.athlete) == person)

    def drop_expired(self, now: datetime) -> None:
        """Remove the codes that have ended."""
        self._removed(col(SignInCodeRow.expires) <= now)

    def _removed(self, which: object) -> int:
        done = self._session.exec(delete(SignInCodeRow).where(which))  # type: ignore[arg-type]  # a column expression
        return done.rowcount


def codes_of(session: Session, *, key: bytes, now: datetime) -> OneTimeCodes:
    """Return the codes at one moment. key: of the service, so that its codes open nothing elsewhere."""

    def digest(plain: str) -> str:
        return hmac.digest(key, plain.encode(), hashlib.sha256).hex()

    return OneTimeCodes(AthleteCodes(session), digest=digest, clock=lambda: now)


def create(session: Session, athlete: AthleteId, *, key: bytes, now: datetime) -> tuple[str, datetime]:
    """Return a new code ("abcd-efgh-jkmn-pqrs") and when it ends; earlier codes of the athlete end now.

    Raises NotFound for no such athlete, and for one whose record was erased.
    """
    keys = session.get(DataKeyRow, athlete)
    if session.get(MemberRow, athlete) is None or keys is None or keys.wrapped is None:
        raise NotFound("expected an athlete who is enrolled here")
    issued = codes_of(session, key=key, now=now).issue(athlete)
    return issued.code, issued.expires


def redeem(tx: Transaction, code: str) -> AthleteId:
    """Spend a code; raises SignInRefused if it is unknown, spent or over, without saying which."""
    codes = codes_of(tx.session, key=tx.context.keys.codes, now=tx.now)
    found = codes.find(code)
    if found is None or not codes.spend(found):
        raise SignInRefused("this code does not open a session")
    return AthleteId(found.person)
