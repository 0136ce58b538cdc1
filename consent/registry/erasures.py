"""Which of a club's athletes must not come back to its node from a backup: those erased here or there."""

from sqlmodel import col, select

from consent.registry import orgs
from consent.registry.values import OrgKind
from consent.storage.rows import MemberRow, NodeErasureRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId


def note_at_node(tx: Transaction, athlete: AthleteId) -> None:
    """Keep that the athlete's club has destroyed its key to their data; reporting it again is fine."""
    if tx.session.get(NodeErasureRow, athlete) is None:
        tx.session.add(NodeErasureRow(athlete=athlete, at=tx.now))


def of_club(tx: Transaction, club: OrgId) -> list[AthleteId]:
    """Return the club's athletes who are erased here, and those whose data it reported to have erased."""
    orgs.require(tx, club, OrgKind.CLUB)
    query = select(MemberRow.athlete).where(col(MemberRow.club) == club).order_by(col(MemberRow.athlete))
    at_node = set(tx.session.exec(select(NodeErasureRow.athlete)).all())
    return [
        AthleteId(athlete)
        for athlete in tx.session.exec(query).all()
        if athlete in at_node or tx.context.journal.is_erased(tx.session, athlete)
    ]
