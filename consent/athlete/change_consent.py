"""The athlete gives and withdraws: events, epoch, refunds, one log entry and one receipt, all or nothing."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from audit.entries.details.athletes import CellChange, CellsChanged
from audit.entries.details.codes import ChoiceMethod
from consent.errors import Conflict, InvalidChange, NotAllowed
from consent.grants import event_chain, receipt_store
from consent.grants.active import cell_key, cell_of, grant_of, held_by, in_cell
from consent.grants.event_chain import Event
from consent.grants.lifecycle import END_BY, ActorKind
from consent.grants.matrix import is_by_release, limit, recipients_of
from consent.grants.notice import in_force
from consent.grants.values import Change, ConsentMethod, ReceiptRecord
from consent.ledger.refunds import refund_withdrawn
from consent.registry import members
from consent.registry.facts import facts_of_self
from consent.registry.values import Member
from consent.releases import releases
from consent.storage.log_journal import Draft
from consent.storage.rows import GrantRow, MemberRow
from consent.storage.transaction import Transaction
from policies.decision import Decision, Request
from policies.errors import InvalidInput
from policies.grant import Cell, Grant, Recipient
from policies.recipients import PURPOSE_OF_ROLE
from policies.vocabulary import Action, AthleteId, ConsentState, Granularity, worst_sources

MOST_CHANGES = 100


def change(tx: Transaction, athlete: AthleteId, changes: Sequence[Change], *, method: ConsentMethod) -> ReceiptRecord:
    """Carry out every wish or none: one epoch, one log entry, one receipt.

    Raises InvalidChange for a cell, granularity or end that no grant can hold, NotAllowed where a rule forbids the
    cell, Conflict when nothing would change.
    """
    row = members.locked_one(tx, athlete)
    member = members.get(tx, athlete)
    if not 0 < len(changes) <= MOST_CHANGES or len({wanted.cell for wanted in changes}) != len(changes):
        raise InvalidChange("expected each cell once, and at least one")
    for wanted in changes:
        _check(tx, member, wanted)
    given = [_within_membership(member, wanted) for wanted in changes]
    for wanted in given:
        _carry_out(tx, wanted, method)
    return _conclude(tx, row, given, method)


def withdraw_where(
    tx: Transaction, athlete: AthleteId, *, recipient: Recipient | None, method: ConsentMethod
) -> ReceiptRecord:
    """Withdraw everything, or everything that one recipient gets; raises Conflict if that is nothing."""
    row = members.locked_one(tx, athlete)
    ended = end_where(tx, athlete, recipient=recipient, method=method)
    if not ended:
        raise Conflict("nothing is shared there; there is nothing to stop")
    return _conclude(tx, row, ended, method)


def end_where(
    tx: Transaction,
    athlete: AthleteId,
    *,
    recipient: Recipient | None,
    method: ConsentMethod,
    by: ActorKind = ActorKind.ATHLETE,
) -> list[Change]:
    """Write the end of everything, or of what one recipient gets; the caller holds the lock and concludes.

    by: the athlete withdraws; a controller, which cannot withdraw for anybody, declares invalid.
    """
    cells = [cell_of(grant) for grant in held_by(tx, athlete)]
    wishes = [Change(cell, Granularity.NONE) for cell in cells if recipient in (None, cell.recipient)]
    ended = [wanted for wanted in wishes if _end_current(tx, wanted.cell, method, by=by)]
    return ended + releases.end_approved(tx, athlete, recipient, method, by=by)


def _check(tx: Transaction, member: Member, wanted: Change) -> None:
    cell = wanted.cell
    if cell.athlete != member.athlete or not cell.category.is_personal:
        raise InvalidChange("expected a cell of this athlete's own matrix")
    if cell.recipient not in [recipient for recipient, _ in recipients_of(tx, member)]:
        raise InvalidChange("expected one of this athlete's recipients")
    if PURPOSE_OF_ROLE[cell.recipient.role] is not cell.purpose:
        raise InvalidChange("expected the purpose that this recipient's role stands for")
    if wanted.granularity is Granularity.NONE:
        return
    if is_by_release(cell.category, cell.recipient.role):
        raise InvalidChange("expected the approval of one release; this cell has no standing yes")
    allowed = limit(tx, member.as_if_unfrozen(), cell.category, cell.recipient)
    if allowed.never_rule is not None:
        raise NotAllowed(f"rule {allowed.never_rule} forbids this cell, whatever is answered")
    if wanted.granularity > allowed.ceiling:
        raise InvalidChange(f"expected at most {allowed.ceiling.word} in this cell")
    if not (decision := _approval(tx, member, wanted)).allowed:
        raise NotAllowed(f"rule {decision.rule_id} forbids a yes at present; nothing was changed")


def _within_membership(member: Member, wanted: Change) -> Change:
    """What goes to a second club ends no later than the athlete's time there, so that no page shows it beyond that."""
    second = member.second
    if second is None or second.until is None or wanted.ends is None or wanted.cell.recipient.org != second.club:
        return wanted
    return replace(wanted, ends=min(wanted.ends, second.until))


