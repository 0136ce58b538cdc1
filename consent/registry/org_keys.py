"""Which public keys of an organisation count now: its present one, and former ones until their overlap ends.

A key that has stopped to count never comes back, for no organisation: whoever may hold it by then could sign.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from consent.errors import Conflict
from consent.registry.values import FormerKey
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.rows import FormerKeyRow, OrgRow
from consent.storage.transaction import Transaction
from policies.signing import VerifyKey
from policies.vocabulary import OrgId

_PRESENT = ColumnStatement(
    select(col(OrgRow.org_id), col(OrgRow.name), col(OrgRow.kind), col(OrgRow.key)).where(
        col(OrgRow.key_id) == bindparam("key_id")
    )
)


def counting(tx: Transaction, key_id: str) -> tuple[OrgRow | ColumnRow, VerifyKey] | None:
    """Return whose key this is and the key itself if it counts now; None otherwise, alike for every reason."""
    present = tx.rows(_PRESENT, key_id=key_id)
    if present and present[0].key is not None:
        return present[0], VerifyKey.from_text(present[0].key)
    former = tx.session.get(FormerKeyRow, key_id)
    if former is None or former.until <= tx.now:
        return None
    return tx.session.get_one(OrgRow, former.org_id), VerifyKey.from_text(former.key)


def all_counting(tx: Transaction, org: OrgId) -> list[VerifyKey]:
    """Return every key of one organisation that counts now, the present one first."""
    row = tx.session.get(OrgRow, org)
    present = [VerifyKey.from_text(row.key)] if row is not None and row.key else []
    return present + [VerifyKey.from_text(former.key) for former in _rows(tx, org) if former.until > tx.now]


def former(tx: Transaction, org: OrgId) -> tuple[FormerKey, ...]:
    """Return the former keys of one organisation, the one that counts longest first."""
    return tuple(FormerKey(row.key_id, row.until) for row in _rows(tx, org))


def replace(tx: Transaction, row: OrgRow, key: VerifyKey | None, *, former_until: datetime) -> None:
    """Make `key` the present one; the one before counts until `former_until`, and for no moment longer.

    Raises Conflict for a key that another organisation has, or that was anybody's before.
    """
    if key is not None and key.text == row.key:
        return
    if key is not None and _is_known(tx, key):
        raise Conflict("expected a new key; this one is another organisation's, or it stopped to count before")
    if row.key is not None and row.key_id is not None:
        tx.session.add(FormerKeyRow(key_id=row.key_id, org_id=row.org_id, key=row.key, until=former_until))
    row.key, row.key_id = (key.text, key.key_id) if key is not None else (None, None)
    tx.session.add(row)
    tx.session.flush()


def end_overlap(tx: Transaction, org: OrgId, key_id: str) -> None:
    """End one former key before its time; raises Conflict for the present key, or one that has ended already."""
    found = next((row for row in _rows(tx, org) if row.key_id == key_id), None)
    if found is None or found.until <= tx.now:
        raise Conflict(
            f"expected a former key of {org} that still counts, got {key_id}; `homefield-consent org list` shows them, "
            "the present key is replaced with `org add-key`, or ended with `org revoke`"
        )
    found.until = tx.now


def end_all(tx: Transaction, row: OrgRow) -> bool:
    """End every key of an organisation now; returns False if none counted."""
    counted = [former for former in _rows(tx, OrgId(row.org_id)) if former.until > tx.now]
    had_key = row.key is not None
    replace(tx, row, None, former_until=tx.now)
    for one in counted:
        one.until = tx.now
    return had_key or bool(counted)


def _is_known(tx: Transaction, key: VerifyKey) -> bool:
    present = tx.session.exec(select(OrgRow.org_id).where(col(OrgRow.key_id) == key.key_id)).first()
    return present is not None or tx.session.get(FormerKeyRow, key.key_id) is not None


def _rows(tx: Transaction, org: OrgId) -> Sequence[FormerKeyRow]:
    query = select(FormerKeyRow).where(col(FormerKeyRow.org_id) == org)
    return tx.session.exec(query.order_by(col(FormerKeyRow.until).desc(), col(FormerKeyRow.key_id))).all()
