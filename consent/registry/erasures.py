"""Which of a club's athletes must not come back to its node from a backup: those erased here or there."""

from sqlmodel import col, select

from consent.registry import orgs
from consent.registry.values import OrgKind
from consent.storage.membership_rows import NodeErasureRow, SecondClubRow
from consent.storage.rows import MemberRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId


def note_at_node(tx: Transaction, athlete: AthleteId, club: OrgId) -> None:
    """Keep that a club of the athlete has destroyed its key to their data; reporting it again is fine."""
    if tx.session.get(NodeErasureRow, (athlete, club)) is None:
        tx.session.add(NodeErasureRow(athlete=athlete, club=club, at=tx.now))


def of_club(tx: Transaction, club: OrgId) -> list[AthleteId]:
    """Return the club's athletes who are erased here, and those whose data it reported to have erased.

    Those of whom it was the second club are among them: its node may still hold what it had of them.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    own = tx.session.exec(select(MemberRow.athlete).where(col(MemberRow.club) == club)).all()
    second = tx.session.exec(select(SecondClubRow.athlete).where(col(SecondClubRow.club) == club)).all()
    erased = select(NodeErasureRow.athlete).where(col(NodeErasureRow.club) == club)
    at_node = set(tx.session.exec(erased).all())
    return [
        AthleteId(athlete)
        for athlete in sorted({*own, *second})
        if athlete in at_node or tx.context.journal.is_erased(tx.session, athlete)
    ]
