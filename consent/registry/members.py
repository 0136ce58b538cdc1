"""Athletes and their clubs: enrolment, and the lock that every decision takes first."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy import select as columns_of
from sqlmodel import col, func, select

from audit.entries.details.athletes import MemberEnrolled
from audit.entries.details.codes import FreezeCause
from chassis.http.limits import MOST_ITEMS
from consent.errors import InvalidChange, NotAllowed, NotFound
from consent.registry import orgs
from consent.registry.values import Member, OrgKind, SecondClub
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.log_journal import Draft
from consent.storage.membership_rows import SecondClubRow
from consent.storage.rows import BudgetRow, MemberRow
from consent.storage.transaction import Transaction
from policies.budget import LIFETIME_CAP
from policies.vocabulary import AthleteId, OrgId

_MEMBERS = ColumnStatement(
    columns_of(
        *(col(MemberRow.athlete), col(MemberRow.club), col(MemberRow.name), col(MemberRow.shirt_no)),
        *(col(MemberRow.is_minor), col(MemberRow.epoch), col(MemberRow.frozen)),
        *(col(MemberRow.second_club), col(MemberRow.second_until), col(MemberRow.sixteenths)),
    )
    .where(col(MemberRow.athlete).in_(bindparam("athletes", expanding=True)))
    .order_by(col(MemberRow.athlete))
    .with_for_update()
)


def enrol(tx: Transaction, club: OrgId, athlete: AthleteId, *, name: str, shirt_no: int, is_minor: bool) -> Member:
    """Enrol an athlete with their club, or correct name, number and age group.

    Raises NotAllowed for an athlete of another club, InvalidChange for one too many. A change of age group raises the
    epoch, so that whatever was decided under the other rules counts no longer. A second club corrects nothing.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    row = locked(tx, [athlete]).get(athlete)
    if row is not None and row.club != club:
        if not member_of(row, tx.now).is_at(club):
            raise NotAllowed("this athlete is not one of yours")
        tx.without_entry("the athlete's own club keeps the record; nothing changes")
        return member_of(row, tx.now)
    if row is not None and (row.name, row.shirt_no, row.is_minor) == (name, shirt_no, is_minor):
        tx.without_entry("enrolled already, nothing changes")
        return member_of(row, tx.now)
    if row is None:
        refuse_more_than_one_act_can_name(tx, club)
        row = MemberRow(
            athlete=athlete, club=club, name=name, shirt_no=shirt_no, is_minor=is_minor, epoch=1, enrolled=tx.now
        )
        tx.session.add(row)
        tx.session.flush()
        tx.context.journal.create_keys(tx.session, athlete)
        tx.session.add(BudgetRow(athlete=athlete, cap=LIFETIME_CAP, spent=0, reserved=0))
    else:
        row.epoch += int(row.is_minor != is_minor)
        row.name, row.shirt_no, row.is_minor = name, shirt_no, is_minor
    member = member_of(row, tx.now)
    tx.touched.add(member.athlete)
    tx.append([Draft.about(member.athlete, club, MemberEnrolled(epoch=row.epoch))])
    return member


def refuse_more_than_one_act_can_name(tx: Transaction, club: OrgId) -> None:
    """A round or a squad page leaves an entry for every athlete of its club, all in one transaction."""
    if enrolled(tx, club) >= MOST_ITEMS:
        raise InvalidChange(f"expected at most {MOST_ITEMS:,} athletes of one club; enrol others with a second one")


def enrolled(tx: Transaction, club: OrgId) -> int:
    """Return how many athletes a club has or, as its second club, had.

    So many entries stand for it whatever becomes of each: the number falls for nobody's leaving, which it would tell.
    """
    own = tx.session.exec(select(func.count()).where(col(MemberRow.club) == club)).one()
    return own + tx.session.exec(select(func.count()).where(col(SecondClubRow.club) == club)).one()


