"""The front office's squad page: one row logic for every line, the same work and log entries whatever its state.

Never asked, refused, deferred, withdrawn, expired, not computed, below minimum and no such athlete all come
out as the same row. Only an approved, unexpired and published release shows its band.
"""

from dataclasses import dataclass, replace

from sqlmodel import col, select

from audit.entries.details.access import Access, SquadPageOpened
from audit.entries.details.codes import AccessBasis, AccessOutcome
from consent.decisions.decide import reason_of
from consent.decisions.values import Actor
from consent.errors import KeyDestroyed, NotAllowed
from consent.grants import event_chain
from consent.registry import leagues, members, orgs
from consent.registry.facts import facts_about
from consent.registry.values import OrgKind
from consent.releases.stored import open_figures, request, state_of
from consent.releases.values import OfficePage, OfficeRow
from consent.storage.log_journal import Draft
from consent.storage.rows import MemberRow, PlayerRow, ReleaseRow
from consent.storage.sealing import OwnerKeys
from consent.storage.transaction import Transaction
from policies.decision import Decision, Request
from policies.grant import Recipient
from policies.loader import Bundle
from policies.release import OfficeIndex
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

PURPOSE = Purpose.SQUAD_PLANNING

_DUMMY_KEYS = OwnerKeys.generate()
_DUMMY = _DUMMY_KEYS.seal({"index": {}, "own_view": {}, "padding": "0" * 400}, about="nothing")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the public squad list; `member` is None for a player without an account."""

    shirt_no: int
    name: str
    member: MemberRow | None


def view(tx: Transaction, caller: OrgId, club: OrgId, actor: Actor) -> OfficePage:
    """Return the squad page for the league's server; see `ConsentStore.office_view`."""
    orgs.require(tx, caller, OrgKind.LEAGUE)
    if actor.role is not Role.FRONT_OFFICE:
        raise NotAllowed("expected someone of the front office")
    org = leagues.require_club(tx, caller, club)
    shown = _visible(tx, club)
    rows, drafts = [], []
    for line in _squad(tx, club):
        release = shown.get(line.member.athlete) if line.member is not None and not line.member.frozen else None
        row, draft = _row(tx, club, actor, line, release)
        rows.append(row)
        drafts.append(draft)
    page = SquadPageOpened(person=actor.person, role=actor.role, asked_by=caller)
    appended = tx.append([Draft.of_org(club, page), *drafts])
    published = tx.context.publication.last(tx.now).isoformat()
    return OfficePage(org.name, published, tuple(rows), appended.event)


def _squad(tx: Transaction, club: OrgId) -> list[_Line]:
    listed = tx.session.exec(select(PlayerRow).where(col(PlayerRow.club) == club)).all()
    lines = [_Line(row.shirt_no, row.name, row) for row in members.locked_club(tx, club)]
    lines += [_Line(row.shirt_no, row.name, None) for row in listed]
    return sorted(lines, key=lambda line: (line.shirt_no, line.name))


def _visible(tx: Transaction, club: OrgId) -> dict[str, ReleaseRow]:
    """The newest approved, unexpired and published release of each athlete."""
    query = select(ReleaseRow).where(
        col(ReleaseRow.recipient_org) == club,
        col(ReleaseRow.recipient_role) == Role.FRONT_OFFICE.value,
        col(ReleaseRow.purpose) == PURPOSE.value,
        col(ReleaseRow.quiet).is_(False),
    )
    rows = tx.session.exec(query.order_by(col(ReleaseRow.proposed), col(ReleaseRow.release_id))).all()
    folded = event_chain.states(tx, [row.release_id for row in rows])
    publication = tx.context.publication
    return {
        row.athlete: row
        for row in rows
        if state_of(tx, row, folded.get(row.release_id)).is_valid_for_processing
        and row.answered is not None
        and publication.is_published(row.answered, tx.now)
    }


def _row(
    tx: Transaction, club: OrgId, actor: Actor, line: _Line, release: ReleaseRow | None
) -> tuple[OfficeRow, Draft]:
    index = _open(tx, release)
    if line.member is not None and release is not None and index is not None:
        question = request(tx, members.member_of(line.member), release)
    else:
        question = _without_release(club, tx.context.enforcer.bundle)
    decision = tx.context.enforcer.decide(question)
    allowed = decision.allowed and index is not None
    details = _access(actor, decision, release if allowed else None)
    if line.member is None:
        draft = Draft.dummy(club, details)
    else:
        draft = Draft.about(AthleteId(line.member.athlete), club, details)
    band = index.index_band_5pt if allowed and index else None
    interval = index.interval_rounded_outward if allowed and index else None
    return OfficeRow(line.shirt_no, line.name, band, interval), draft


def _open(tx: Transaction, release: ReleaseRow | None) -> OfficeIndex | None:
    """Open the release, or do the same work on a dummy."""
    if release is None:
        _DUMMY_KEYS.open(_DUMMY, about="nothing")
        return None
    try:
        return open_figures(tx, release)[0]
    except KeyDestroyed:
        return None


def _without_release(club: OrgId, rules: Bundle) -> Request:
    office = Recipient(club, Role.FRONT_OFFICE)
    nobody = facts_about(None, office, rules=rules, sources=frozenset(), consent=False, release=False)
    facts = replace(nobody, subject_tenant=club)
    return Request(Category.DURABILITY, Granularity.BAND, Action.READ, PURPOSE, facts)


def _access(actor: Actor, decision: Decision, shown: ReleaseRow | None) -> Access:
    """The access to one line; shown: the release whose band stands there."""
    at = shown.answered if shown is not None else None
    return Access(
        person=actor.person,
        role=actor.role,
        action=Action.READ,
        purpose=PURPOSE,
        category=Category.DURABILITY,
        granularity=Granularity.BAND,
        outcome=AccessOutcome.DENIED if shown is None else AccessOutcome.GRANTED,
        rule=decision.rule_id or None,
        reason=reason_of(decision),
        basis=AccessBasis.NOT_AVAILABLE if at is None else AccessBasis.APPROVED_RELEASE,
        since=at and at.date(),
    )
