"""From what happened to an entry of the public log: sealed details, commitment, tag, cover name, append.

The log sees a commitment and a tag; the details lie in the database, sealed under the key of the
athlete they are about. Entries of a batch are shuffled, so that their order says nothing.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session, col, func, select

from audit import commitments
from audit.errors import AuditError, LogCorrupt, LogUnavailable
from audit.events import Entry, EventKind, parse_leaf
from consent.rows import DataKeyRow, LogDetailRow, OrgRow
from consent.sealing import OwnerKeys
from consent.views import Member
from policies.vocabulary import AthleteId, OrgId

NOBODY = "nobody"
"""Owner of the decoy entries: a squad list line without an account leaves the same trace as any other."""


class AppendingLog(Protocol):
    """What the journal needs of `audit.log.Log`."""

    @property
    def size(self) -> int:
        """Number of entries."""
        ...

    def append_many(self, leaves: Sequence[bytes]) -> list[int]:
        """Append durably and return the indices; raises LogUnavailable."""
        ...

    def leaf(self, index: int) -> bytes:
        """Return one leaf."""
        ...

    def proof_text(self, index: int) -> str:
        """Return the .tlog-proof file of one entry."""
        ...


class ClosedLog:
    """The log as seen by a second process, which may read the database but never append."""

    size = 0

    def append_many(self, leaves: Sequence[bytes]) -> list[int]:
        """Refuse."""
        raise LogUnavailable("this program may not write the log; the running service does")

    def leaf(self, index: int) -> bytes:
        """Refuse."""
        raise LogUnavailable("this program does not hold the log")

    def proof_text(self, index: int) -> str:
        """Refuse."""
        raise LogUnavailable("this program does not hold the log")


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry before it is sealed. owner: whose key seals it; tagged: whether it counts among an athlete's own."""

    kind: EventKind
    org: OrgId
    details: Mapping[str, Any]
    owner: str
    tagged: bool

    @classmethod
    def about(cls, athlete: Member | AthleteId, kind: EventKind, org: OrgId, details: Mapping[str, Any]) -> "Draft":
        """An entry about one athlete, done by `org`."""
        return cls(kind, org, details, athlete.athlete if isinstance(athlete, Member) else athlete, tagged=True)

    @classmethod
    def of_org(cls, kind: EventKind, org: OrgId, details: Mapping[str, Any]) -> "Draft":
        """An entry about no athlete."""
        return cls(kind, org, details, f"org:{org}", tagged=False)

    @classmethod
    def decoy(cls, kind: EventKind, org: OrgId, details: Mapping[str, Any]) -> "Draft":
        """An entry that looks like one about an athlete, for a squad list line without an account."""
        return cls(kind, org, details, NOBODY, tagged=True)


