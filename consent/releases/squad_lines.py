"""The lines of a squad page, built beforehand: what a look has to do is the same whatever they hold.

A line is built at each publication, and again whenever something about its athlete changes, by the transaction that
changes it. A look compares stamps; a line that is missing or out of date is built then, so that what was withdrawn is
never shown, whoever forgot to build. All of it is used by the one writer only.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlmodel import col, func, select

from audit.entries.details.codes import AccessBasis
from consent.errors import KeyDestroyed
from consent.grants import event_chain
from consent.registry import members
from consent.registry.facts import facts_about
from consent.releases.stored import open_figures, request, state_of
from consent.storage.rows import ConsentEventRow, MemberRow, ReleaseRow
from consent.storage.transaction import Transaction
from policies.decision import Decision, Request
from policies.grant import Recipient
from policies.release import OfficeIndex
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

PURPOSE = Purpose.SQUAD_PLANNING
_NEVER = datetime.max.replace(tzinfo=UTC)

Stamp = tuple[int, str, bool]
"""What a line depends on beside the time: how many decisions its athlete has made, causes of a freeze, age group."""


@dataclass(frozen=True, slots=True)
class SquadLine:
    """What one line says until `until`, and what its access is recorded as. band, interval: None where it is hidden."""

    decision: Decision
    basis: AccessBasis
    until: datetime = _NEVER
    band: str | None = None
    interval: str | None = None
    answered: datetime | None = None


@dataclass(slots=True)
class _Squad:
    """The lines of one club as of one publication, each with the stamp that it was built for."""

    publication: datetime
    hidden: SquadLine
    lines: dict[AthleteId, tuple[Stamp, SquadLine]] = field(default_factory=dict)


class SquadLines:
    """The lines of every club whose page has been looked at since the start."""

    def __init__(self) -> None:
        self._squads: dict[OrgId, _Squad] = {}

    def of_club(self, tx: Transaction, club: OrgId, rows: Collection[MemberRow]) -> "ClubLines":
        """Return the lines of one club's members as they are now; what is out of date is built."""
        squad, stamps = self._current(tx, club), stamps_of(tx, club)
        stale = [row for row in rows if squad.lines.get(AthleteId(row.athlete), (None,))[0] != _stamp(row, stamps)]
        if stale:
            _build(tx, club, squad, stale, stamps)
        return ClubLines(squad.hidden, {athlete: line for athlete, (_, line) in squad.lines.items()}, tx.now)

    def rebuild(self, tx: Transaction, athletes: Iterable[AthleteId]) -> None:
        """Build the lines of these athletes anew, before the transaction that changes something about them commits."""
        for athlete in sorted(set(athletes)):
            row = tx.session.get(MemberRow, athlete)
            squad = None if row is None else self._squads.get(OrgId(row.club))
            if row is not None and squad is not None:
                _build(tx, OrgId(row.club), squad, [row], stamps_of(tx, OrgId(row.club)))

    def waiting(self, published: datetime) -> list[OrgId]:
        """Return the clubs whose lines are of an earlier publication than this."""
        return [club for club, squad in self._squads.items() if squad.publication != published]

    def _current(self, tx: Transaction, club: OrgId) -> _Squad:
        published, squad = tx.context.publication.last(tx.now), self._squads.get(club)
        if squad is None or squad.publication != published:
            squad = self._squads[club] = _Squad(published, _hidden(tx, club))
        return squad


@dataclass(frozen=True, slots=True)
class ClubLines:
    """The lines of one look."""

    hidden: SquadLine
    lines: dict[AthleteId, SquadLine]
    now: datetime

    def of(self, athlete: AthleteId | None) -> SquadLine:
        """Return the line of an athlete, or of a player without an account."""
        line = self.hidden if athlete is None else self.lines[athlete]
        return line if self.now < line.until else self.hidden


def stamps_of(tx: Transaction, club: OrgId) -> dict[str, int]:
    """Return the number of each member's newest decision, found without reading the others."""
    newest = select(func.max(ConsentEventRow.seq)).where(col(ConsentEventRow.athlete) == col(MemberRow.athlete))
    query = select(MemberRow.athlete, newest.correlate(MemberRow).scalar_subquery()).where(col(MemberRow.club) == club)
    return {athlete: seq or 0 for athlete, seq in tx.session.exec(query).all()}


def _stamp(row: MemberRow, stamps: dict[str, int]) -> Stamp:
    return stamps.get(row.athlete, 0), row.frozen, row.is_minor


def _build(tx: Transaction, club: OrgId, squad: _Squad, rows: Iterable[MemberRow], stamps: dict[str, int]) -> None:
    members_of = {row.athlete: row for row in rows}
    shown = _visible(tx, club, members_of, squad.publication)
    for athlete, row in members_of.items():
        line = _line(tx, row, shown[athlete]) if athlete in shown and not row.frozen else None
        squad.lines[AthleteId(athlete)] = (_stamp(row, stamps), line or squad.hidden)


def _visible(tx: Transaction, club: OrgId, athletes: Collection[str], published: datetime) -> dict[str, ReleaseRow]:
    """The newest approved, unexpired and published release of each of these athletes."""
    query = select(ReleaseRow).where(
        col(ReleaseRow.recipient_org) == club,
        col(ReleaseRow.recipient_role) == Role.FRONT_OFFICE.value,
        col(ReleaseRow.purpose) == PURPOSE.value,
        col(ReleaseRow.quiet).is_(False),
        col(ReleaseRow.athlete).in_(sorted(athletes)),
    )
    rows = tx.session.exec(query.order_by(col(ReleaseRow.proposed), col(ReleaseRow.release_id))).all()
    folded = event_chain.states(tx, [row.release_id for row in rows])
    return {
        row.athlete: row
        for row in rows
        if state_of(tx, row, folded.get(row.release_id)).is_valid_for_processing
        and row.answered is not None
        and row.answered <= published
    }


def _line(tx: Transaction, row: MemberRow, release: ReleaseRow) -> SquadLine | None:
    """The line of one approved release; None where its key is destroyed or a rule forbids it."""
    try:
        index: OfficeIndex = open_figures(tx, release)[0]
    except KeyDestroyed:
        return None
    decision = tx.context.enforcer.decide(request(tx, members.member_of(row), release))
    if not decision.allowed:
        return None
    return SquadLine(
        decision,
        AccessBasis.APPROVED_RELEASE,
        until=release.until,
        band=index.index_band_5pt,
        interval=index.interval_rounded_outward,
        answered=release.answered,
    )


def _hidden(tx: Transaction, club: OrgId) -> SquadLine:
    """What every hidden line is: the answer about a member of the club with no release."""
    enforcer, office = tx.context.enforcer, Recipient(club, Role.FRONT_OFFICE)
    nobody = facts_about(None, office, rules=enforcer.bundle, sources=frozenset(), consent=False, release=False)
    question = Request(
        Category.DURABILITY, Granularity.BAND, Action.READ, PURPOSE, replace(nobody, subject_tenant=club)
    )
    return SquadLine(enforcer.decide(question), AccessBasis.NOT_AVAILABLE)
