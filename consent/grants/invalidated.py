"""What the service itself ended for an athlete when it was put back from a backup: told before a freeze is lifted."""

from sqlmodel import col, select

from consent.grants.active import cell_of
from consent.grants.values import Change
from consent.storage.rows import ConsentEventRow, GrantRow, ReleaseRow
from consent.storage.transaction import Transaction
from policies.grant import Cell, Recipient
from policies.vocabulary import AthleteId, Category, ConsentState, Granularity, OrgId, Purpose, Role


def newest_invalidated(tx: Transaction, athlete: AthleteId) -> list[Change]:
    """Return every cell that was ended the last time, with how much was shared there, in the order of the events."""
    query = select(ConsentEventRow).where(
        col(ConsentEventRow.athlete) == athlete, col(ConsentEventRow.status) == ConsentState.INVALIDATED.value
    )
    events = tx.session.exec(query.order_by(col(ConsentEventRow.seq))).all()
    newest = [event.subject for event in events if event.at == events[-1].at]
    return [change for subject in newest if (change := _ended(tx, subject)) is not None]


def _ended(tx: Transaction, subject: str) -> Change | None:
    grant = tx.session.get(GrantRow, subject)
    if grant is not None:
        return Change(cell_of(grant), Granularity(grant.max_granularity))
    row = tx.session.get(ReleaseRow, subject)
    if row is None:
        return None
    recipient = Recipient(OrgId(row.recipient_org), Role(row.recipient_role))
    return Change(Cell(AthleteId(row.athlete), Category.DURABILITY, Purpose(row.purpose), recipient), Granularity.BAND)
