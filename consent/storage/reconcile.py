"""Where entries stand: notes the place of what has been published, and takes note of entries without a transaction.

A crash between append and commit leaves an entry without effect. Its number must not be used again, or the athlete
would find one tag twice; its outcome is recorded as unknown. Heartbeats are the log's own and belong to nobody.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from audit.entries import commitments
from audit.entries.events import Entry, EventKind, parse_leaf
from audit.errors import LogCorrupt
from audit.tlog import merkle
from consent.storage.log_journal import NOBODY, LogJournal
from consent.storage.rows import DataKeyRow, LogDetailRow, LogProgressRow

PROGRESS = 1  # the id of the one row
NEWEST_LOG = (
    "put the newest log back, from a mirror if there is one, then run `homefield-consent recover` on this folder"
)
PRIVATE_STATE = "put the newest log and its .state folder back, or run `homefield-consent recover` on this folder"


@dataclass(frozen=True, slots=True)
class UnknownEntry:
    """An entry of the log that no transaction here knows of, in what its public leaf and its tag tell.

    owner: whose tag it carries; "nobody" for a dummy; None for a tag of nobody here, and for none. org: pseudonym.
    """

    owner: str | None
    kind: EventKind
    org: str
    day: date
    is_tagged: bool


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The size up to which all is accounted for, and the entries that were found without a transaction."""

    size: int
    unknown: tuple[UnknownEntry, ...]


def reconcile(
    session: Session, journal: LogJournal, *, now: datetime, with_pending: bool, recovers: bool = False
) -> Reconciled:
    """Bring the database up to what the log holds now.

    The caller holds the writing lock, so that no transaction is between its append and its commit. with_pending: look
    for entries without a transaction among those that wait as well, which is needed after anything went wrong.
    recovers: the log's private state can be lost; what waited in it is appended again, and acts are counted on above
    all that anybody can have recorded. Raises LogCorrupt if the log lacks what the database knows of, or holds an
    entry of it twice, and LogUnavailable.
    """
    # Before the size: what is published in between is then seen twice, and the other way round it would be missed.
    pending = journal.log.pending_leaves() if with_pending else ()
    progress, size = session.get_one(LogProgressRow, PROGRESS), journal.log.size
    if size < progress.settled:
        raise LogCorrupt(
            f"the log is older than its database: it holds {size:,} entries, the database knows the places of "
            f"{progress.settled:,}; {NEWEST_LOG}"
        )
    if with_pending:
        _check_same_history(session, journal, size)
    waiting = set(session.exec(select(LogDetailRow.leaf_hash).where(col(LogDetailRow.log_index).is_(None))).all())
    leaves = {index: journal.log.leaf(index) for index in range(progress.settled, size)}
    places = {merkle.leaf_hash(leaf): index for index, leaf in leaves.items()}
    _place(session, {leaf_hash: index for leaf_hash, index in places.items() if leaf_hash in waiting})
    # Pending ones first: of an entry in both, the place counts.
    orphans: dict[bytes, int | None] = dict.fromkeys(leaf for leaf in pending if merkle.leaf_hash(leaf) not in waiting)
    orphans |= {leaves[places[entry]]: places[entry] for entry in places.keys() - waiting}
    again = _lost_leaves(session, journal, waiting - places.keys(), recovers=recovers) if with_pending else []
    unknown = _adopt(session, journal, orphans, now)
    progress.settled = size
    if with_pending:
        progress.act = _newest_act(progress.act, journal.log.act, len(unknown), recovers=recovers)
    if again:
        journal.log.append_many(again, act=progress.act)
    return Reconciled(size, tuple(unknown))


def _newest_act(known: int, acknowledged: int, unknown: int, *, recovers: bool) -> int:
    """Return the number above which acts go on. unknown: entries, of which an act has one at least."""
    if recovers and acknowledged < known:  # the log's own count is lost
        return known + unknown
    return max(known, acknowledged)


def _place(session: Session, places: Mapping[bytes, int]) -> None:
    """Note these places of entries, which do not wait any more."""
    if places:
        by_hash = update(LogDetailRow).where(col(LogDetailRow.leaf_hash) == bindparam("entry"))
        found = [{"entry": leaf_hash, "place": index} for leaf_hash, index in places.items()]
        session.connection().execute(by_hash.values(log_index=bindparam("place"), leaf=None), found)


