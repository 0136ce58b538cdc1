"""From what happened to entries of the public log: sealed details, commitment, tag, organisation pseudonym, append.

The log sees a commitment and a tag; the details lie in the database in two parts: what an organisation did, sealed
under its audit key, and to whom and all else, sealed under the key of the athlete it is about. What is recorded
together is one act: a random `event` in the sealed details of all its entries ties them together, for those who can
open them and for nobody else. The log itself shuffles what it publishes.
"""

import itertools
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from audit.entries import commitments
from audit.entries.commitments import KeyedOpening
from audit.entries.details.base import Details
from audit.entries.disclosure import SecretFields, commit
from audit.entries.entry_fields import EntryContext, fields_of, read_fields
from audit.entries.events import Entry, EventKind, parse_leaf
from audit.entries.opened_details import read_opened
from audit.errors import AuditError, LogUnavailable
from audit.tlog import merkle
from consent.errors import KeyDestroyed
from consent.storage.audit_keys import AuditKeys
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.columns import ColumnStatements
from consent.storage.kept_entry import ENDED, KeptEntry
from consent.storage.log_access import AppendingLog
from consent.storage.rows import AuditKeyRow, DataKeyRow, LogDetailRow, OrgRow
from consent.storage.sealed_parts import ORG_PART, OWN_PART, open_part, seal_part, split_digests
from consent.storage.sealing import KEY_SIZE, OwnerKeys
from policies.vocabulary import AthleteId, OrgId

NOBODY = "nobody"
"""Owner of the dummy entries: a squad list line without an account leaves the same trace as any other."""

_KEYS = ColumnStatement(
    select(col(DataKeyRow.owner), col(DataKeyRow.wrapped), col(DataKeyRow.counter))
    .where(col(DataKeyRow.owner).in_(bindparam("owners", expanding=True)))
    .order_by(col(DataKeyRow.owner))
    .with_for_update()
)
_ORGS = ColumnStatement(
    select(col(OrgRow.org_id), col(OrgRow.cover), col(AuditKeyRow.wrapped))
    .outerjoin(AuditKeyRow, col(AuditKeyRow.org_id) == col(OrgRow.org_id))
    .where(col(OrgRow.org_id).in_(bindparam("orgs", expanding=True)))
    .order_by(col(OrgRow.org_id))
)
_COUNTED = ColumnStatement(
    update(DataKeyRow).where(col(DataKeyRow.owner) == bindparam("of")).values(counter=bindparam("next"))
)
_STORED = ColumnStatement(insert(LogDetailRow))

EVENT_SIZE = 16  # bytes; random, so that two acts never share one


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry before it is sealed. owner: whose key seals it; tagged: whether it counts among an athlete's own."""

    org: OrgId
    details: Details
    owner: str
    tagged: bool

    @classmethod
    def about(cls, athlete: AthleteId, org: OrgId, details: Details) -> "Draft":
        """An entry about one athlete, done by `org`."""
        return cls(org, details, athlete, tagged=True)

    @classmethod
    def of_org(cls, org: OrgId, details: Details) -> "Draft":
        """An entry about no athlete."""
        return cls(org, details, f"org:{org}", tagged=False)

    @classmethod
    def dummy(cls, org: OrgId, details: Details) -> "Draft":
        """An entry that looks like one about an athlete who was never asked, for somebody without an account."""
        return cls(org, details, NOBODY, tagged=True)

    @property
    def kind(self) -> EventKind:
        """What kind of event it is."""
        return self.details.kind

    @property
    def subject(self) -> str | None:
        """The athlete it is about; None for a dummy, and for an entry about nobody."""
        return self.owner if self.tagged and self.owner != NOBODY else None


@dataclass(frozen=True, slots=True)
class Appended:
    """One act as it was recorded: its event, 32 hexadecimal digits, and the leaf hashes in the order of the drafts."""

    event: str
    entries: tuple[bytes, ...]


