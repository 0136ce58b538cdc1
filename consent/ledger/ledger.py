"""The privacy ledger: reserve, commit, refund in integer micro-rho, hash-chained per athlete (docs/privacy.md §3).

Nothing here is undone: a crash after a reservation leaves the budget set aside, a crash after a commit
leaves it spent. The database's own CHECK is the hard stop behind the test in `reserve`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from chassis.storage.hash_chain import GENESIS, Link, is_whole, link_bytes, link_hash
from consent.errors import BudgetExhausted, Conflict, NotFound
from consent.storage.rows import BudgetRow, LedgerRow
from consent.storage.transaction import Transaction
from policies.errors import BadSignature
from policies.vocabulary import AthleteId


class Movement(StrEnum):
    """What one line of the ledger does. CHARGE spends at once, without a reservation: what a recovery cannot know."""

    RESERVE = "reserve"
    COMMIT = "commit"
    REFUND = "refund"
    CHARGE = "charge"


RECOVERY = "restored-service"
"""Stands for the campaign of a charge: no campaign has such a hash."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one athlete has reserved, spent and got back for one campaign, in micro-rho."""

    reserved: int = 0
    committed: int = 0
    refunded: int = 0

    @property
    def outstanding(self) -> int:
        """Set aside and neither spent nor given back."""
        return self.reserved - self.committed - self.refunded


def reserve(tx: Transaction, athlete: AthleteId, campaign: str, micro_rho: int) -> None:
    """Set aside the whole campaign at once; raises BudgetExhausted (no partial reservation)."""
    budget = locked_budget(tx, athlete)
    if micro_rho <= 0 or budget.spent + budget.reserved + micro_rho > budget.cap:
        raise BudgetExhausted("the reservation would pass the cap; nothing was reserved")
    budget.reserved += micro_rho
    _note(tx, athlete, campaign, Movement.RESERVE, 0, micro_rho)


def commit(tx: Transaction, athlete: AthleteId, campaign: str, round_no: int, micro_rho: int) -> None:
    """Spend one round out of what is set aside; raises Conflict if that is too little."""
    budget = locked_budget(tx, athlete)
    if micro_rho > account(tx, athlete, campaign).outstanding:
        raise Conflict("expected a round that is still set aside")
    budget.reserved -= micro_rho
    budget.spent += micro_rho
    _note(tx, athlete, campaign, Movement.COMMIT, round_no, micro_rho)


def refund(tx: Transaction, athlete: AthleteId, campaign: str) -> int:
    """Give back what was set aside and never released; returns how much, 0 if nothing was."""
    budget = locked_budget(tx, athlete)
    micro_rho = account(tx, athlete, campaign).outstanding
    if micro_rho > 0:
        budget.reserved -= micro_rho
        _note(tx, athlete, campaign, Movement.REFUND, 0, micro_rho)
    return micro_rho


def charge(tx: Transaction, athlete: AthleteId, micro_rho: int) -> int:
    """Spend `micro_rho` that no campaign here accounts for, as far as it is left; returns how much was."""
    budget = locked_budget(tx, athlete)
    charged = min(micro_rho, budget.cap - budget.spent - budget.reserved)
    if charged > 0:
        budget.spent += charged
        _note(tx, athlete, RECOVERY, Movement.CHARGE, 0, charged)
    return charged


def account(tx: Transaction, athlete: AthleteId, campaign: str) -> Account:
    """Add up one campaign of one athlete."""
    sums = dict.fromkeys(Movement, 0)
    query = select(LedgerRow).where(col(LedgerRow.athlete) == athlete, col(LedgerRow.campaign) == campaign)
    for row in tx.session.exec(query).all():
        sums[Movement(row.movement)] += row.micro_rho
    return Account(sums[Movement.RESERVE], sums[Movement.COMMIT], sums[Movement.REFUND])


def charged(tx: Transaction, athlete: AthleteId) -> int:
    """Return what recoveries have charged one athlete, in micro-rho."""
    return sum(row.micro_rho for row in _rows(tx, athlete) if row.movement == Movement.CHARGE)


def locked_budget(tx: Transaction, athlete: AthleteId) -> BudgetRow:
    """Lock and return one athlete's budget; raises NotFound."""
    query = select(BudgetRow).where(col(BudgetRow.athlete) == athlete).with_for_update()
    row = tx.session.exec(query).one_or_none()
    if row is None:
        raise NotFound("expected an athlete who is enrolled here")
    return row


def verify(tx: Transaction, athlete: AthleteId) -> int:
    """Check one athlete's chain and that it adds up to the budget; returns its length, raises BadSignature."""
    rows = _rows(tx, athlete)
    if not is_whole(Link(row.seq, row.prev_hash, row.hash, link_bytes(_content(row))) for row in rows):
        raise BadSignature("the chain of the privacy ledger is broken")
    sums = {movement: sum(row.micro_rho for row in rows if row.movement == movement) for movement in Movement}
    spent = sums[Movement.COMMIT] + sums[Movement.CHARGE]
    reserved = sums[Movement.RESERVE] - sums[Movement.COMMIT] - sums[Movement.REFUND]
    budget = tx.session.get(BudgetRow, athlete)
    if budget is None or (budget.spent, budget.reserved) != (spent, reserved):
        raise BadSignature("the privacy ledger does not add up to the budget")
    return len(rows)


def _rows(tx: Transaction, athlete: AthleteId) -> list[LedgerRow]:
    query = select(LedgerRow).where(col(LedgerRow.athlete) == athlete).order_by(col(LedgerRow.seq))
    return list(tx.session.exec(query).all())


def _note(
    tx: Transaction, athlete: AthleteId, campaign: str, movement: Movement, round_no: int, micro_rho: int
) -> None:
    newest = select(LedgerRow).where(col(LedgerRow.athlete) == athlete).order_by(col(LedgerRow.seq).desc()).limit(1)
    last = tx.session.exec(newest).one_or_none()
    row = LedgerRow(
        athlete=athlete,
        seq=1 if last is None else last.seq + 1,
        campaign=campaign,
        movement=movement.value,
        round_no=round_no,
        micro_rho=micro_rho,
        at=tx.now,
        prev_hash=GENESIS if last is None else last.hash,
        hash="",
    )
    row.hash = link_hash(link_bytes(_content(row)))
    tx.session.add(row)
    tx.session.flush()


def _content(row: LedgerRow) -> Mapping[str, Any]:
    return {
        "athlete": row.athlete,
        "seq": row.seq,
        "campaign": row.campaign,
        "movement": row.movement,
        "round": row.round_no,
        "micro_rho": row.micro_rho,
        "at": row.at.isoformat(),
        "prev_hash": row.prev_hash,
    }