class Journal:
    """Seals and appends. One per process: the log has a single writer, and the caller holds the writing lock."""

    def __init__(self, log: AppendingLog, *, wrapping: bytes, policy_hash: Callable[[], str]) -> None:
        self.log = log
        self._wrapping = wrapping
        self._policy_hash = policy_hash

    def record(self, session: Session, drafts: Sequence[Draft], *, now: datetime) -> list[int]:
        """Append one entry for each draft and store its sealed details; returns their indices in order.

        Raises LogUnavailable; the caller then rolls back and gives no answer.
        """
        rows = self._key_rows(session, {draft.owner for draft in drafts} | {NOBODY})
        covers = {row.org_id: row.cover for row in session.exec(select(OrgRow)).all()}
        prepared = [self._prepare(draft, rows[draft.owner], covers, now) for draft in drafts]
        order = list(range(len(drafts)))
        secrets.SystemRandom().shuffle(order)
        try:
            placed = self.log.append_many([prepared[i][0].leaf() for i in order])
        except (AuditError, OSError) as error:
            raise LogUnavailable("the log could not record this; there is no answer without it") from error
        indices = [0] * len(drafts)
        for i, index in zip(order, placed, strict=True):
            indices[i] = index
            _, detail = prepared[i]
            detail.log_index = index
            session.add(detail)
        return indices

    def owner_keys(self, session: Session, owner: str) -> OwnerKeys:
        """Return an owner's keys; raises KeyDestroyed after erasure."""
        row = session.get(DataKeyRow, owner)
        return OwnerKeys.unwrap(row.wrapped if row else None, self._wrapping, owner=owner)

    def create_keys(self, session: Session, owner: str) -> DataKeyRow:
        """Give a new owner keys of its own."""
        row = DataKeyRow(owner=owner, wrapped=OwnerKeys.generate().wrapped(self._wrapping, owner=owner), counter=0)
        session.add(row)
        return row

    def open_detail(self, keys: OwnerKeys, detail: LogDetailRow) -> dict[str, Any]:
        """Return the commitment key ("key") and the details ("details") behind one entry."""
        return keys.open(detail.sealed, about=_about(detail.owner, detail.number))

    def reconcile(self, session: Session, *, now: datetime) -> int:
        """Take note of entries whose transaction never committed; returns how many there were.

        A crash between append and commit leaves an entry without effect. Its number must not be used
        again, or the athlete would find one tag twice; its outcome is recorded as unknown.
        Raises LogCorrupt if the log is shorter than the database knows.
        """
        newest = session.exec(select(func.max(LogDetailRow.log_index))).one()
        known = 0 if newest is None else newest + 1
        size = self.log.size
        if size < known:
            raise LogCorrupt(f"expected at least {known} entries in the log, found {size}")
        self._adopt(session, {index: parse_leaf(self.log.leaf(index)) for index in range(known, size)}, now)
        return size - known

    def _key_rows(self, session: Session, owners: set[str]) -> dict[str, DataKeyRow]:
        wanted = select(DataKeyRow).where(col(DataKeyRow.owner).in_(sorted(owners))).order_by(col(DataKeyRow.owner))
        rows = {row.owner: row for row in session.exec(wanted.with_for_update()).all()}
        for owner in sorted(owners - set(rows)):
            rows[owner] = self.create_keys(session, owner)
        # After erasure an entry about that athlete can be opened by nobody, and looks like any other.
        return {owner: row if row.wrapped is not None else rows[NOBODY] for owner, row in rows.items()}

    def _prepare(
        self, draft: Draft, row: DataKeyRow, covers: Mapping[str, str], now: datetime
    ) -> tuple[Entry, LogDetailRow]:
        keys = OwnerKeys.unwrap(row.wrapped, self._wrapping, owner=row.owner)
        number, tag = None, b""
        if draft.tagged:
            number = row.counter
            row.counter += 1
            tag = commitments.tag(keys.tags, number)
        details = {**draft.details, "kind": draft.kind.value, "org": draft.org, "at": now.isoformat(), "number": number}
        key = commitments.new_key()
        entry = Entry(
            draft.kind, covers[draft.org], now.date(), self._policy_hash(), commitments.commit(key, details), tag
        )
        sealed = keys.seal({"key": key.hex(), "details": details}, about=_about(row.owner, number))
        return entry, LogDetailRow(log_index=-1, owner=row.owner, number=number, sealed=sealed)

    def _adopt(self, session: Session, orphans: Mapping[int, Entry], now: datetime) -> None:
        """Number the orphans by their tags; what matches nobody (an owner that never came to be) is nobody's."""
        by_tag = {entry.tag: index for index, entry in orphans.items() if entry.tag}
        placed: set[int] = set()
        for row in session.exec(select(DataKeyRow)).all() if by_tag else ():
            if row.wrapped is None:
                continue
            keys = OwnerKeys.unwrap(row.wrapped, self._wrapping, owner=row.owner)
            numbers = range(row.counter, row.counter + len(by_tag))
            own = {n: by_tag[t] for n in numbers if (t := commitments.tag(keys.tags, n)) in by_tag}
            for number, index in own.items():
                self._note_unknown(session, orphans[index], index, row.owner, keys, number, now)
            row.counter = max(own, default=row.counter - 1) + 1
            placed.update(own.values())
        nobody = session.get(DataKeyRow, NOBODY) or self.create_keys(session, NOBODY)
        keys = OwnerKeys.unwrap(nobody.wrapped, self._wrapping, owner=NOBODY)
        for index in sorted(set(orphans) - placed):
            self._note_unknown(session, orphans[index], index, NOBODY, keys, None, now)

    def _note_unknown(
        self,
        session: Session,
        entry: Entry,
        index: int,
        owner: str,
        keys: OwnerKeys,
        number: int | None,
        now: datetime,
    ) -> None:
        details = {"kind": entry.kind.value, "at": now.isoformat(), "number": number, "outcome": "unknown"}
        sealed = keys.seal({"key": "", "details": details}, about=_about(owner, number))
        session.add(LogDetailRow(log_index=index, owner=owner, number=number, sealed=sealed))


def _about(owner: str, number: int | None) -> str:
    return f"log entry of {owner} number {'none' if number is None else number}"