def at_club(club: OrgId, now: datetime) -> ColumnElement[bool]:
    """The condition of the athletes who are at a club now, as their own club or their second."""
    lasts = or_(col(MemberRow.second_until).is_(None), col(MemberRow.second_until) > now)
    return or_(col(MemberRow.club) == club, and_(col(MemberRow.second_club) == club, lasts))


def get(tx: Transaction, athlete: AthleteId) -> Member:
    """Return one athlete; raises NotFound."""
    row = tx.session.get(MemberRow, athlete)
    if row is None:
        raise NotFound("expected an athlete who is enrolled here")
    return member_of(row, tx.now)


def of_club(tx: Transaction, club: OrgId | None) -> list[Member]:
    """Return the athletes of one club, or of every club, by club and shirt number."""
    query = select(MemberRow).order_by(col(MemberRow.club), col(MemberRow.shirt_no), col(MemberRow.athlete))
    if club is not None:
        query = query.where(col(MemberRow.club) == club)
    return [member_of(row, tx.now) for row in tx.session.exec(query).all()]


def locked(tx: Transaction, athletes: Iterable[AthleteId]) -> dict[AthleteId, MemberRow]:
    """Lock these athletes until the commit, in one fixed order (no deadlock), and return those that exist."""
    wanted = sorted(set(athletes))
    query = select(MemberRow).where(col(MemberRow.athlete).in_(wanted)).order_by(col(MemberRow.athlete))
    rows = tx.session.exec(query.with_for_update()).all()
    return {AthleteId(row.athlete): row for row in rows}


def locked_members(tx: Transaction, athletes: Iterable[AthleteId]) -> dict[AthleteId, Member]:
    """Lock these athletes as `locked` does, and return those that exist as values."""
    found = tx.rows(_MEMBERS, athletes=sorted(set(athletes)))
    return {AthleteId(row.athlete): member_of(row, tx.now) for row in found}


def locked_one(tx: Transaction, athlete: AthleteId, *, even_erased: bool = False) -> MemberRow:
    """Lock one athlete; raises NotFound, also for one whose record was erased unless that is asked for.

    A choice that was under way when the record was erased must not be carried out after it: its entries could never be
    found again, and a recovery would not know that it ended.
    """
    rows = locked(tx, [athlete])
    if athlete not in rows or (tx.context.journal.is_erased(tx.session, athlete) and not even_erased):
        raise NotFound("expected an athlete who is enrolled here")
    return rows[athlete]


def rows_of_club(tx: Transaction, club: OrgId) -> list[MemberRow]:
    """Return every athlete of one club by athlete, not locked: for answers that tell how things stood at one moment."""
    query = select(MemberRow).where(col(MemberRow.club) == club).order_by(col(MemberRow.athlete))
    return list(tx.session.exec(query).all())


def locked_club(tx: Transaction, club: OrgId) -> list[MemberRow]:
    """Lock every athlete whose own club this is, and return them by athlete."""
    query = select(MemberRow).where(col(MemberRow.club) == club).order_by(col(MemberRow.athlete))
    return list(tx.session.exec(query.with_for_update()).all())


def locked_at(tx: Transaction, club: OrgId) -> list[MemberRow]:
    """Lock every athlete who is at a club now, those of whom it is the second club with them, in the same order."""
    query = select(MemberRow).where(at_club(club, tx.now)).order_by(col(MemberRow.athlete))
    return list(tx.session.exec(query.with_for_update()).all())


def member_of(row: MemberRow | ColumnRow, now: datetime | None = None) -> Member:
    """The stored athlete as a value. now: at which a second club counts; None leaves it out."""
    second = None
    if row.second_club is not None and now is not None and (row.second_until is None or row.second_until > now):
        second = SecondClub(OrgId(row.second_club), row.sixteenths, row.second_until)
    return Member(
        athlete=AthleteId(row.athlete),
        club=OrgId(row.club),
        name=row.name,
        shirt_no=row.shirt_no,
        is_minor=row.is_minor,
        epoch=row.epoch,
        frozen=frozenset(FreezeCause(word) for word in row.frozen.split()),
        second=second,
    )
