"""The sealed details of old entries end: both parts with their secrets, of every entry of a day alike.

What stays is the public leaf and the row's place, so that the log verifies, an athlete's numbers stay whole, and a tag
still proves whose entry it is to its athlete alone. All rows before one place in the log end together, whoever they
are about: athletes, dummies, the erased and organisations look the same before and after.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import CursorResult, update
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from audit.entries.events import parse_leaf
from consent.storage.kept_entry import ENDED
from consent.storage.rows import LogDetailRow
from consent.storage.transaction import Transaction

AT_ONCE: Final = 1_000  # ours: rows of one transaction, so that a withdrawal waits for milliseconds
LONGEST_WAIT: Final = timedelta(days=1)
"""An entry waits at most a day for its publication, which shuffles it with those of the next day."""


@dataclass(frozen=True, slots=True)
class RetentionPreview:
    """What ends by a setting. kept: entries with details. ends: how many of them end now. before: by this day."""

    keep_days: int
    before: date
    kept: int
    ends: int


def preview(tx: Transaction, keep_days: int) -> RetentionPreview:
    """Return what would end now; nothing is changed."""
    return RetentionPreview(
        keep_days,
        _last_day(tx, keep_days),
        _count(tx, _with_details()),
        _count(tx, _ending(_first_kept(tx, keep_days))),
    )


def end_some(tx: Transaction, keep_days: int) -> int:
    """End the details of at most `AT_ONCE` entries that are older; returns how many. 0: nothing is left to end."""
    tx.without_entry("details end by the service's own setting; the entries stay in the log")
    hashes = _ending(_first_kept(tx, keep_days)).limit(AT_ONCE)
    rows = col(LogDetailRow.leaf_hash).in_(tx.session.exec(hashes).all())
    ended = update(LogDetailRow).where(rows).values(sealed=ENDED, org=None, org_sealed=None, digests=None)
    result = tx.session.connection().execute(ended)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _last_day(tx: Transaction, keep_days: int) -> date:
    return (tx.now - timedelta(days=keep_days)).date() - LONGEST_WAIT


def _first_kept(tx: Transaction, keep_days: int) -> int:
    """The first place whose entry is not older. Days rise from publication to publication, and are mixed within one.

    A publication holds entries of two days in a row at most, hence the day's margin: none ends too early.
    """
    log, last = tx.context.journal.log, _last_day(tx, keep_days)
    low, high = 0, log.size
    while low < high:
        middle = (low + high) // 2
        if parse_leaf(log.leaf(middle)).day < last:
            low = middle + 1
        else:
            high = middle
    return low


def _with_details() -> SelectOfScalar[bytes]:
    return select(LogDetailRow.leaf_hash).where(col(LogDetailRow.sealed) != ENDED)


def _ending(first_kept: int) -> SelectOfScalar[bytes]:
    return _with_details().where(col(LogDetailRow.log_index) < first_kept).order_by(col(LogDetailRow.log_index))


def _count(tx: Transaction, query: SelectOfScalar[bytes]) -> int:
    return int(tx.session.exec(select(func.count()).select_from(query.subquery())).one())
