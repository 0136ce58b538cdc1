"""The athlete's own part of the log: every entry opened, proved against the public log, and counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel import col, select

from audit.entries import commitments
from audit.entries.details.access import Access
from audit.entries.details.athletes import RoundCommitted
from audit.entries.details.base import Details
from audit.entries.details.clubs import SquadRefused
from audit.entries.details_v1 import DetailsV1
from audit.entries.events import EventKind, parse_leaf
from audit.entries.opened_details import OpenedDetails
from consent.athlete.entry_proofs import EntryStatus, Proofs
from consent.athlete.own_reading import check_own
from consent.athlete.reason_words import DETAILS_ENDED, also, because, headline
from consent.athlete.values import AccessEvent, AccessHistory, ProofState
from consent.decisions.outcomes import of_events as outcomes_of
from consent.decisions.values import DeliveryOutcome
from consent.errors import Conflict, NotFound
from consent.registry import orgs
from consent.storage.kept_entry import KeptEntry
from consent.storage.rows import DataKeyRow, LogDetailRow
from consent.storage.sealing import OwnerKeys
from consent.storage.transaction import Transaction
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role


@dataclass(frozen=True, slots=True)
class _Opened:
    """One row with its details opened, and how the log stands to it."""

    row: LogDetailRow
    opened: OpenedDetails
    status: EntryStatus
    is_ended: bool


def of_athlete(tx: Transaction, athlete: AthleteId, *, limit: int | None) -> AccessHistory:
    """Return the entries, newest first, and the counts over all of them.

    limit: at most so many entries; the page of the athlete has none, since any number of refused tries could otherwise
    push a look off it. Raises NotFound, or KeyDestroyed after erasure.
    """
    check_own(tx, athlete)
    opened = _open_all(tx, athlete)
    shown = opened if limit is None else opened[: max(0, limit)]
    names = {org.org_id: org.name for org in orgs.every(tx)}
    outcomes = outcomes_of(tx, [one.opened.event for one in shown if one.opened.event is not None])
    states = Counter(one.status.proof for one in opened)
    return AccessHistory(
        tuple(_look(one, names, outcomes) for one in shown),
        total=_total(tx, athlete, opened),
        proven=states[ProofState.PROVEN],
        waiting=states[ProofState.WAITING],
    )


def _total(tx: Transaction, athlete: AthleteId, opened: Sequence[_Opened]) -> int:
    """Return how many entries there must be: with a lowered counter alone, one gap would still add up."""
    counter = tx.session.get_one(DataKeyRow, athlete).counter
    return max([counter, *((one.row.number or 0) + 1 for one in opened)])


def proof(tx: Transaction, athlete: AthleteId, number: int) -> str:
    """Return the `.tlog-proof` of the athlete's own entry `number` (from 1); raises NotFound, Conflict if it waits."""
    query = select(LogDetailRow).where(col(LogDetailRow.owner) == athlete, col(LogDetailRow.number) == number - 1)
    row = tx.session.exec(query).one_or_none()
    if row is None:
        raise NotFound("expected the number of one of your own entries")
    index = tx.context.journal.log.index_of(row.leaf_hash)
    if index is None:
        raise Conflict("expected an entry that is published; this one waits for the next checkpoint")
    return tx.context.journal.log.proof_text(index)


def status(tx: Transaction, athlete: AthleteId, leaf_hash: bytes) -> EntryStatus:
    """Return how the log stands to one own entry, proved now; raises NotFound for anyone else's."""
    row = tx.session.get(LogDetailRow, leaf_hash)
    if row is None or row.owner != athlete:
        raise NotFound("expected one of your own entries")
    journal = tx.context.journal
    keys = journal.owner_keys(tx.session, athlete)
    kept = journal.open_entry(tx.session, keys, row)
    return _open(Proofs(journal.log, tx.context.trust.policy), kept, keys, row).status


