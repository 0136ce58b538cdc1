"""One-time sign-in codes: the union's issuer gives an athlete a short code that opens one session, for a short time.

The database holds a keyed hash only. A code has 59 random bits and lives for minutes, so guessing is hopeless.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from consent.errors import NotFound, SignInRefused
from consent.storage.rows import DataKeyRow, MemberRow, SignInCodeRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId

CODE_LIFE = timedelta(minutes=30)  # ours: from the issuer to the phone
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0, o, 1, l, i: codes are read aloud
LENGTH = 12


def create(session: Session, athlete: AthleteId, *, key: bytes, now: datetime) -> tuple[str, datetime]:
    """Return a new code ("abcd-efgh-jkmn") and when it ends; earlier codes of the athlete end now.

    It works beside a running service and needs no log entry: a code opens nothing by itself, and its use
    is logged. Raises NotFound for no such athlete, and for one whose record was erased.
    """
    keys = session.get(DataKeyRow, athlete)
    if session.get(MemberRow, athlete) is None or keys is None or keys.wrapped is None:
        raise NotFound("expected an athlete who is enrolled here")
    code, expires = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)), now + CODE_LIFE
    session.exec(delete(SignInCodeRow).where(col(SignInCodeRow.athlete) == athlete))
    session.add(SignInCodeRow(digest=_digest(key, code), athlete=athlete, expires=expires))
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4)), expires


def redeem(tx: Transaction, code: str) -> AthleteId:
    """Spend a code; raises SignInRefused if it is unknown, spent or over, without saying which."""
    plain = "".join(c for c in code.lower() if c in ALPHABET)
    row = tx.session.get(SignInCodeRow, _digest(tx.context.keys.codes, plain)) if len(plain) == LENGTH else None
    if row is None or tx.now >= row.expires:
        raise SignInRefused("this code does not open a session")
    athlete = AthleteId(row.athlete)
    tx.session.delete(row)
    return athlete


def _digest(key: bytes, code: str) -> str:
    return hmac.digest(key, code.encode(), hashlib.sha256).hex()
