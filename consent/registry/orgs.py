"""Registered organisations and the keys that sign their requests."""

from sqlalchemy import bindparam
from sqlmodel import col, select

from audit.entries.details.codes import OrganisationType
from audit.entries.details.organisations import OrganisationRegistered
from audit.entries.pseudonyms import pseudonym
from consent.errors import Conflict, NotAllowed, NotFound
from consent.registry import org_keys
from consent.registry.values import Org, OrgKind
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.log_journal import Draft
from consent.storage.rows import OrgRow
from consent.storage.transaction import Transaction
from policies.signing import VerifyKey
from policies.vocabulary import OrgId

_ORG = ColumnStatement(
    select(col(OrgRow.org_id), col(OrgRow.name), col(OrgRow.kind), col(OrgRow.key)).where(
        col(OrgRow.org_id) == bindparam("org")
    )
)


def add(tx: Transaction, org_id: OrgId, *, name: str, kind: OrgKind, key: VerifyKey | None) -> Org:
    """Register an organisation, or change its name and key at once; the same again changes nothing.

    Raises Conflict for another kind, or for a key that another organisation has or that stopped to count.
    """
    row = tx.session.get(OrgRow, org_id)
    if row is not None and (row.name, row.kind, row.key) == (name, kind.value, key.text if key else None):
        tx.without_entry("registered already, nothing changes")
        return of_row(row)
    org, registered = write(tx, org_id, name=name, kind=kind, key=key)
    tx.append([registered])
    return org


def write(tx: Transaction, org_id: OrgId, *, name: str, kind: OrgKind, key: VerifyKey | None) -> tuple[Org, Draft]:
    """Do what `add` does for something new, and return the entry that the caller appends."""
    row = tx.session.get(OrgRow, org_id)
    if row is not None and row.kind != kind.value:
        kinds = f"expected {row.kind}, the kind under which {org_id} is registered, got {kind.value}"
        raise Conflict(f"{kinds}; `homefield-consent org list` shows them")
    if row is None:
        row = OrgRow(org_id=org_id, name=name, kind=kind.value, cover=_new_cover(tx, org_id))
        tx.session.add(row)
        tx.session.flush()
    row.name = name
    org_keys.replace(tx, row, key, former_until=tx.now)
    details = OrganisationRegistered(organisation_type=OrganisationType(kind.value), key_id=row.key_id)
    return of_row(row), Draft.of_org(org_id, details)


def get(tx: Transaction, org_id: OrgId) -> Org:
    """Return one organisation; raises NotFound."""
    found = tx.rows(_ORG, org=org_id)
    if not found:
        raise not_registered(org_id)
    return of_row(found[0])


def not_registered(org_id: OrgId) -> NotFound:
    """Return the refusal of an id that is no organisation's; it says which was asked for, and where they are listed."""
    return NotFound(f"expected a registered organisation, got {org_id}; `homefield-consent org list` shows them")


def every(tx: Transaction) -> list[Org]:
    """Return every organisation, by identifier."""
    return [of_row(row) for row in tx.session.exec(select(OrgRow).order_by(col(OrgRow.org_id))).all()]


def signer(tx: Transaction, key_id: str) -> tuple[Org, VerifyKey] | None:
    """Return the organisation that signs with this key now, and the key; None for one that does not count."""
    found = org_keys.counting(tx, key_id)
    return None if found is None else (of_row(found[0]), found[1])


def of_kind(tx: Transaction, kind: OrgKind) -> list[Org]:
    """Return the organisations of one kind, by identifier."""
    return [org for org in every(tx) if org.kind is kind]


def of_row(row: OrgRow | ColumnRow) -> Org:
    """The stored organisation as a value."""
    key = VerifyKey.from_text(row.key) if row.key else None
    return Org(OrgId(row.org_id), row.name, OrgKind(row.kind), key)


def require(tx: Transaction, org_id: OrgId, *kinds: OrgKind) -> Org:
    """Return the organisation if it is of one of `kinds`; raises NotAllowed otherwise."""
    org = get(tx, org_id)
    if org.kind not in kinds:
        raise NotAllowed("this is not for organisations of your kind")
    return org


def _new_cover(tx: Transaction, org_id: OrgId) -> str:
    taken = set(tx.session.exec(select(OrgRow.cover)).all())
    return pseudonym(org_id, tx.context.keys.cover, taken=taken)
