"""The decision point for clubs: each item decided on established facts, all logged, then answered; and the snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.entries.details.access import Access, SnapshotServed
from audit.entries.details.codes import AccessBasis, AccessOutcome, DecisionReason
from chassis.http.limits import MOST_ITEMS
from consent.decisions.prepared import Prepared
from consent.decisions.values import DecisionAnswer, DecisionCall, DecisionItem, ItemResult, SnapshotAnswer
from consent.errors import ConsentError, InvalidChange, NotAllowed
from consent.grants.active import is_covered, live_grants
from consent.grants.matrix import limit
from consent.registry import leagues, members, orgs
from consent.registry.facts import facts_about
from consent.registry.values import Member, OrgKind
from consent.storage.log_journal import Draft
from consent.storage.rows import MemberRow, OrgRow
from consent.storage.transaction import Transaction
from policies.canonical import canonical_bytes, sha256_hex
from policies.decision import Decision, Request
from policies.grant import Cell, Grant, Recipient
from policies.snapshot import SNAPSHOT_LIFE, ConsentSnapshot, LiveGrant
from policies.vocabulary import WITHOUT_WEARABLES, AthleteId, OrgId, Purpose, Role, stated_sources

DECIDING_ROLES = frozenset({Role.COACH, Role.MEDICAL})


@dataclass(frozen=True, slots=True)
class _Question:
    """One call with what was found. decided: by facts, since most items of a page have the same as another."""

    call: DecisionCall
    known: Mapping[AthleteId, Member]
    grants: Mapping[Cell, Grant]
    decided: dict[Request, Decision] = field(default_factory=dict)


def decide_together(
    tx: Transaction, calls: Sequence[DecisionCall]
) -> list[Prepared[DecisionAnswer | None] | ConsentError]:
    """Decide every item of every call; returns for each call its entries and its answer, or why it is refused.

    An athlete of another club and one who does not exist get the same answer; the former finds the try
    among their own log entries.
    """
    foreign = {club: _refused_as(tx, club) for club in {call.club for call in calls}}
    refusals = [foreign[call.club] or _refusal(call) for call in calls]
    asked = [call for call, refusal in zip(calls, refusals, strict=True) if refusal is None]
    known = members.locked_members(tx, [item.athlete for call in asked for item in call.items]) if asked else {}
    grants = _grants(tx, asked, known)
    return [
        refusal or _prepared(tx, _Question(call, known, grants)) for call, refusal in zip(calls, refusals, strict=True)
    ]


def _refused_as(tx: Transaction, club: OrgId) -> ConsentError | None:
    """Why nobody of this organisation may ask; None if it is a club."""
    try:
        orgs.require(tx, club, OrgKind.CLUB)
    except ConsentError as error:
        return error
    return None


def _refusal(call: DecisionCall) -> ConsentError | None:
    if call.actor.role not in DECIDING_ROLES:
        return NotAllowed("expected a coach or a member of the medical team")
    if not 0 < len(call.items) <= MOST_ITEMS:
        return InvalidChange(f"expected 1 to {MOST_ITEMS:,} items")
    if any(item.without_wearables and item.category not in WITHOUT_WEARABLES for item in call.items):
        return InvalidChange("expected only readiness and training load to be asked for without wearables")
    return None


def _grants(tx: Transaction, calls: Sequence[DecisionCall], known: Mapping[AthleteId, Member]) -> dict[Cell, Grant]:
    """Return the live grants that are asked about, by one question for each recipient and purpose."""
    found: dict[Cell, Grant] = {}
    asked: dict[tuple[Recipient, Purpose], list[DecisionItem]] = {}
    for call in calls:
        asked.setdefault((Recipient(call.club, call.actor.role), call.purpose), []).extend(call.items)
    for (recipient, purpose), items in asked.items():
        own = {item.athlete for item in items if item.athlete in known and known[item.athlete].club == recipient.org}
        categories = {item.category for item in items}
        found |= live_grants(tx, own, purpose=purpose, recipient=recipient, categories=categories)
    return found


def _prepared(tx: Transaction, question: _Question) -> Prepared[DecisionAnswer]:
    decided = [_decide(tx, question, item) for item in question.call.items]
    rules, results = tx.context.enforcer.policy_hash, tuple(result for result, _ in decided)
    return Prepared([draft for _, draft in decided], lambda appended: DecisionAnswer(rules, results, appended.event))


def _decide(tx: Transaction, question: _Question, item: DecisionItem) -> tuple[ItemResult, Draft]:
    call, member = question.call, question.known.get(item.athlete)
    cell = Cell(item.athlete, item.category, call.purpose, Recipient(call.club, call.actor.role))
    facts = facts_about(
        member,
        cell.recipient,
        rules=tx.context.enforcer.bundle,
        sources=stated_sources(item.category, without_wearables=item.without_wearables),
        consent=is_covered(question.grants, cell, tx=tx, granularity=item.granularity),
        release=False,
    )
    request = Request(item.category, item.granularity, call.action, call.purpose, facts)
    if request not in question.decided:
        question.decided[request] = tx.context.enforcer.decide(request)
    decision = question.decided[request]
    own = member if member is not None and member.club == call.club else None
    details = _access(call, item, decision, question.grants.get(cell), own)
    # Who is unknown here and who is another club's get the same answer by the same rule: an opened entry does not
    # tell which of them was asked about.
    draft = Draft.dummy(call.club, details) if member is None else Draft.about(item.athlete, call.club, details)
    return ItemResult(item.athlete, item.category, details.is_granted, 0 if own is None else own.epoch), draft


def _access(
    call: DecisionCall, item: DecisionItem, decision: Decision, grant: Grant | None, own: Member | None
) -> Access:
    basis = _basis(decision, grant, own)
    covering = grant if basis is AccessBasis.GRANT else None
    return Access(
        person=call.actor.person,
        role=call.actor.role,
        action=call.action,
        purpose=call.purpose,
        category=item.category,
        granularity=item.granularity,
        outcome=AccessOutcome.GRANTED if decision.allowed and own is not None else AccessOutcome.DENIED,
        rule=decision.rule_id or None,
        reason=reason_of(decision),
        basis=basis,
        grant=None if covering is None else covering.grant_id,
        since=None if covering is None else covering.begins.date(),
        without_wearables=item.without_wearables or None,
    )


def _basis(decision: Decision, grant: Grant | None, own: Member | None) -> AccessBasis:
    if own is None:
        return AccessBasis.OTHER_CLUB
    if grant is None:
        return AccessBasis.NOT_SHARED
    if own.is_frozen:
        return AccessBasis.FROZEN
    return AccessBasis.GRANT if decision.allowed else AccessBasis.BEYOND_GRANT


def reason_of(decision: Decision) -> DecisionReason:
    """Return the decision point's reason as it stands in an entry; the type of an error of its engine does not."""
    return DecisionReason(decision.reason.partition(":")[0])