def _open_all(tx: Transaction, athlete: AthleteId) -> list[_Opened]:
    """Open and prove every entry of the athlete, newest first."""
    journal = tx.context.journal
    keys, proofs = journal.owner_keys(tx.session, athlete), Proofs(journal.log, tx.context.trust.policy)
    # By place, so that neighbours in the log are read from the same files.
    query = select(LogDetailRow).where(col(LogDetailRow.owner) == athlete).order_by(col(LogDetailRow.log_index))
    rows, audit_keys = tx.session.exec(query).all(), journal.audit_keys(tx.session)
    kept = (journal.open_entry(tx.session, keys, row, audit_keys=audit_keys) for row in rows)
    opened = [_open(proofs, entry, keys, row) for entry, row in zip(kept, rows, strict=True)]
    return sorted(opened, key=lambda one: one.row.number or 0, reverse=True)


def _open(proofs: Proofs, kept: KeptEntry, keys: OwnerKeys, row: LogDetailRow) -> _Opened:
    is_own = partial(_is_own, keys, row, kept)
    return _Opened(row, kept.opened, proofs.of(row.leaf_hash, row.log_index, is_own), kept.is_ended)


def _is_own(keys: OwnerKeys, row: LogDetailRow, kept: KeptEntry, leaf: bytes) -> bool:
    """True if the leaf holds the athlete's own tag for this number, and commits to exactly these details."""
    if row.number is None:
        return False
    entry = parse_leaf(leaf)
    kept.verify(entry)
    return entry.tag == commitments.tag(keys.tags, row.number)


def _look(one: _Opened, names: dict[OrgId, str], outcomes: dict[str, DeliveryOutcome]) -> AccessEvent:
    opened, says = one.opened, _says(one.opened.details)
    return AccessEvent(
        number=(one.row.number or 0) + 1,
        leaf_hash=one.row.leaf_hash.hex(),
        index=one.status.index,
        kind=opened.kind.value,
        day=opened.at.date(),
        at=opened.at,
        org=OrgId(opened.org),
        org_name=names.get(OrgId(opened.org), ""),
        person=says.person,
        role=says.role,
        action=says.action,
        purpose=says.purpose,
        category=says.category,
        granularity=says.granularity,
        allowed=says.allowed,
        because=DETAILS_ENDED if one.is_ended else because(opened.kind, opened.details, names),
        proof=one.status.proof,
        outcome=_outcome(opened, outcomes) if says.is_shown else None,
        is_refused_round=isinstance(opened.details, RoundCommitted) and not opened.details.is_counted,
        headline=headline(opened.details),
        also=also(opened.details),
        is_ended=one.is_ended,
    )


def _outcome(opened: OpenedDetails, outcomes: dict[str, DeliveryOutcome]) -> DeliveryOutcome | None:
    """What came of a granted access; entries from before outcomes were recorded say nothing."""
    return None if opened.event is None else outcomes.get(opened.event, DeliveryOutcome.NOT_KNOWN)


@dataclass(frozen=True, slots=True)
class _Says:
    """What an entry says about an access; of every other entry only whether it was allowed."""

    allowed: bool
    is_shown: bool = False
    person: str | None = None
    role: Role | None = None
    action: Action | None = None
    purpose: Purpose | None = None
    category: Category | None = None
    granularity: Granularity | None = None


def _says(details: Details | DetailsV1) -> _Says:
    if isinstance(details, Access):
        said = (details.person, details.role, details.action, details.purpose, details.category, details.granularity)
        return _Says(details.is_granted, details.is_granted, *said)
    if isinstance(details, SquadRefused):
        return _Says(allowed=False, person=details.person, role=details.role)
    if isinstance(details, DetailsV1):
        said_v1 = (details.person, details.role, details.action, details.purpose, details.category, details.granularity)
        return _Says(details.allowed, details.fields["kind"] == EventKind.LOOK_ALLOWED, *said_v1)
    return _Says(allowed=not isinstance(details, RoundCommitted) or details.is_counted)
