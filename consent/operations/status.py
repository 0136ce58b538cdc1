"""Counts for operators."""

from sqlmodel import SQLModel, col, func, select

from consent.operations.values import StoreStatus
from consent.storage.rows import BudgetRow, CampaignRow, LogDetailRow, MemberRow, OrgRow
from consent.storage.transaction import Transaction
from policies.budget import BUDGET_DELTA, epsilon_proved


def of_store(tx: Transaction) -> StoreStatus:
    """Return counts: no names, nothing about a named athlete."""
    waits = col(LogDetailRow.log_index).is_(None)
    spent_most = tx.session.exec(select(func.max(BudgetRow.spent))).one() or 0
    return StoreStatus(
        orgs=_count(tx, OrgRow),
        athletes=_count(tx, MemberRow),
        campaigns=_count(tx, CampaignRow),
        log_waiting=tx.session.exec(select(func.count()).select_from(LogDetailRow).where(waits)).one(),
        spent_most_micro_rho=spent_most,
        epsilon_spent_most=epsilon_proved(spent_most, BUDGET_DELTA),
        log_origin=tx.context.log_origin,
        policy_hash=tx.context.enforcer.policy_hash,
    )


def _count(tx: Transaction, rows: type[SQLModel]) -> int:
    return tx.session.exec(select(func.count()).select_from(rows)).one()
