"""Receipts in the database: made within the decision's own transaction, handed out with a fresh proof."""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from consent.errors import NotFound
from consent.grants import receipts
from consent.grants.notice import served_with
from consent.grants.receipts import Process, ReceiptContent
from consent.grants.values import Change, ConsentMethod, ReceiptRecord
from consent.registry import orgs
from consent.storage.rows import LogDetailRow, ReceiptRow
from consent.storage.transaction import Transaction
from policies.canonical import canonical_bytes
from policies.grant import Cell, Recipient
from policies.vocabulary import AthleteId, Category, ConsentState, Granularity, OrgId, Purpose, Role

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ReleaseNamed:
    """The release that a receipt is about: its id, the fingerprint that was answered over, and that of the bytes."""

    release_id: str
    sha256: str
    bytes_sha256: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A receipt about to be made: for what, with which status, by which log entry (the hash of its leaf)."""

    receipt_id: str
    athlete: AthleteId
    changes: tuple[Change, ...]
    status: ConsentState
    leaf_hash: bytes
    method: ConsentMethod
    release: ReleaseNamed | None = None


def new_id() -> str:
    """Return a receipt number that can be read aloud, such as rcp-4m2x-9ktd-c7hw."""
    parts = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    return "rcp-" + "-".join(parts)


def store(tx: Transaction, issue: Issue) -> ReceiptRecord:
    """Sign and store one receipt; the caller has appended its log entry."""
    body = receipts.build(_content(tx, issue))
    row = ReceiptRow(
        receipt_id=issue.receipt_id,
        athlete=issue.athlete,
        at=tx.now,
        status=issue.status.value,
        leaf_hash=issue.leaf_hash,
        release_id=None if issue.release is None else issue.release.release_id,
        changes=json.dumps([as_json(change) for change in issue.changes]),
        body=canonical_bytes(body).decode(),
        signature=receipts.sign(body, tx.context.keys.service).hex(),
    )
    tx.session.add(row)
    return _record(row, None)


def of_athlete(tx: Transaction, athlete: AthleteId) -> list[ReceiptRecord]:
    """Return the athlete's receipts, newest first: by the athlete's own number of their entries."""
    query = (
        select(ReceiptRow, LogDetailRow.log_index)
        .join(LogDetailRow, col(LogDetailRow.leaf_hash) == col(ReceiptRow.leaf_hash))
        .where(col(ReceiptRow.athlete) == athlete)
        .order_by(col(LogDetailRow.number).desc())
    )
    return [_record(row, index) for row, index in tx.session.exec(query).all()]


def whole(tx: Transaction, athlete: AthleteId, receipt_id: str) -> dict[str, Any]:
    """Return the finished receipt of this athlete; raises NotFound for anyone else's."""
    row = tx.session.get(ReceiptRow, receipt_id)
    if row is None or row.athlete != athlete:
        raise NotFound("expected a receipt of this athlete")
    return receipts.finished(
        json.loads(row.body),
        signature=row.signature,
        key=tx.context.keys.service.verify_key,
        proof=_proof(tx, row.leaf_hash),
    )


def _proof(tx: Transaction, leaf_hash: bytes) -> str | datetime:
    index = tx.context.journal.log.index_of(leaf_hash)
    return tx.context.next_checkpoint(tx.now) if index is None else tx.context.journal.log.proof_text(index)


def as_json(change: Change) -> dict[str, Any]:
    """One change as plain JSON, for storage."""
    cell = change.cell
    return {
        "athlete": cell.athlete,
        "category": cell.category.value,
        "purpose": cell.purpose.value,
        "recipient_org": cell.recipient.org,
        "recipient_role": cell.recipient.role.value,
        "granularity": change.granularity.word,
        "ends": None if change.ends is None else change.ends.isoformat(),
    }


def from_json(stored: Mapping[str, Any]) -> Change:
    """The inverse of `as_json`."""
    recipient = Recipient(OrgId(stored["recipient_org"]), Role(stored["recipient_role"]))
    cell = Cell(AthleteId(stored["athlete"]), Category(stored["category"]), Purpose(stored["purpose"]), recipient)
    ends = None if stored["ends"] is None else datetime.fromisoformat(stored["ends"])
    return Change(cell, Granularity.from_word(stored["granularity"]), ends)


def _content(tx: Transaction, issue: Issue) -> ReceiptContent:
    names = {org.org_id: org.name for org in orgs.every(tx)}
    earlier = of_athlete(tx, issue.athlete)
    return ReceiptContent(
        receipt_id=issue.receipt_id,
        record_id=str(uuid.uuid4()),
        at=tx.now,
        subject=_subject(tx, issue),
        controller_id=tx.union,
        controller_name=tx.context.union_name,
        status=issue.status,
        method=issue.method.value,
        agreement=tx.context.agreement,
        processes=[
            Process(change.cell, names[change.cell.recipient.org], change.granularity, change.ends)
            for change in issue.changes
        ],
        log_origin=tx.context.log_origin,
        leaf_hash=issue.leaf_hash,
        notices=served_with(_given(issue), tx.now),
        replaces=_replaced(earlier, issue),
        release_sha256=None if issue.release is None else issue.release.sha256,
        release_bytes_sha256=None if issue.release is None else issue.release.bytes_sha256,
    )


def _given(issue: Issue) -> list[Category]:
    """Whose kinds of data were given; nothing is served with an end, and an answer to a release has no yes here."""
    is_choice = issue.release is None and issue.status.is_valid_for_processing
    return [change.cell.category for change in issue.changes if is_choice and change.granularity]


def _replaced(earlier: list[ReceiptRecord], issue: Issue) -> str | None:
    """The newest earlier receipt that this one makes out of date, if it covers the same cells."""
    cells = {change.cell for change in issue.changes}
    return next((old.receipt_id for old in earlier if cells >= {change.cell for change in old.changes}), None)


def _subject(tx: Transaction, issue: Issue) -> str:
    """A pseudonym that differs between recipients, so that receipts shown to two of them cannot be matched."""
    shown_to = "|".join(sorted({change.cell.recipient.org for change in issue.changes}))
    return hmac.digest(tx.context.keys.subjects, f"{issue.athlete}|{shown_to}".encode(), hashlib.sha256).hex()[:32]


def _record(row: ReceiptRow, log_index: int | None) -> ReceiptRecord:
    return ReceiptRecord(
        receipt_id=row.receipt_id,
        athlete=AthleteId(row.athlete),
        at=row.at,
        status=ConsentState(row.status),
        changes=tuple(from_json(change) for change in json.loads(row.changes)),
        leaf_hash=row.leaf_hash.hex(),
        log_index=log_index,
        release_id=row.release_id,
    )
