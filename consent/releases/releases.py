"""Releases: a club proposes exact bytes, the athlete answers over their hash, and a withdrawal takes effect at once.

What a club learns from proposing never depends on what the athlete did: 28 days between proposals whatever
the answer, and a proposal in the 90 quiet days after a no is stored and answered like any other, but not shown.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlmodel import col, select

from audit.entries.details.athletes import ReleaseDecided, ReleaseRequested
from audit.entries.details.codes import ChoiceMethod
from consent.errors import ChangedMeanwhile, Conflict, InvalidChange, NotAllowed, NotFound
from consent.grants import event_chain, receipt_store
from consent.grants.event_chain import Event
from consent.grants.lifecycle import COOL_DOWN, END_BY, ActorKind
from consent.grants.values import Change, ConsentAnswer, ConsentMethod, ReceiptRecord
from consent.registry import members, orgs
from consent.registry.values import Member, OrgKind
from consent.releases.stored import (
    OPEN,
    Covers,
    cell_of,
    lineage_of,
    may_approve,
    open_figures,
    recipient_of,
    rules_allow,
    state_of,
    view,
    whole_release,
)
from consent.releases.values import ReleaseView
from consent.storage.log_journal import Draft
from consent.storage.rows import MemberRow, ReleaseRow
from consent.storage.sealing import OwnerKeys
from consent.storage.transaction import Transaction
from policies.canonical import canonical_bytes, sha256_hex
from policies.grant import LONGEST_CONTRACT_GRANT, LONGEST_GRANT, Recipient
from policies.release import ReleaseProposal
from policies.vocabulary import AthleteId, ConsentState, Granularity, OrgId, Purpose, Role

BETWEEN_PROPOSALS = timedelta(days=28)  # ours; docs/privacy.md §4.5
OPEN_FOR = timedelta(days=14)  # ours: a request closes by itself after a fortnight

_STATUS = {
    ConsentAnswer.YES: ConsentState.GIVEN,
    ConsentAnswer.NO: ConsentState.REFUSED,
    ConsentAnswer.LATER: ConsentState.DEFERRED,
}


def propose(tx: Transaction, club: OrgId, proposal: ReleaseProposal) -> ReleaseView:
    """Store a proposal; see `ConsentStore.propose_release`. Raises NotAllowed, InvalidChange or Conflict."""
    orgs.require(tx, club, OrgKind.CLUB)
    athlete = AthleteId(proposal.athlete)
    member = members.locked(tx, [athlete]).get(athlete)
    if member is None or member.club != club:
        raise NotAllowed("expected an athlete of your own club")
    stored = tx.session.get(ReleaseRow, proposal.index.approval_id)
    if stored is not None:
        return _again(tx, stored, proposal)
    _check(tx, member, club, proposal)
    row = _row(tx, proposal)
    tx.session.add(row)
    tx.session.flush()
    if not row.quiet:
        _write(tx, row, ConsentState.UNKNOWN, ConsentState.REQUESTED, ConsentMethod.PORTAL, ActorKind.CONTROLLER)
    details = ReleaseRequested(
        release_id=row.release_id, sha256=row.sha256, purpose=proposal.purpose, shown=not row.quiet
    )
    tx.append([Draft.about(athlete, club, details)])
    return view(tx, row, figures=(proposal.index, proposal.own_view))


def answer(
    tx: Transaction, athlete: AthleteId, release_id: str, given: ConsentAnswer, *, sha256: str, method: ConsentMethod
) -> ReceiptRecord:
    """Record yes, no or later over the hash of the exact bytes; raises Conflict if it is another hash."""
    member, row = members.locked_one(tx, athlete), _own(tx, athlete, release_id)
    state = state_of(tx, row)
    if state not in OPEN or state is _STATUS[given]:
        raise ChangedMeanwhile("expected a request that is still open for this answer; nothing was answered")
    whole = sha256_hex(whole_release(row, open_figures(tx, row)[0]))
    if not hmac.compare_digest(whole.encode(), sha256.encode()):
        raise Conflict("expected the fingerprint of the whole release; nothing was answered")
    if given is ConsentAnswer.YES and not _may_say_yes(tx, members.member_of(member), row):
        raise NotAllowed("a rule forbids this release, whatever is answered")
    row.sha256, row.covers = whole, Covers.WHOLE.value
    _write(tx, row, state, _STATUS[given], method, ActorKind.ATHLETE)
    row.answered = tx.now
    granularity = Granularity.BAND if given is ConsentAnswer.YES else Granularity.NONE
    change = Change(cell_of(row), granularity, row.until if given is ConsentAnswer.YES else None)
    return _conclude(tx, member, row, change, _STATUS[given], method)


def withdraw(tx: Transaction, athlete: AthleteId, release_id: str, *, method: ConsentMethod) -> ReceiptRecord:
    """Take back one approved release; raises Conflict if it is not approved now."""
    member, row = members.locked_one(tx, athlete), _own(tx, athlete, release_id)
    if not state_of(tx, row).is_valid_for_processing:
        raise Conflict("expected a release that is shared now")
    _write(tx, row, ConsentState.GIVEN, ConsentState.WITHDRAWN, method, ActorKind.ATHLETE)
    change = Change(cell_of(row), Granularity.NONE)
    return _conclude(tx, member, row, change, ConsentState.WITHDRAWN, method)


def end_approved(
    tx: Transaction,
    athlete: AthleteId,
    recipient: Recipient | None,
    method: ConsentMethod,
    *,
    by: ActorKind = ActorKind.ATHLETE,
) -> list[Change]:
    """Write the end of every approved release (to one recipient); the caller concludes. by: see `END_BY`."""
    ended: list[Change] = []
    for row in _rows(tx, athlete):
        if recipient in (None, recipient_of(row)) and state_of(tx, row).is_valid_for_processing:
            _write(tx, row, ConsentState.GIVEN, END_BY[by], method, by)
            ended.append(Change(cell_of(row), Granularity.NONE))
    return list(dict.fromkeys(ended))


def end_to(tx: Transaction, club: OrgId, recipient: OrgId) -> None:
    """End every request and every approved release of the club's athletes to one organisation that the club leaves.

    The caller holds the athletes' locks and records why.
    """
    query = select(ReleaseRow).join(MemberRow, col(MemberRow.athlete) == col(ReleaseRow.athlete))
    query = query.where(col(MemberRow.club) == club, col(ReleaseRow.recipient_org) == recipient)
    for row in tx.session.exec(query.order_by(col(ReleaseRow.proposed), col(ReleaseRow.release_id))).all():
        state = state_of(tx, row)
        after = ConsentState.REVOKED if state.is_valid_for_processing else ConsentState.EXPIRED
        if state.is_valid_for_processing or state in OPEN:
            _write(tx, row, state, after, ConsentMethod.PORTAL, ActorKind.CONTROLLER)


def expire_requests(tx: Transaction, club: OrgId) -> None:
    """Close every request of the club that waits for an answer; the caller holds the locks, and records why."""
    query = select(ReleaseRow).join(MemberRow, col(MemberRow.athlete) == col(ReleaseRow.athlete))
    query = query.where(col(MemberRow.club) == club)
    for row in tx.session.exec(query.order_by(col(ReleaseRow.proposed), col(ReleaseRow.release_id))).all():
        if (state := state_of(tx, row)) in OPEN:
            _write(tx, row, state, ConsentState.EXPIRED, ConsentMethod.PORTAL, ActorKind.CONTROLLER)


def of_athlete(tx: Transaction, athlete: AthleteId) -> list[ReleaseView]:
    """Return every proposal that the athlete was shown, oldest first."""
    return [view(tx, row) for row in _rows(tx, athlete)]


def get(tx: Transaction, athlete: AthleteId, release_id: str) -> ReleaseView:
    """Return one proposal of this athlete; raises NotFound."""
    return view(tx, _own(tx, athlete, release_id))


def _again(tx: Transaction, stored: ReleaseRow, proposal: ReleaseProposal) -> ReleaseView:
    if not _is_same(tx, stored, proposal):
        raise Conflict("expected a new approval id for a proposal that differs in anything; nothing was changed")
    tx.without_entry("proposed already")
    return view(tx, stored, figures=(proposal.index, proposal.own_view))


def _is_same(tx: Transaction, stored: ReleaseRow, proposal: ReleaseProposal) -> bool:
    """Compare in what is stored beside the seal: after erasure as well, so that nobody learns of it by asking again."""
    fields = (stored.athlete, recipient_of(stored), stored.purpose, stored.bytes_sha256, stored.until)
    wanted = Recipient(OrgId(proposal.recipient_org), proposal.recipient_role)
    expected = (proposal.athlete, wanted, proposal.purpose.value, proposal.index.sha256, proposal.until)
    mac = own_view_mac(tx, proposal)
    is_same_view = stored.own_view_mac is None or hmac.compare_digest(stored.own_view_mac, mac)
    return fields == expected and set(lineage_of(stored)) == set(proposal.lineage) and is_same_view


def own_view_mac(tx: Transaction, proposal: ReleaseProposal) -> str:
    """Return the mark of the own view that comes with a proposal."""
    marked = {"release_id": proposal.index.approval_id, "own_view": proposal.own_view.model_dump()}
    return hmac.digest(tx.context.keys.own_views, canonical_bytes(marked), hashlib.sha256).hex()


def _check(tx: Transaction, member: MemberRow, club: OrgId, proposal: ReleaseProposal) -> None:
    if (proposal.recipient_org, proposal.recipient_role) != (club, Role.FRONT_OFFICE):
        raise NotAllowed("expected your own club's front office as recipient")
    if proposal.purpose not in (Purpose.SQUAD_PLANNING, Purpose.CONTRACT):
        raise NotAllowed("expected a purpose that a front office may have")
    _check_end(tx, proposal)
    # A club learns nothing of a freeze by proposing: the athlete says no or later, or yes once it is lifted.
    if not rules_allow(tx, members.member_of(member).as_if_unfrozen(), _row(tx, proposal)):
        raise NotAllowed("a rule forbids this release, whatever is answered")
    for row in _rows(tx, AthleteId(member.athlete), with_quiet=True):
        if recipient_of(row).org == club and tx.now - row.proposed < BETWEEN_PROPOSALS:
            raise Conflict(f"expected {BETWEEN_PROPOSALS.days} days between two proposals")


def _check_end(tx: Transaction, proposal: ReleaseProposal) -> None:
    longest = LONGEST_CONTRACT_GRANT if proposal.purpose is Purpose.CONTRACT else LONGEST_GRANT
    try:
        shown = datetime.fromisoformat(proposal.index.expires_at)
        is_same = shown == proposal.until and shown.tzinfo is not None
    except ValueError:
        is_same = False
    if not is_same or not timedelta(0) < proposal.until - tx.now <= longest:
        raise InvalidChange(f"expected the end that the exact bytes show, within {longest.days} days")


def _may_say_yes(tx: Transaction, member: Member, row: ReleaseRow) -> bool:
    return may_approve(tx, member, row) and rules_allow(tx, member, row)


def _row(tx: Transaction, proposal: ReleaseProposal) -> ReleaseRow:
    athlete, release_id = AthleteId(proposal.athlete), proposal.index.approval_id
    journal = tx.context.journal
    # After erasure a proposal is answered like any other, unseen and sealed under a key that nobody keeps.
    is_erased = journal.is_erased(tx.session, athlete)
    keys = OwnerKeys.generate() if is_erased else journal.owner_keys(tx.session, athlete)
    figures = {"index": proposal.index.model_dump(), "own_view": proposal.own_view.model_dump()}
    return ReleaseRow(
        release_id=release_id,
        athlete=athlete,
        recipient_org=proposal.recipient_org,
        recipient_role=proposal.recipient_role.value,
        purpose=proposal.purpose.value,
        sha256=proposal.sha256,
        bytes_sha256=proposal.index.sha256,
        covers=Covers.WHOLE.value,
        own_view_mac=own_view_mac(tx, proposal),
        sealed=keys.seal(figures, about=f"release {release_id}"),
        lineage="|".join(lineage.value for lineage in proposal.lineage),
        proposed=tx.now,
        open_until=min(tx.now + OPEN_FOR, proposal.until),
        until=proposal.until,
        quiet=_is_quiet(tx, athlete, proposal) or is_erased,
    )


def _is_quiet(tx: Transaction, athlete: AthleteId, proposal: ReleaseProposal) -> bool:
    """True in the 90 days after the athlete said no, or took a yes back, for the same recipient and purpose."""
    since = [
        event_at
        for row in _rows(tx, athlete)
        if (recipient_of(row).org, row.purpose) == (proposal.recipient_org, proposal.purpose.value)
        for event_at in event_chain.times(tx, row.release_id, {ConsentState.REFUSED, ConsentState.WITHDRAWN})
    ]
    return any(tx.now - at < COOL_DOWN for at in since)


def _own(tx: Transaction, athlete: AthleteId, release_id: str) -> ReleaseRow:
    row = tx.session.get(ReleaseRow, release_id)
    if row is None or row.athlete != athlete or row.quiet:
        raise NotFound("expected a request to this athlete")
    return row


def _rows(tx: Transaction, athlete: AthleteId, *, with_quiet: bool = False) -> list[ReleaseRow]:
    query = select(ReleaseRow).where(col(ReleaseRow.athlete) == athlete)
    if not with_quiet:
        query = query.where(col(ReleaseRow.quiet).is_(False))
    return list(tx.session.exec(query.order_by(col(ReleaseRow.proposed), col(ReleaseRow.release_id))).all())


def _write(
    tx: Transaction, row: ReleaseRow, before: ConsentState, after: ConsentState, method: ConsentMethod, kind: ActorKind
) -> None:
    athlete = AthleteId(row.athlete)
    actor = athlete if kind is ActorKind.ATHLETE else row.recipient_org
    event_chain.write(tx, Event(athlete, row.release_id, row.sha256, after, actor, kind, method), before=before)


def _conclude(
    tx: Transaction, member: MemberRow, row: ReleaseRow, change: Change, status: ConsentState, method: ConsentMethod
) -> ReceiptRecord:
    # The epoch stays: the club reads it, proposed this release, and would learn from it that there was an answer.
    athlete, receipt_id = AthleteId(row.athlete), receipt_store.new_id()
    details = ReleaseDecided(
        receipt_id=receipt_id,
        release_id=row.release_id,
        sha256=row.sha256,
        status=status,
        method=ChoiceMethod(method.value),
        epoch=member.epoch,
    )
    # Of the same public kind as every other choice: counted against proposals and visible bands, a kind of its own
    # would tell a front office who said no from who never answered.
    (entry,) = tx.append([Draft.about(athlete, tx.union, details)]).entries
    issue = receipt_store.Issue(
        receipt_id,
        athlete,
        (change,),
        status,
        entry,
        method,
        release=receipt_store.ReleaseNamed(row.release_id, row.sha256, row.bytes_sha256),
    )
    return receipt_store.store(tx, issue)
