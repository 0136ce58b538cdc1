"""An athlete is at a second club for a while: a loan, a national side with a node of its own, university and club.

Each club learns from what its own node holds, with the athlete's weight there; both weights are one whole athlete. What
the athlete shares with the second club they choose in the portal, as for their own. Neither club is told of the other.
"""

from datetime import datetime

from audit.entries.details.athletes import RefundBooked, SecondClubSet
from consent.athlete import change_consent
from consent.errors import Conflict, InvalidChange
from consent.grants.lifecycle import ActorKind
from consent.grants.matrix import SECOND_CLUB_ROLES
from consent.grants.values import ConsentMethod
from consent.ledger.refunds import refund_left
from consent.registry import members, orgs
from consent.registry.values import Member, OrgKind, SecondClub
from consent.storage.log_journal import Draft
from consent.storage.membership_rows import SecondClubRow
from consent.storage.rows import MemberRow
from consent.storage.transaction import Transaction
from policies.campaigns.memberships import WHOLE
from policies.grant import Recipient
from policies.vocabulary import AthleteId, OrgId


def put(tx: Transaction, athlete: AthleteId, wanted: SecondClub) -> Member:
    """Have the athlete at a second club with this weight, or change weight and end; the same again changes nothing.

    Tokens that were issued keep their weight. Raises NotFound, NotAllowed for an organisation that is no club,
    InvalidChange for the own club, a weight outside 1 to 15 or an end that is over, Conflict for a third club.
    """
    club = wanted.club
    orgs.require(tx, club, OrgKind.CLUB)
    row = members.locked_one(tx, athlete)
    _check(row, wanted, tx.now)
    present = members.member_of(row, tx.now).second
    if present is not None and present.club != club:
        raise Conflict("expected an athlete without another second club; end that membership first")
    if present == wanted:
        tx.without_entry("the second club is the same, nothing changes")
        return members.member_of(row, tx.now)
    refunds = _leave(tx, row) if present is None else ()
    if present is not None and _ends_before(wanted, present):
        _stop_sharing(tx, row, club)
    if tx.session.get(SecondClubRow, (athlete, club)) is None:
        members.refuse_more_than_one_act_can_name(tx, club)
        tx.session.add(SecondClubRow(athlete=athlete, club=club, since=tx.now))
    row.second_club, row.sixteenths, row.second_until = club, wanted.sixteenths, wanted.until
    details = SecondClubSet(
        club=club, sixteenths=wanted.sixteenths, until=wanted.until, epoch=row.epoch, refunds=refunds
    )
    tx.append([Draft.about(athlete, club, details)])
    return members.member_of(row, tx.now)


def end(tx: Transaction, athlete: AthleteId) -> Member:
    """End the second membership, with everything that is shared there; what no round used of its tokens comes back.

    Raises NotFound, or Conflict if there is no second club.
    """
    row = members.locked_one(tx, athlete)
    if row.second_club is None:
        raise Conflict("expected an athlete with a second club; nothing was changed")
    club = OrgId(row.second_club)
    details = SecondClubSet(club=club, sixteenths=0, until=None, epoch=row.epoch + 1, refunds=_leave(tx, row))
    tx.append([Draft.about(athlete, club, details)])
    return members.member_of(row, tx.now)


def _leave(tx: Transaction, row: MemberRow) -> tuple[RefundBooked, ...]:
    """Take the athlete from the second club, if its time is over or it ends now; returns what came back."""
    if row.second_club is None:
        return ()
    athlete, club = AthleteId(row.athlete), OrgId(row.second_club)
    _stop_sharing(tx, row, club)
    row.second_club, row.sixteenths, row.second_until = None, 0, None
    return refund_left(tx, athlete, club)


def _stop_sharing(tx: Transaction, row: MemberRow, club: OrgId) -> None:
    """End what is shared with a second club; the athlete may share again what lasts no longer than the membership."""
    athlete, method, by = AthleteId(row.athlete), ConsentMethod.ISSUER, ActorKind.CONTROLLER
    for role in SECOND_CLUB_ROLES:
        change_consent.end_where(tx, athlete, recipient=Recipient(club, role), method=method, by=by)
    row.epoch += 1


def _ends_before(wanted: SecondClub, present: SecondClub) -> bool:
    return wanted.until is not None and (present.until is None or wanted.until < present.until)


def _check(row: MemberRow, wanted: SecondClub, now: datetime) -> None:
    if wanted.club == row.club:
        raise InvalidChange("expected another club than the athlete's own")
    if not 1 <= wanted.sixteenths < WHOLE:
        raise InvalidChange(f"expected a weight of 1 to {WHOLE - 1} sixteenths, got {wanted.sixteenths}")
    if wanted.until is not None and wanted.until <= now:
        raise InvalidChange("expected an end that is still to come")
