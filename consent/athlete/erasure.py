"""Erasure of one athlete's record: what the keys sealed can never be opened again, and the log still verifies.

What stays: the name on the club's public squad list, the signed chain of the athlete's decisions (evidence that the law
asks for), and the privacy ledger, because a budget that could be erased could be spent twice. None of it says any more
which entries of the public log were about the athlete; only that some were about somebody whose record is erased.
"""

import secrets

from sqlmodel import col, delete, select

from audit.entries.details.athletes import RecordErased
from audit.entries.details.codes import ChoiceMethod
from consent.athlete import change_consent
from consent.errors import Conflict
from consent.grants.values import ConsentMethod
from consent.ledger.refunds import refund_withdrawn
from consent.registry import members
from consent.storage.log_journal import NOBODY, Draft
from consent.storage.notice_rows import NoticeAnswerRow
from consent.storage.rows import DataKeyRow, LogDetailRow, ReceiptRow, SessionRow, SignInCodeRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId


def erase(tx: Transaction, athlete: AthleteId) -> None:
    """End everything that is shared, record the erasure, then destroy the athlete's keys and what points to entries.

    Raises NotFound, or Conflict if it was done before. The entry is sealed under the very keys that end here: only who
    kept the own tag key can still find it.
    """
    members.locked_one(tx, athlete, even_erased=True)
    if tx.context.journal.is_erased(tx.session, athlete):
        raise Conflict("this athlete's record is erased already")
    tx.append(end(tx, athlete))
    destroy(tx, athlete)


def end(tx: Transaction, athlete: AthleteId) -> list[Draft]:
    """End everything that is shared; returns what the caller, who holds the lock, appends before it destroys."""
    row = members.locked_one(tx, athlete, even_erased=True)
    ended = change_consent.end_where(tx, athlete, recipient=None, method=ConsentMethod.ISSUER)
    row.epoch += 1
    refund_withdrawn(tx, athlete)
    details = RecordErased(stopped=len(ended), method=ChoiceMethod.ISSUER, epoch=row.epoch)
    return [Draft.about(athlete, tx.union, details)]


def destroy(tx: Transaction, athlete: AthleteId) -> None:
    """Destroy the athlete's keys and what points to entries."""
    tx.session.get_one(DataKeyRow, athlete).wrapped = None
    for detail in tx.session.exec(select(LogDetailRow).where(col(LogDetailRow.owner) == athlete)).all():
        # Of the same length, so that such a row looks like a dummy's.
        detail.owner, detail.number, detail.sealed = NOBODY, None, secrets.token_bytes(len(detail.sealed))
    tx.session.flush()
    for rows in (ReceiptRow, SessionRow, SignInCodeRow, NoticeAnswerRow):
        tx.session.exec(delete(rows).where(col(rows.athlete) == athlete))
