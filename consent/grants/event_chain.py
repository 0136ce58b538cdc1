"""Consent events: signed, hash-chained per athlete, append-only. A grant's or release's state is a fold over them."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from chassis.storage.hash_chain import GENESIS, Link, is_whole, link_bytes, link_hash
from consent.grants.lifecycle import ActorKind, ConsentTransition, as_of, check, fold
from consent.grants.values import ConsentMethod
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.rows import ConsentEventRow
from consent.storage.transaction import Transaction
from policies.errors import BadSignature
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, ConsentState

STEP = (col(ConsentEventRow.status), col(ConsentEventRow.actor_kind), col(ConsentEventRow.at))
"""The columns of which `step_of` makes one step."""
IN_ORDER = (col(ConsentEventRow.athlete), col(ConsentEventRow.seq))
_STEPS = ColumnStatement(
    select(col(ConsentEventRow.subject), *STEP)
    .where(col(ConsentEventRow.subject).in_(bindparam("subjects", expanding=True)))
    .order_by(*IN_ORDER)
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event about to be written: `subject` is a grant or release, `sha256` the hash of what was decided on."""

    athlete: AthleteId
    subject: str
    sha256: str
    status: ConsentState
    actor: str
    actor_kind: ActorKind
    method: ConsentMethod


def write(tx: Transaction, event: Event, *, before: ConsentState, quiet_since: datetime | None = None) -> None:
    """Check the step against the lifecycle, sign it and append it to the athlete's chain.

    Raises ForbiddenTransition. The caller holds the athlete's lock.
    """
    quiet_for = None if quiet_since is None else tx.now - quiet_since
    check(before, event.status, actor=event.actor_kind, quiet_for=quiet_for)
    last = _last(tx, event.athlete)
    row = ConsentEventRow(
        athlete=event.athlete,
        seq=1 if last is None else last.seq + 1,
        subject=event.subject,
        subject_sha256=event.sha256,
        status=event.status.value,
        actor=event.actor,
        actor_kind=event.actor_kind.value,
        method=event.method.value,
        at=tx.now,
        prev_hash=GENESIS if last is None else last.hash,
        hash="",
        signature="",
    )
    body = link_bytes(_content(row))
    row.hash, row.signature = link_hash(body), tx.context.keys.service.sign(body).hex()
    tx.session.add(row)
    tx.session.flush()
    tx.touched.add(event.athlete)


def states(tx: Transaction, subjects: Iterable[str]) -> dict[str, ConsentState]:
    """Fold the events of each subject; a subject without events is UNKNOWN and left out."""
    steps: dict[str, list[ConsentTransition]] = {}
    for row in tx.rows(_STEPS, subjects=sorted(set(subjects))):
        steps.setdefault(row.subject, []).append(step_of(row))
    return {subject: fold(own) for subject, own in steps.items()}


def step_of(row: ColumnRow) -> ConsentTransition:
    """One step of the lifecycle, of a row with the columns of `STEP`."""
    return ConsentTransition(ConsentState(row.status), ActorKind(row.actor_kind), row.at)


def times(tx: Transaction, subject: str, statuses: Set[ConsentState]) -> list[datetime]:
    """Return when `subject` reached any of `statuses`."""
    wanted = [status.value for status in statuses]
    query = select(ConsentEventRow.at).where(
        col(ConsentEventRow.subject) == subject, col(ConsentEventRow.status).in_(wanted)
    )
    return list(tx.session.exec(query).all())


def state_now(folded: ConsentState | None, *, ends: datetime, now: datetime) -> ConsentState:
    """The state at `now`, time included."""
    return as_of(folded or ConsentState.UNKNOWN, ends=ends, now=now)


def verify(tx: Transaction, athlete: AthleteId, key: VerifyKey) -> int:
    """Check every link and signature of one athlete's chain; returns its length, raises BadSignature."""
    query = select(ConsentEventRow).where(col(ConsentEventRow.athlete) == athlete).order_by(col(ConsentEventRow.seq))
    rows = tx.session.exec(query).all()
    links = [Link(row.seq, row.prev_hash, row.hash, link_bytes(_content(row))) for row in rows]
    if not is_whole(links):
        raise BadSignature("the chain of consent events is broken")
    for row, link in zip(rows, links, strict=True):
        key.verify(link.body, bytes.fromhex(row.signature))
    return len(rows)


def _last(tx: Transaction, athlete: AthleteId) -> ConsentEventRow | None:
    newest = select(func.max(ConsentEventRow.seq)).where(col(ConsentEventRow.athlete) == athlete)
    seq = tx.session.exec(newest).one()
    return None if seq is None else tx.session.get(ConsentEventRow, (athlete, seq))


def _content(row: ConsentEventRow) -> Mapping[str, Any]:
    """Everything that is signed: the whole row but hash and signature."""
    return {
        "athlete": row.athlete,
        "seq": row.seq,
        "subject": row.subject,
        "subject_sha256": row.subject_sha256,
        "status": row.status,
        "actor": row.actor,
        "actor_kind": row.actor_kind,
        "method": row.method,
        "at": row.at.isoformat(),
        "prev_hash": row.prev_hash,
    }
