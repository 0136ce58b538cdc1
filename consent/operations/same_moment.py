"""Refuses to start with a database, a log and a log state that are not of one moment.

Consents, spent budgets and erasures stand in the database. An older one beside a newer log would revive what was
withdrawn, give spent budget out again and know athletes who were erased.
"""

from audit.errors import LogCorrupt
from audit.writer.log import Log
from consent.errors import StoreUnavailable
from consent.registry import orgs
from consent.storage.reconcile import PROGRESS
from consent.storage.rows import LogProgressRow
from consent.storage.transaction import Transactions

MOST_AT_FIRST = 2  # entries that a first start makes, and leaves behind if it was cut off
IN_FLIGHT = 1  # one writer: a crash leaves at most one act that the log has and the database has not
RECOVER = "put the newest ones back together, or run `homefield-consent recover` on this folder"


def refuse_other_moments(transactions: Transactions, log: Log) -> None:
    """Return if database, log and log state can be of one moment; raises StoreUnavailable or LogCorrupt.

    A log of an earlier version has no act numbers yet; then only an empty database and a missing state are seen.
    """
    with transactions.read() as tx:
        known, is_empty = tx.session.get_one(LogProgressRow, PROGRESS).act, not orgs.every(tx)
    if is_empty and (log.size or log.pending > MOST_AT_FIRST):
        held = f"{log.size + log.pending:,} entries"
        raise StoreUnavailable(f"the database is empty although the log holds {held}; put it back from a backup")
    if log.is_state_missing:
        raise LogCorrupt(f"the log's private state is missing beside its {log.size:,} entries; {RECOVER}")
    if log.act and log.act > known + IN_FLIGHT:
        raise StoreUnavailable(
            f"the database is older than its log: it knows of {known:,} acts, the log holds {log.act:,}; {RECOVER}"
        )
    if known > log.act:
        raise LogCorrupt(
            f"the log is older than its database: it holds {log.act:,} acts, the database knows of {known:,}; {RECOVER}"
        )