def _lost_leaves(session: Session, journal: LogJournal, waiting: set[bytes], *, recovers: bool) -> list[bytes]:
    """Return what was acknowledged and neither waits nor stands in the log, to append it again; raises LogCorrupt."""
    log = journal.log
    # Asked in this order, because an entry may be published in between.
    lost = sorted(one for one in waiting if not log.is_pending(one) and log.index_of(one) is None)
    if lost and not recovers:
        raise LogCorrupt(f"{len(lost):,} acknowledged entries are not in the log; {PRIVATE_STATE}")
    leaves = [leaf for one in lost if (leaf := session.get_one(LogDetailRow, one).leaf) is not None]
    if len(leaves) < len(lost):  # they waited already when a version of before stored them
        missing = len(lost) - len(leaves)
        raise LogCorrupt(
            f"{missing:,} acknowledged entries stand nowhere else than in the log's .state folder; put it back"
        )
    return leaves


def _check_same_history(session: Session, journal: LogJournal, size: int) -> None:
    """Raise LogCorrupt if the newest entry whose place the database knows stands elsewhere in this log."""
    query = select(LogDetailRow).where(col(LogDetailRow.log_index) < size).order_by(col(LogDetailRow.log_index).desc())
    newest = session.exec(query.limit(1)).first()
    if newest is None or newest.log_index is None:
        return
    if merkle.leaf_hash(journal.log.leaf(newest.log_index)) != newest.leaf_hash:
        raise LogCorrupt(
            "the log is another one than its database was written beside, although one key signed both; put back the "
            "log that belongs to it"
        )


def _check_none_repeated(session: Session, orphans: Set[bytes]) -> None:
    """Raise LogCorrupt if an entry whose place is known waits again: it would stand in the log twice."""
    repeated = sum(session.get(LogDetailRow, merkle.leaf_hash(leaf)) is not None for leaf in orphans)
    if repeated:
        raise LogCorrupt(
            f"{repeated:,} entries are in the log and wait for it again: its .state folder is older than the log; "
            "put the right one back, and start without it only if that is gone for good"
        )


def _adopt(
    session: Session, journal: LogJournal, orphans: Mapping[bytes, int | None], now: datetime
) -> list[UnknownEntry]:
    """Number the orphans by their tags; what matches nobody (an owner that never came to be) is nobody's."""
    entries = {leaf: parse_leaf(leaf) for leaf in orphans}
    left = {leaf for leaf, entry in entries.items() if entry.kind is not EventKind.HEARTBEAT}
    _check_none_repeated(session, left)
    unknown: list[UnknownEntry] = []
    by_tag = {entries[leaf].tag: leaf for leaf in left if entries[leaf].tag}
    for row in session.exec(select(DataKeyRow).order_by(col(DataKeyRow.owner))).all() if by_tag else ():
        own = _entries_of_owner(journal, session, row, by_tag)
        for number, leaf in own.items():
            journal.note_unknown(session, leaf, orphans[leaf], row.owner, number, now)
            unknown.append(_unknown(row.owner, entries[leaf]))
        row.counter = max(own, default=row.counter - 1) + 1
        left -= set(own.values())
    if left and session.get(DataKeyRow, NOBODY) is None:
        journal.create_keys(session, NOBODY)
    for leaf in sorted(left):
        journal.note_unknown(session, leaf, orphans[leaf], NOBODY, None, now)
        unknown.append(_unknown(None, entries[leaf]))
    return unknown


def _entries_of_owner(
    journal: LogJournal, session: Session, row: DataKeyRow, by_tag: Mapping[bytes, bytes]
) -> dict[int, bytes]:
    """The leaves of one owner by number: tags are counted up, so that the first number without one is the end."""
    own: dict[int, bytes] = {}
    if row.wrapped is None:
        return own
    keys, number = journal.owner_keys(session, row.owner), row.counter
    while (leaf := by_tag.get(commitments.tag(keys.tags, number))) is not None:
        own[number] = leaf
        number += 1
    return own


def _unknown(owner: str | None, entry: Entry) -> UnknownEntry:
    return UnknownEntry(owner, entry.kind, entry.org, entry.day, bool(entry.tag))
