"""What opens a report for everybody: of a registered model, whose record is public and is to be found in the log.

The opening shows who reported it and what; the salted digests of the other fields stay. A report about anything else
stays sealed: it tells of people, or of what a club does.
"""

from audit.entries.disclosure import Opening, open_fields
from audit.entries.events import EventKind, parse_leaf
from consent.errors import NotFound
from consent.storage.rows import LogDetailRow
from consent.storage.transaction import Transaction

PUBLIC_REPORTS = frozenset({EventKind.MODEL_REGISTERED})
SHOWN = ("organisation", "rest")


def opening_of(tx: Transaction, leaf_hash: bytes) -> Opening:
    """Return what opens a public report, by the hash of its leaf.

    Raises NotFound for an entry that is none, or whose details have ended.
    """
    journal, row = tx.context.journal, tx.session.get(LogDetailRow, leaf_hash)
    index = None if row is None else journal.log.index_of(leaf_hash)
    leaf = row.leaf if row is not None and index is None else None if index is None else journal.log.leaf(index)
    if row is None or leaf is None or parse_leaf(leaf).kind not in PUBLIC_REPORTS:
        raise NotFound("there is no such public report")
    kept = journal.open_entry(tx.session, journal.owner_keys(tx.session, row.owner), row)
    if not isinstance(kept.known, tuple):
        raise NotFound("the details of this report have ended")
    return open_fields(SHOWN, kept.known, digests=kept.digests, leaf=leaf)
