"""The decision point for clubs: each item decided on established facts, all logged, then answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.entries.details.access import Access
from audit.entries.details.codes import AccessBasis, AccessOutcome, DecisionReason
from chassis.http.limits import MOST_ITEMS
from consent.decisions.prepared import Prepared
from consent.decisions.values import DecisionAnswer, DecisionCall, DecisionItem, ItemResult
from consent.errors import ConsentError, InvalidChange, NotAllowed
from consent.grants.active import is_covered, live_grants
from consent.registry import members, orgs
from consent.registry.facts import facts_about
from consent.registry.values import Member, OrgKind
from consent.storage.log_journal import Draft
from consent.storage.transaction import Transaction
from policies.decision import Decision, Request
from policies.grant import Cell, Grant, Recipient
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
        own = {item.athlete for item in items if item.athlete in known and known[item.athlete].is_at(recipient.org)}
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
    own = member if member is not None and member.is_at(call.club) else None
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
