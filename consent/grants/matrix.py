"""The athlete's matrix: personal categories by recipients, derived from vocabulary, rules, grants and releases."""

from dataclasses import dataclass

from sqlmodel import col, select

from consent.grants import event_chain
from consent.grants.active import cell_of, grant_of, held_by
from consent.grants.values import MatrixCell
from consent.registry import members, orgs
from consent.registry.facts import facts_about
from consent.registry.values import Member, Org, OrgKind
from consent.storage.rows import GrantRow, ReleaseRow
from consent.storage.transaction import Transaction
from policies.decision import Request
from policies.grant import Cell, Recipient
from policies.recipients import PURPOSE_OF_ROLE
from policies.vocabulary import Action, AthleteId, Category, ConsentState, Granularity, Purpose, Role, worst_sources

CLUB_ROLES = (Role.MEDICAL, Role.COACH, Role.FRONT_OFFICE)
SECOND_CLUB_ROLES = (Role.MEDICAL, Role.COACH)
"""Contracts and squad plans are the own club's: a second club proposes no release."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What the rules would honour in one cell: at most `ceiling`; `never_rule` names the rule if nothing."""

    ceiling: Granularity
    never_rule: str | None


def build(tx: Transaction, athlete: AthleteId) -> list[MatrixCell]:
    """Return every cell, row by row; raises NotFound."""
    member = members.get(tx, athlete)
    columns = recipients_of(tx, member)
    grants = _newest_grants(tx, athlete)
    states = event_chain.states(tx, [row.grant_id for row in grants.values()])
    released = _release_states(tx, athlete)
    return [
        _cell(tx, member, category, recipient, org, grants, states, released)
        for category in Category
        if category.is_personal
        for recipient, org in columns
    ]


def recipients_of(tx: Transaction, member: Member) -> list[tuple[Recipient, Org]]:
    """Return whom this athlete can share with or shares with now, in the order of the columns.

    Invariant: every grant that its athlete holds has its column, whatever was registered or has changed since.
    """
    known = {org.org_id: org for org in orgs.every(tx)}
    club = known[member.club]
    columns = [(Recipient(club.org_id, role), club) for role in CLUB_ROLES]
    if member.second is not None:
        second = known[member.second.club]
        columns += [(Recipient(second.org_id, role), second) for role in SECOND_CLUB_ROLES]
    for kind, role in ((OrgKind.GOVERNING_BODY, Role.NATIONAL_TEAM), (OrgKind.LEAGUE, Role.FL_AGGREGATOR)):
        columns += [(Recipient(org.org_id, role), org) for org in known.values() if org.kind is kind]
    offered = {recipient for recipient, _ in columns}
    held = {cell_of(row).recipient for row in held_by(tx, member.athlete)}
    return columns + [(recipient, known[recipient.org]) for recipient in sorted(held - offered, key=_by_name)]


def is_by_release(category: Category, role: Role) -> bool:
    """True for the one cell that opens by approving exact bytes, never by a standing yes (docs/privacy.md §4.3)."""
    return category is Category.DURABILITY and role is Role.FRONT_OFFICE


def limit(tx: Transaction, member: Member, category: Category, recipient: Recipient) -> Limit:
    """What the rules would honour in this cell for this athlete, with every favourable fact; frozen: nothing."""
    enforcer, purpose = tx.context.enforcer, PURPOSE_OF_ROLE[recipient.role]
    ceiling = enforcer.ceiling(recipient.role, category, purpose)
    if ceiling is Granularity.NONE:
        return Limit(Granularity.NONE, enforcer.never_rule(recipient.role, category, purpose))
    if not (member.is_minor or member.is_frozen):
        return Limit(ceiling, None)
    sources = worst_sources(category)
    facts = facts_about(member, recipient, rules=enforcer.bundle, sources=sources, consent=True, release=True)
    action = action_of(recipient.role)
    decision = enforcer.decide(Request(category, ceiling, action, purpose, facts))
    return Limit(ceiling, None) if decision.allowed else Limit(Granularity.NONE, decision.rule_id)


def action_of(role: Role) -> Action:
    """What a recipient does with what it gets: league learning trains, everyone else reads."""
    return Action.TRAIN if role is Role.FL_AGGREGATOR else Action.READ


def _cell(
    tx: Transaction,
    member: Member,
    category: Category,
    recipient: Recipient,
    org: Org,
    grants: dict[Cell, GrantRow],
    states: dict[str, ConsentState],
    released: dict[Purpose, tuple[str, ConsentState]],
) -> MatrixCell:
    purpose = PURPOSE_OF_ROLE[recipient.role]
    allowed = limit(tx, member.as_if_unfrozen(), category, recipient)
    row = grants.get(Cell(member.athlete, category, purpose, recipient))
    by_release = is_by_release(category, recipient.role)
    if by_release:
        release_id, state = released.get(purpose, (None, ConsentState.UNKNOWN))
    else:
        release_id, state = None, _state(tx, row, states)
    is_on = state.is_valid_for_processing
    return MatrixCell(
        athlete=member.athlete,
        category=category,
        recipient=recipient,
        recipient_name=org.name,
        purpose=purpose,
        state=state,
        never_rule=allowed.never_rule,
        grant=grant_of(row) if row is not None and is_on else None,
        ceiling=allowed.ceiling,
        by_release=by_release,
        release_id=release_id if is_on else None,
    )


def _state(tx: Transaction, row: GrantRow | None, states: dict[str, ConsentState]) -> ConsentState:
    if row is None:
        return ConsentState.UNKNOWN
    return event_chain.state_now(states.get(row.grant_id), ends=row.ends, now=tx.now)


def _by_name(recipient: Recipient) -> tuple[str, str]:
    return recipient.org, recipient.role.value


def _newest_grants(tx: Transaction, athlete: AthleteId) -> dict[Cell, GrantRow]:
    """The newest grant of each cell; the current one where there is one."""
    query = select(GrantRow).where(col(GrantRow.athlete) == athlete)
    rows = tx.session.exec(query).all()
    in_order = sorted(rows, key=lambda row: (row.current is not None, row.begins, row.grant_id))
    return {grant_of(row).cell: row for row in in_order}


def _release_states(tx: Transaction, athlete: AthleteId) -> dict[Purpose, tuple[str, ConsentState]]:
    """The newest shown release by purpose; an approved one wins."""
    query = select(ReleaseRow).where(col(ReleaseRow.athlete) == athlete, col(ReleaseRow.quiet).is_(False))
    rows = tx.session.exec(query.order_by(col(ReleaseRow.proposed), col(ReleaseRow.release_id))).all()
    folded = event_chain.states(tx, [row.release_id for row in rows])
    newest: dict[Purpose, tuple[str, ConsentState]] = {}
    for row in rows:
        purpose = Purpose(row.purpose)
        ends = row.until if folded[row.release_id].is_valid_for_processing else row.open_until
        state = event_chain.state_now(folded[row.release_id], ends=ends, now=tx.now)
        if not (purpose in newest and newest[purpose][1].is_valid_for_processing):
            newest[purpose] = (row.release_id, state)
    return newest
