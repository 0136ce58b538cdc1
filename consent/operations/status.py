"""Counts for operators."""

from collections.abc import Callable

from sqlmodel import SQLModel, col, func, select

from consent.operations.values import StoreStatus
from consent.storage.rows import BudgetRow, CampaignRow, LogDetailRow, MemberRow, OrgRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId

Proved = Callable[[Transaction, AthleteId, int], float]
"""The epsilon that an athlete's spend proves, by what it was spent on."""


def of_store(tx: Transaction, epsilon_spent: Proved) -> StoreStatus:
    """Return counts: no names, nothing about a named athlete."""
    waits = col(LogDetailRow.log_index).is_(None)
    spent_most = tx.session.exec(select(func.max(BudgetRow.spent))).one() or 0
    return StoreStatus(
        orgs=_count(tx, OrgRow),
        athletes=_count(tx, MemberRow),
        campaigns=_count(tx, CampaignRow),
        log_waiting=tx.session.exec(select(func.count()).select_from(LogDetailRow).where(waits)).one(),
        spent_most_micro_rho=spent_most,
        epsilon_spent_most=_epsilon_most(tx, spent_most, epsilon_spent),
        log_origin=tx.context.log_origin,
        policy_hash=tx.context.enforcer.policy_hash,
    )


def _epsilon_most(tx: Transaction, spent_most: int, epsilon_spent: Proved) -> float:
    """The largest proved epsilon among those who spent most: the same spend can be on other campaigns."""
    if spent_most == 0:
        return 0.0
    query = select(BudgetRow.athlete).where(col(BudgetRow.spent) == spent_most)
    return max(epsilon_spent(tx, AthleteId(one), spent_most) for one in tx.session.exec(query).all())


def _count(tx: Transaction, rows: type[SQLModel]) -> int:
    return tx.session.exec(select(func.count()).select_from(rows)).one()
