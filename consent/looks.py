"""The athlete's own part of the log: every entry opened, proved against the public log, and counted."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from audit import commitments
from audit.errors import AuditError
from audit.events import EventKind, parse_leaf
from consent import members, orgs
from consent.errors import NotFound
from consent.rows import DataKeyRow, LogDetailRow
from consent.sealing import OwnerKeys
from consent.transaction import Transaction
from consent.views import Look, Looks, ProofState
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
}


def of_athlete(tx: Transaction, athlete: AthleteId, *, limit: int) -> Looks:
    """Return the newest entries and the count; raises NotFound, or KeyDestroyed after erasure."""
    members.get(tx, athlete)
    keys = tx.around.journal.owner_keys(tx.session, athlete)
    query = select(LogDetailRow).where(col(LogDetailRow.owner) == athlete).order_by(col(LogDetailRow.number).desc())
    rows = list(tx.session.exec(query).all())
    names = {org.org_id: org.name for org in orgs.every(tx)}
    counter = tx.session.get_one(DataKeyRow, athlete).counter
    proven = {row.log_index for row in rows if _stands_in_log(tx, keys, row)}
    entries = tuple(_look(tx, keys, row, names, is_proven=row.log_index in proven) for row in rows[: max(0, limit)])
    return Looks(entries, total=counter, proven=len(proven))


def proof(tx: Transaction, athlete: AthleteId, number: int) -> str:
    """Return the `.tlog-proof` of the athlete's own entry `number` (from 1); raises NotFound."""
    query = select(LogDetailRow).where(col(LogDetailRow.owner) == athlete, col(LogDetailRow.number) == number - 1)
    row = tx.session.exec(query).one_or_none()
    if row is None:
        raise NotFound("expected the number of one of your own entries")
    return tx.around.journal.log.proof_text(row.log_index)


def _stands_in_log(tx: Transaction, keys: OwnerKeys, row: LogDetailRow) -> bool:
    """True if the public log holds this entry under the athlete's own tag and commitment."""
    if row.number is None:
        return False
    try:
        entry = parse_leaf(tx.around.journal.log.leaf(row.log_index))
        opened = tx.around.journal.open_detail(keys, row)
        if opened["key"]:
            commitments.verify_opening(entry.commitment, bytes.fromhex(opened["key"]), opened["details"])
    except AuditError:
        return False
    return entry.tag == commitments.tag(keys.tags, row.number)


def _look(tx: Transaction, keys: OwnerKeys, row: LogDetailRow, names: dict[OrgId, str], *, is_proven: bool) -> Look:
    details = tx.around.journal.open_detail(keys, row)["details"]
    org, at = OrgId(details.get("org", "")), datetime.fromisoformat(details["at"])
    granularity = details.get("granularity")
    return Look(
        number=(row.number or 0) + 1,
        index=row.log_index,
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
        proof=ProofState.PROVEN if is_proven else ProofState.NOT_PROVEN,
    )


def _because(details: dict[str, Any]) -> str:
    if details.get("outcome") == "unknown":
        return "the service stopped before this could take effect"
    return str(details.get("because") or _BECAUSE.get(EventKind(details["kind"]), "reported by your club"))


def _word(kind: Any, text: str | None) -> Any:
    return None if text is None else kind(text)