class LogJournal:
    """Seals and appends. One per process: the log has a single writer, and the caller holds the writing lock."""

    def __init__(self, log: AppendingLog, *, wrapping: bytes, policy_hash: Callable[[], str]) -> None:
        self.log = log
        self._wrapping = wrapping
        self._policy_hash = policy_hash

    def record(
        self, columns: ColumnStatements, requests: Sequence[Sequence[Draft]], *, now: datetime, act: int
    ) -> list[Appended]:
        """Append one entry for each draft and store the sealed details; all become durable together.

        requests: each with its drafts, and recorded under an event of its own. act: the running number of it all, one
        above that of the act before it. Raises LogUnavailable; the caller then rolls back and gives no answer.
        """
        record = self._record_of(columns, [draft for request in requests for draft in request], now)
        events = [(secrets.token_hex(EVENT_SIZE), drafts) for drafts in requests]
        prepared = [self._prepare(draft, event, record) for event, drafts in events for draft in drafts]
        columns.change(_COUNTED, [{"of": one.owner, "next": one.counter} for one in record.changed])
        try:
            leaves = [entry.leaf() for entry, _ in prepared]
            placed = self.log.append_many(leaves, act=act)
        except (AuditError, OSError) as error:
            raise LogUnavailable("the log could not record this; there is no answer without it") from error
        rows = zip(placed, leaves, prepared, strict=True)
        stored = [{**row, "leaf_hash": leaf_hash, "leaf": leaf} for leaf_hash, leaf, (_, row) in rows]
        columns.change(_STORED, stored)
        left = iter(placed)
        return [Appended(event, tuple(itertools.islice(left, len(drafts)))) for event, drafts in events]

    def owner_keys(self, session: Session, owner: str) -> OwnerKeys:
        """Return an owner's keys; raises KeyDestroyed after erasure."""
        row = session.get(DataKeyRow, owner)
        return OwnerKeys.unwrap(row.wrapped if row else None, self._wrapping, owner=owner)

    def is_erased(self, session: Session, owner: str) -> bool:
        """True if the owner had keys once, and they were destroyed."""
        row = session.get(DataKeyRow, owner)
        return row is not None and row.wrapped is None

    def create_keys(self, session: Session, owner: str) -> DataKeyRow:
        """Give a new owner keys of its own."""
        row = DataKeyRow(owner=owner, wrapped=OwnerKeys.generate().wrapped(self._wrapping, owner=owner), counter=0)
        session.add(row)
        return row

    def audit_keys(self, session: Session) -> AuditKeys:
        """Return the audit keys, for whoever opens many entries in one transaction."""
        return AuditKeys(ColumnStatements.beside(session), self._wrapping)

    def open_entry(
        self, session: Session, keys: OwnerKeys, row: LogDetailRow, *, audit_keys: AuditKeys | None = None
    ) -> KeptEntry:
        """Return one entry with everything that is known of it; raises KeyDestroyed if a key does not fit."""
        if row.sealed == ENDED and row.log_index is not None:
            return KeptEntry.ended(self.log.leaf(row.log_index), row.number)
        if row.digests is None:
            stored = keys.open(row.sealed, about=_about(row.owner, row.number))
            known = KeyedOpening(bytes.fromhex(stored["key"]), stored["details"]) if stored["key"] else None
            return KeptEntry(read_opened(stored["details"]), known)
        digests = split_digests(row.digests)
        org = self.open_org_part(session, row, audit_keys=audit_keys)
        own = open_part(keys.data, row.sealed, OWN_PART, digests, held_by=_about(row.owner, row.number))
        return KeptEntry(read_fields(org, own), (org, own), digests)

    def open_org_part(
        self, session: Session, row: LogDetailRow, *, audit_keys: AuditKeys | None = None
    ) -> SecretFields:
        """Return the eight fields that say what an organisation did; raises KeyDestroyed where none were kept.

        They open alike whether the entry is an athlete's, a dummy, or of an athlete who is erased.
        """
        if row.org is None or row.org_sealed is None or row.digests is None:
            raise KeyDestroyed("this entry does not open by field")
        key = (audit_keys or self.audit_keys(session)).of(row.org)
        return open_part(key, row.org_sealed, ORG_PART, split_digests(row.digests), held_by=_done_by(row.org))

    def note_unknown(
        self, session: Session, leaf: bytes, index: int | None, owner: str, number: int | None, now: datetime
    ) -> None:
        """Store that an entry stands in the log whose transaction never committed: what came of it is not known."""
        keys = self.owner_keys(session, owner)
        details = {"kind": parse_leaf(leaf).kind.value, "at": now.isoformat(), "number": number, "outcome": "unknown"}
        sealed = keys.seal({"key": "", "details": details}, about=_about(owner, number))
        waits = leaf if index is None else None
        leaf_hash = merkle.leaf_hash(leaf)
        session.add(
            LogDetailRow(leaf_hash=leaf_hash, log_index=index, owner=owner, number=number, sealed=sealed, leaf=waits)
        )

    def _record_of(self, columns: ColumnStatements, drafts: Sequence[Draft], now: datetime) -> "_Record":
        audit_keys, pseudonyms = AuditKeys(columns, self._wrapping), dict[str, str]()
        for org, cover, wrapped in columns.rows(_ORGS, orgs=sorted({draft.org for draft in drafts})):
            audit_keys.hold_or_create(org, wrapped)
            pseudonyms[org] = cover
        owners = self._owners(columns, {draft.owner for draft in drafts})
        return _Record(now, self._policy_hash(), audit_keys, owners, pseudonyms)

    def _owners(self, columns: ColumnStatements, wanted: set[str]) -> dict[str, "_Owner"]:
        """Lock the keys of these owners, whom it gives some if they have none, and return them."""
        known = sorted(wanted | {NOBODY})
        stored = {row.owner: row for row in columns.rows(_KEYS, owners=known)}
        if missing := [owner for owner in known if owner not in stored]:
            for owner in missing:
                self.create_keys(columns.session, owner)
            stored = {row.owner: row for row in columns.rows(_KEYS, owners=known)}
        # After erasure an entry about that athlete looks in the log like any other, under a tag of nobody's.
        used = {owner: owner if stored[owner].wrapped is not None else NOBODY for owner in wanted}
        keys = {owner: self._owner(stored[owner]) for owner in used.values()}
        return {owner: keys[used[owner]] for owner in wanted}

    def _owner(self, row: ColumnRow) -> "_Owner":
        return _Owner(row.owner, OwnerKeys.unwrap(row.wrapped, self._wrapping, owner=row.owner), row.counter)

    def _prepare(self, draft: Draft, event: str, record: "_Record") -> tuple[Entry, dict[str, Any]]:
        """Return the public entry and the row of its sealed details, which its leaf hash still has to be added to."""
        owner = record.owners[draft.owner]
        number, tag = None, b""
        if draft.tagged:
            number = owner.next_number()
            tag = commitments.tag(owner.keys.tags, number)
        org, own = fields_of(draft.details, EntryContext(draft.org, draft.subject, event, number, record.now))
        commitment, digests = commit(org, own)
        entry = Entry(draft.kind, record.pseudonyms[draft.org], record.now.date(), record.policy_hash, commitment, tag)
        # After erasure nobody opens subject and rest: under nobody's key, which lives on, they could name the athlete.
        key = owner.keys.data if owner.owner == draft.owner else secrets.token_bytes(KEY_SIZE)
        if owner.owner == NOBODY:
            number = None  # so that the row looks like one of an athlete who is erased
        return entry, {
            "owner": owner.owner,
            "number": number,
            "sealed": seal_part(key, own, commitment, held_by=_about(owner.owner, number)),
            "org": draft.org,
            "org_sealed": seal_part(record.audit_keys.of(draft.org), org, commitment, held_by=_done_by(draft.org)),
            "digests": b"".join(digests),
        }


@dataclass(slots=True)
class _Owner:
    """Whose key seals an entry, with the keys and the number of the next entry, as of this transaction."""

    owner: str
    keys: OwnerKeys
    counter: int
    is_changed: bool = False

    def next_number(self) -> int:
        self.counter, self.is_changed = self.counter + 1, True
        return self.counter - 1


@dataclass(frozen=True, slots=True)
class _Record:
    """What all entries of one transaction have in common."""

    now: datetime
    policy_hash: str
    audit_keys: AuditKeys
    owners: Mapping[str, _Owner]
    pseudonyms: Mapping[str, str]

    @property
    def changed(self) -> list[_Owner]:
        """The owners whose next entry has another number now, each once."""
        return list({one.owner: one for one in self.owners.values() if one.is_changed}.values())


def _about(owner: str, number: int | None) -> str:
    return f"log entry of {owner} number {'none' if number is None else number}"


def _done_by(org: str) -> str:
    return f"log entry of what {org} did"
