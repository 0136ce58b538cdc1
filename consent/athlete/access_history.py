"""The athlete's own part of the log: every entry opened, proved against the public log, and counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import col, select

from audit.entries import commitments
from audit.entries.events import EventKind, parse_leaf
from consent.athlete.entry_proofs import EntryStatus, Proofs
from consent.athlete.values import AccessEvent, AccessHistory, ProofState
from consent.decisions.outcomes import of_events as outcomes_of
from consent.decisions.values import DeliveryOutcome
from consent.errors import Conflict, NotFound
from consent.registry import members, orgs
from consent.storage.rows import DataKeyRow, LogDetailRow
from consent.storage.sealing import OwnerKeys
from consent.storage.transaction import Transaction
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

_BECAUSE = {
    EventKind.CONSENT_DECISION: "your own decision",
    EventKind.RELEASE_PROPOSED: "your club asks you",
    EventKind.RELEASE_ANSWERED: "your own answer",
    EventKind.BUDGET_RESERVED: "because of your yes to league learning",
    EventKind.BUDGET_REFUNDED: "the rounds that did not run cost nothing",
    EventKind.ROUND_COMMITTED: "because of your yes to league learning",
    EventKind.LOOK_REFUSED: "your yes did not count for it any more",
    EventKind.MEMBER_ENROLLED: "your club enrolled you",
    EventKind.SIGNED_IN: "you, or someone with your code, signed in",
    EventKind.OPERATOR_LOOK: "whoever runs your club’s node can open its store",
}


@dataclass(frozen=True, slots=True)
class _Opened:
    """One row with its details opened, and how the log stands to it."""

    row: LogDetailRow
    details: dict[str, Any]
    status: EntryStatus


def of_athlete(tx: Transaction, athlete: AthleteId, *, limit: int) -> AccessHistory:
    """Return the newest entries and the counts; raises NotFound, or KeyDestroyed after erasure."""
    members.get(tx, athlete)
    opened = _open_all(tx, athlete)
    shown = opened[: max(0, limit)]
    names = {org.org_id: org.name for org in orgs.every(tx)}
    outcomes = outcomes_of(tx, [one.details["event"] for one in shown if "event" in one.details])
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
    return _open(Proofs(journal.log, tx.context.trust.policy), journal.open_detail(keys, row), keys, row).status


def _open_all(tx: Transaction, athlete: AthleteId) -> list[_Opened]:
    """Open and prove every entry of the athlete, newest first."""
    journal = tx.context.journal
    keys, proofs = journal.owner_keys(tx.session, athlete), Proofs(journal.log, tx.context.trust.policy)
    # By place, so that neighbours in the log are read from the same files.
    query = select(LogDetailRow).where(col(LogDetailRow.owner) == athlete).order_by(col(LogDetailRow.log_index))
    opened = [_open(proofs, journal.open_detail(keys, row), keys, row) for row in tx.session.exec(query).all()]
    return sorted(opened, key=lambda one: one.row.number or 0, reverse=True)


def _open(proofs: Proofs, opening: dict[str, Any], keys: OwnerKeys, row: LogDetailRow) -> _Opened:
    is_own = partial(_is_own, keys, row, opening)
    return _Opened(row, opening["details"], proofs.of(row.leaf_hash, row.log_index, is_own))


def _is_own(keys: OwnerKeys, row: LogDetailRow, opening: dict[str, Any], leaf: bytes) -> bool:
    """True if the leaf holds the athlete's own tag for this number, and commits to exactly these details."""
    if row.number is None:
        return False
    entry = parse_leaf(leaf)
    if opening["key"]:
        commitments.verify_opening(entry.commitment, bytes.fromhex(opening["key"]), opening["details"])
    return entry.tag == commitments.tag(keys.tags, row.number)


def _look(one: _Opened, names: dict[OrgId, str], outcomes: dict[str, DeliveryOutcome]) -> AccessEvent:
    details = one.details
    org, at = OrgId(details.get("org", "")), datetime.fromisoformat(details["at"])
    granularity = details.get("granularity")
    return AccessEvent(
        number=(one.row.number or 0) + 1,
        leaf_hash=one.row.leaf_hash.hex(),
        index=one.status.index,
        kind=details["kind"],
        day=at.date(),
        at=at,
        org=org,
        org_name=names.get(org, ""),
        person=details.get("person"),
        role=_word(Role, details.get("role")),
        action=_word(Action, details.get("action")),
        purpose=_word(Purpose, details.get("purpose")),
        category=_word(Category, details.get("category")),
        granularity=None if granularity is None else Granularity.from_word(granularity),
        allowed=bool(details.get("allowed", False)),
        because=_because(details),
        proof=one.status.proof,
        outcome=_outcome(details, outcomes),
    )


def _outcome(details: dict[str, Any], outcomes: dict[str, DeliveryOutcome]) -> DeliveryOutcome | None:
    """What came of an allowed look; entries from before outcomes were recorded say nothing."""
    if details["kind"] != EventKind.LOOK_ALLOWED or "event" not in details:
        return None
    return outcomes.get(details["event"], DeliveryOutcome.NOT_KNOWN)


def _because(details: dict[str, Any]) -> str:
    if details.get("outcome") == "unknown":
        return "the service stopped before this could take effect"
    return str(details.get("because") or _BECAUSE.get(EventKind(details["kind"]), "reported by your club"))


def _word(kind: Any, text: str | None) -> Any:
    return None if text is None else kind(text)