def _approval(tx: Transaction, member: Member, wanted: Change) -> Decision:
    """Whether the athlete may say yes to this now. Nothing is asked before a no: it is never refused."""
    cell, rules = wanted.cell, tx.context.enforcer.bundle
    facts = facts_of_self(member, rules=rules, sources=worst_sources(cell.category))
    return tx.context.enforcer.decide(Request(cell.category, wanted.granularity, Action.APPROVE, cell.purpose, facts))


def _carry_out(tx: Transaction, wanted: Change, method: ConsentMethod) -> None:
    if wanted.granularity is Granularity.NONE:
        if is_by_release(wanted.cell.category, wanted.cell.recipient.role):
            stopped = bool(releases.end_approved(tx, wanted.cell.athlete, wanted.cell.recipient, method))
        else:
            stopped = _end_current(tx, wanted.cell, method)
        if not stopped:
            raise Conflict("nothing is shared there; there is nothing to stop")
        return
    _end_current(tx, wanted.cell, method)
    _give(tx, wanted, method)


def _give(tx: Transaction, wanted: Change, method: ConsentMethod) -> None:
    if wanted.ends is None:
        raise InvalidChange("expected an end; nothing is shared for ever")
    try:
        grant = Grant(
            grant_id=f"grt-{secrets.token_hex(8)}",
            cell=wanted.cell,
            max_granularity=wanted.granularity,
            begins=tx.now,
            ends=wanted.ends,
            notice_version=in_force(wanted.cell.category, tx.now).version,
            agreement=tx.context.agreement,
        )
    except InvalidInput as error:
        raise InvalidChange(str(error)) from error
    tx.session.add(_row(grant))
    # The athlete opened it, so nobody has asked: requested and given in one breath.
    _write(tx, grant, ConsentState.UNKNOWN, ConsentState.REQUESTED, method)
    _write(tx, grant, ConsentState.REQUESTED, ConsentState.GIVEN, method)


def _end_current(tx: Transaction, cell: Cell, method: ConsentMethod, *, by: ActorKind = ActorKind.ATHLETE) -> bool:
    """End what is current in `cell`; True if it was live, False if there was nothing or time had ended it."""
    row = in_cell(tx, cell)
    if row is None:
        return False
    grant = grant_of(row)
    row.current = None
    tx.session.flush()  # frees the cell's unique key before another grant takes it
    folded = event_chain.states(tx, [grant.grant_id])[grant.grant_id]
    if event_chain.state_now(folded, ends=grant.ends, now=tx.now) is ConsentState.EXPIRED:
        _write(tx, grant, folded, ConsentState.EXPIRED, method, kind=ActorKind.SYSTEM)
        return False
    _write(tx, grant, folded, END_BY[by], method, kind=by)
    return True


def _write(
    tx: Transaction,
    grant: Grant,
    before: ConsentState,
    after: ConsentState,
    method: ConsentMethod,
    *,
    kind: ActorKind = ActorKind.ATHLETE,
) -> None:
    actor = grant.cell.athlete if kind is ActorKind.ATHLETE else tx.union
    event = Event(grant.cell.athlete, grant.grant_id, grant.sha256, after, actor, kind, method)
    event_chain.write(tx, event, before=before)


def _conclude(tx: Transaction, row: MemberRow, changes: Sequence[Change], method: ConsentMethod) -> ReceiptRecord:
    row.epoch += 1
    refunds = refund_withdrawn(tx, AthleteId(row.athlete))
    status = (
        ConsentState.GIVEN
        if any(wanted.granularity is not Granularity.NONE for wanted in changes)
        else ConsentState.WITHDRAWN
    )
    receipt_id = receipt_store.new_id()
    details = CellsChanged(
        receipt_id=receipt_id,
        changes=tuple(_cell_change(wanted) for wanted in changes),
        method=ChoiceMethod(method.value),
        epoch=row.epoch,
        refunds=refunds,
    )
    (entry,) = tx.append([Draft.about(AthleteId(row.athlete), tx.union, details)]).entries
    issue = receipt_store.Issue(receipt_id, AthleteId(row.athlete), tuple(changes), status, entry, method)
    return receipt_store.store(tx, issue)


def _cell_change(wanted: Change) -> CellChange:
    cell = wanted.cell
    return CellChange(
        category=cell.category,
        purpose=cell.purpose,
        recipient_org=cell.recipient.org,
        recipient_role=cell.recipient.role,
        granularity=wanted.granularity,
        ends=wanted.ends,
    )


def _row(grant: Grant) -> GrantRow:
    cell = grant.cell
    return GrantRow(
        grant_id=grant.grant_id,
        athlete=cell.athlete,
        category=cell.category.value,
        purpose=cell.purpose.value,
        recipient_org=cell.recipient.org,
        recipient_role=cell.recipient.role.value,
        max_granularity=int(grant.max_granularity),
        begins=grant.begins,
        ends=grant.ends,
        notice_version=grant.notice_version,
        legal_basis=grant.legal_basis,
        agreement=grant.agreement,
        current=cell_key(cell),
    )