def snapshot(tx: Transaction, club: OrgId) -> SnapshotAnswer:
    """Return the signed snapshot of one club; logged whenever it says something new.

    It holds what the node needs: grants to the club's own people and to the learning of the leagues that the club has
    joined, each cut to what the rules honour now. What an athlete shares with the national team, or with a league that
    the club is not in, is not the club's business.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    content = _content(tx, club, members.locked_club(tx, club))
    return _signed(tx, content, event=_log_if_new(tx, content))


def repeated_snapshot(tx: Transaction, club: OrgId) -> SnapshotAnswer | None:
    """Return the snapshot if it says what the last one said, and so needs no entry; None if it must be recorded.

    It needs no writer's turn: a node asks every few minutes. Raises LogUnavailable if nothing could be recorded.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    content = _content(tx, club, members.rows_of_club(tx, club))
    if tx.session.get_one(OrgRow, club).snapshot_sha256 != content.sha256:
        return None
    tx.as_recorded_before("the same snapshot again")
    return _signed(tx, content, event=None)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a snapshot says, before it has a time and a signature."""

    club: OrgId
    epochs: dict[AthleteId, int]
    listed: tuple[LiveGrant, ...]

    @property
    def sha256(self) -> str:
        """Hash of whole grants: other rules may honour more of one than before, and no epoch says so."""
        content = {"epochs": dict(self.epochs), "grants": [_told(grant) for grant in self.listed]}
        return sha256_hex(canonical_bytes(content))


def _content(tx: Transaction, club: OrgId, rows: Sequence[MemberRow]) -> _Content:
    recipients = {club, *leagues.joined_by(tx, club)}
    grants = live_grants(tx, [AthleteId(row.athlete) for row in rows])
    listed = [
        live
        for cell, grant in grants.items()
        if cell.recipient.org in recipients and (live := _listed(tx, cell, grant)) is not None
    ]
    listed.sort(key=lambda g: (g.athlete, g.recipient_org, g.recipient_role, g.category))
    return _Content(club, {AthleteId(row.athlete): row.epoch for row in rows}, tuple(listed))


def _signed(tx: Transaction, content: _Content, *, event: str | None) -> SnapshotAnswer:
    made = ConsentSnapshot(content.club, tx.now, tx.now + SNAPSHOT_LIFE, content.epochs, content.listed)
    return SnapshotAnswer(made.signed(tx.context.keys.service), event)


def _listed(tx: Transaction, cell: Cell, grant: Grant) -> LiveGrant | None:
    honoured = min(
        grant.max_granularity, limit(tx, members.get(tx, cell.athlete), cell.category, cell.recipient).ceiling
    )
    if not honoured:
        return None
    return LiveGrant(
        athlete=cell.athlete,
        category=cell.category,
        purpose=cell.purpose,
        recipient_org=cell.recipient.org,
        recipient_role=cell.recipient.role,
        max_granularity=honoured,
        ends=grant.ends,
    )


def _told(grant: LiveGrant) -> list[str]:
    """All that a snapshot says about one grant."""
    recipient = [grant.recipient_org, grant.recipient_role.value]
    level = [grant.max_granularity.word, grant.ends.isoformat()]
    return [grant.athlete, grant.category.value, grant.purpose.value, *recipient, *level]


def _log_if_new(tx: Transaction, content: _Content) -> str | None:
    """A repeat of the same content discloses nothing new and is not logged again."""
    row = tx.session.get_one(OrgRow, content.club)
    if row.snapshot_sha256 == content.sha256:
        tx.as_recorded_before("the same snapshot again")
        return None
    row.snapshot_sha256 = content.sha256
    return tx.append([Draft.of_org(content.club, SnapshotServed(sha256=content.sha256))]).event
