"""Which grants are in force: the rows that claim it, checked against the fold of their events and the time."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col
from sqlmodel import select as rows_of

from consent.grants import event_chain
from consent.grants.lifecycle import ConsentTransition, fold
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.rows import ConsentEventRow, GrantRow
from consent.storage.transaction import Transaction
from policies.grant import Cell, Grant, Recipient
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role

_COLUMNS = (
    *(col(GrantRow.grant_id), col(GrantRow.athlete), col(GrantRow.category), col(GrantRow.purpose)),
    *(col(GrantRow.recipient_org), col(GrantRow.recipient_role), col(GrantRow.max_granularity)),
    *(col(GrantRow.begins), col(GrantRow.ends)),
    *(col(GrantRow.notice_version), col(GrantRow.legal_basis), col(GrantRow.agreement)),
)


def live_grants(
    tx: Transaction,
    athletes: Iterable[AthleteId],
    *,
    purpose: Purpose | None = None,
    recipient: Recipient | None = None,
    categories: Iterable[Category] | None = None,
) -> dict[Cell, Grant]:
    """Return the live grant of each cell. The caller holds the athletes' locks if anything depends on it."""
    wanted: dict[str, Any] = {"athletes": sorted(set(athletes))}
    if purpose is not None:
        wanted |= {"purpose": purpose.value}
    if recipient is not None:
        wanted |= {"recipient_org": recipient.org, "recipient_role": recipient.role.value}
    if categories is not None:
        wanted |= {"categories": sorted({category.value for category in categories})}
    grants: dict[str, Grant] = {}
    steps: dict[str, list[ConsentTransition]] = {}
    for row in tx.rows(_current(*wanted), **wanted):
        if row.grant_id not in grants:
            grants[row.grant_id], steps[row.grant_id] = grant_of(row), []
        if row.status is not None:  # None for a grant without any event
            steps[row.grant_id].append(event_chain.step_of(row))
    return {
        grant.cell: grant
        for grant_id, grant in grants.items()
        if event_chain.state_now(fold(steps[grant_id]), ends=grant.ends, now=tx.now).is_valid_for_processing
    }


@cache  # by the parameters, four statements in all
def _current(*named: str) -> ColumnStatement:
    """The grants that claim to be current, as columns, within what these parameters will say.

    Each has a row for each of its events, in their order, and one row if it has none.
    """
    limits = {
        "athletes": col(GrantRow.athlete).in_(bindparam("athletes", expanding=True)),
        "purpose": col(GrantRow.purpose) == bindparam("purpose"),
        "recipient_org": col(GrantRow.recipient_org) == bindparam("recipient_org"),
        "recipient_role": col(GrantRow.recipient_role) == bindparam("recipient_role"),
        "categories": col(GrantRow.category).in_(bindparam("categories", expanding=True)),
    }
    return ColumnStatement(
        select(*_COLUMNS, *event_chain.STEP)
        .outerjoin_from(GrantRow, ConsentEventRow, col(ConsentEventRow.subject) == col(GrantRow.grant_id))
        .where(col(GrantRow.current).is_not(None), *(limits[name] for name in named))
        .order_by(*event_chain.IN_ORDER)
    )


def is_covered(grants: Mapping[Cell, Grant], cell: Cell, *, tx: Transaction, granularity: Granularity) -> bool:
    """True if a live grant of this very cell covers `granularity` now."""
    grant = grants.get(cell)
    return grant is not None and grant.covers(at=tx.now, granularity=granularity)


def held_by(tx: Transaction, athlete: AthleteId) -> Sequence[GrantRow]:
    """Return every grant of the athlete that claims to be current, those that time has ended included; by id."""
    query = rows_of(GrantRow).where(col(GrantRow.athlete) == athlete, col(GrantRow.current).is_not(None))
    return tx.session.exec(query.order_by(col(GrantRow.grant_id))).all()


def in_cell(tx: Transaction, cell: Cell) -> GrantRow | None:
    """Return the row that claims to be current in `cell`, whatever its time says."""
    return tx.session.exec(rows_of(GrantRow).where(col(GrantRow.current) == cell_key(cell))).one_or_none()


def cell_key(cell: Cell) -> str:
    """One text per cell, for the database's uniqueness check."""
    recipient = cell.recipient
    return "|".join((cell.athlete, cell.category.value, cell.purpose.value, recipient.org, recipient.role.value))


def cell_of(row: GrantRow | ColumnRow) -> Cell:
    """The cell of a stored grant."""
    recipient = Recipient(OrgId(row.recipient_org), Role(row.recipient_role))
    return Cell(AthleteId(row.athlete), Category(row.category), Purpose(row.purpose), recipient)


def grant_of(row: GrantRow | ColumnRow) -> Grant:
    """The stored grant as a value."""
    return Grant(
        grant_id=row.grant_id,
        cell=cell_of(row),
        max_granularity=Granularity(row.max_granularity),
        begins=row.begins,
        ends=row.ends,
        notice_version=row.notice_version,
        legal_basis=row.legal_basis,
        agreement=row.agreement,
    )
