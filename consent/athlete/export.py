"""The file by which an athlete checks without us that no own entry is missing: openings, proofs and the own tag key.

Whoever holds it finds all entries about the athlete, now and later, and reads those in it: it is private.
"""

from sqlmodel import col, select

from audit.errors import MalformedProof
from audit.tlog import merkle
from audit.verification.athlete_export import AthleteExport, OwnEntry, own_entry, write_export
from consent.athlete.own_reading import check_own
from consent.storage.audit_keys import AuditKeys
from consent.storage.rows import DataKeyRow, LogDetailRow
from consent.storage.sealing import OwnerKeys
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId


def of_athlete(tx: Transaction, athlete: AthleteId) -> bytes:
    """Return the file with every entry of the athlete; raises NotFound, or KeyDestroyed after erasure."""
    check_own(tx, athlete)
    journal = tx.context.journal
    # Read before the entries are listed: everything that it covers is in the file.
    checkpoint = journal.log.checkpoint_text().encode()
    keys = journal.owner_keys(tx.session, athlete)
    # By place, so that neighbours in the log are read from the same files.
    query = select(LogDetailRow).where(col(LogDetailRow.owner) == athlete).order_by(col(LogDetailRow.log_index))
    waiting = {merkle.leaf_hash(leaf): leaf for leaf in journal.log.pending_leaves()}
    audit_keys = journal.audit_keys(tx.session)
    found = [_entry(tx, keys, audit_keys, row, waiting) for row in tx.session.exec(query).all()]
    entries = sorted((entry for entry in found if entry is not None), key=lambda entry: entry.number)
    own = AthleteExport(
        origin=tx.context.log_origin,
        policy=tx.context.trust.text,
        tag_key=keys.tags,
        total=tx.session.get_one(DataKeyRow, athlete).counter,
        checkpoint=checkpoint,
        entries=tuple(entries),
    )
    return write_export(own)


def _entry(
    tx: Transaction, keys: OwnerKeys, audit_keys: AuditKeys, row: LogDetailRow, waiting: dict[bytes, bytes]
) -> OwnEntry | None:
    """Return one entry; None if the log does not have it, which leaves the gap for everybody to see."""
    journal = tx.context.journal
    kept = journal.open_entry(tx.session, keys, row, audit_keys=audit_keys)
    number = row.number or 0
    if row.leaf_hash in waiting:
        leaf = waiting[row.leaf_hash]
        return own_entry(number, leaf, None, kept.opening(leaf))
    index = journal.log.index_of(row.leaf_hash)
    if index is None:
        return None
    try:
        leaf = journal.log.leaf(index)
        return own_entry(number, leaf, journal.log.proof_text(index), kept.opening(leaf))
    except MalformedProof:
        return None
