"""The privacy ledger: reserve, commit, refund in integer micro-rho, hash-chained per athlete (docs/privacy.md §3).

Nothing here is undone: a crash after a reservation leaves the budget set aside, a crash after a commit
leaves it spent. The database's own CHECK is the hard stop behind the test in `reserve`.

A club asks for its whole squad at once, so the books of many athletes are opened together: three statements, however
many they are, where one after the other took seven each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, bindparam, func
from sqlalchemy import select as columns_of
from sqlmodel import col, select

from chassis.http.limits import MOST_ITEMS
from chassis.storage.hash_chain import GENESIS, Link, is_whole, link_bytes, link_hash
from consent.errors import BudgetExhausted, Conflict, NotFound
from consent.storage.column_statement import ColumnStatement
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


_ATHLETES: BindParameter[Any] = bindparam("athletes", expanding=True)
_LAST = (
    columns_of(col(LedgerRow.athlete), func.max(col(LedgerRow.seq)).label("seq"))
    .where(col(LedgerRow.athlete).in_(_ATHLETES))
    .group_by(col(LedgerRow.athlete))
    .subquery()
)
_ENDS = ColumnStatement(
    columns_of(col(LedgerRow.athlete), col(LedgerRow.seq), col(LedgerRow.hash)).join(
        _LAST, (col(LedgerRow.athlete) == _LAST.c.athlete) & (col(LedgerRow.seq) == _LAST.c.seq)
    )
)
"""The last link of each athlete's chain."""
_OF_CAMPAIGN = ColumnStatement(
    columns_of(col(LedgerRow.athlete), col(LedgerRow.movement), col(LedgerRow.micro_rho)).where(
        col(LedgerRow.campaign) == bindparam("campaign"), col(LedgerRow.athlete).in_(_ATHLETES)
    )
)


@dataclass(frozen=True, slots=True)
class Books:
    """Some athletes' budgets and chains, locked, and what each has set aside and spent for one campaign.

    What is moved reaches the database with the next statement; no second one may be open for the same athletes.
    """

    tx: Transaction
    campaign: str
    budgets: Mapping[AthleteId, BudgetRow]
    accounts: dict[AthleteId, Account]
    ends: dict[AthleteId, tuple[int, str]]

    @classmethod
    def open(cls, tx: Transaction, athletes: Iterable[AthleteId], campaign: str) -> "Books":
        """Lock the budgets of these athletes; raises NotFound if one has none."""
        wanted = sorted(set(athletes))
        budgets = {AthleteId(row.athlete): row for part in _parts(wanted) for row in _locked(tx, part)}
        if len(budgets) < len(wanted):
            raise NotFound("expected an athlete who is enrolled here")
        found = [row for part in _parts(wanted) for row in tx.rows(_ENDS, athletes=part)]
        ends = {AthleteId(row.athlete): (row.seq, row.hash) for row in found}
        return cls(tx, campaign, budgets, accounts(tx, wanted, campaign), ends)

    def reserve(self, athlete: AthleteId, micro_rho: int) -> None:
        """Set aside the whole campaign at once; raises BudgetExhausted (no partial reservation)."""
        budget, before = self.budgets[athlete], self.accounts[athlete]
        if micro_rho <= 0 or budget.spent + budget.reserved + micro_rho > budget.cap:
            raise BudgetExhausted("the reservation would pass the cap; nothing was reserved")
        budget.reserved += micro_rho
        self.accounts[athlete] = replace(before, reserved=before.reserved + micro_rho)
        self._note(athlete, Movement.RESERVE, 0, micro_rho)

    def commit(self, athlete: AthleteId, round_no: int, micro_rho: int) -> None:
        """Spend one round out of what is set aside; raises Conflict if that is too little."""
        budget, before = self.budgets[athlete], self.accounts[athlete]
        if micro_rho > before.outstanding:
            raise Conflict("expected a round that is still set aside")
        budget.reserved -= micro_rho
        budget.spent += micro_rho
        self.accounts[athlete] = replace(before, committed=before.committed + micro_rho)
        self._note(athlete, Movement.COMMIT, round_no, micro_rho)

    def refund(self, athlete: AthleteId, unused: int | None = None) -> int:
        """Give back what was set aside and never released; returns how much, 0 if nothing was.

        unused: as much as one token of the athlete's has left; all of the campaign where none is said. Raises Conflict
        for more than is set aside.
        """
        budget, before = self.budgets[athlete], self.accounts[athlete]
        micro_rho = before.outstanding if unused is None else unused
        if micro_rho > before.outstanding:
            raise Conflict("expected no more back than is still set aside")
        if micro_rho > 0:
            budget.reserved -= micro_rho
            self.accounts[athlete] = replace(before, refunded=before.refunded + micro_rho)
            self._note(athlete, Movement.REFUND, 0, micro_rho)
        return micro_rho

    def charge(self, athlete: AthleteId, micro_rho: int) -> int:
        """Spend at once, as far as it is left; returns how much was."""
        budget = self.budgets[athlete]
        charged = min(micro_rho, budget.cap - budget.spent - budget.reserved)
        if charged > 0:
            budget.spent += charged
            self._note(athlete, Movement.CHARGE, 0, charged)
        return charged

    def _note(self, athlete: AthleteId, movement: Movement, round_no: int, micro_rho: int) -> None:
        seq, prev_hash = self.ends.get(athlete, (0, GENESIS))
        row = LedgerRow(
            athlete=athlete,
            seq=seq + 1,
            campaign=self.campaign,
            movement=movement.value,
            round_no=round_no,
            micro_rho=micro_rho,
            at=self.tx.now,
            prev_hash=prev_hash,
            hash="",
        )
        row.hash = link_hash(link_bytes(_content(row)))
        self.ends[athlete] = row.seq, row.hash
        self.tx.session.add(row)


def charge(tx: Transaction, athlete: AthleteId, micro_rho: int) -> int:
    """Spend `micro_rho` that no campaign here accounts for, as far as it is left; returns how much was."""
    return Books.open(tx, [athlete], RECOVERY).charge(athlete, micro_rho)


def accounts(tx: Transaction, athletes: Iterable[AthleteId], campaign: str) -> dict[AthleteId, Account]:
    """Add up one campaign of each of these athletes."""
    wanted = sorted(set(athletes))
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for part in _parts(wanted):
        for row in tx.rows(_OF_CAMPAIGN, campaign=campaign, athletes=part):
            sums[row.athlete, row.movement] += row.micro_rho
    kinds = (Movement.RESERVE, Movement.COMMIT, Movement.REFUND)
    return {athlete: Account(*(sums[athlete, kind.value] for kind in kinds)) for athlete in wanted}


def charged(tx: Transaction, athlete: AthleteId) -> int:
    """Return what recoveries have charged one athlete, in micro-rho."""
    return sum(row.micro_rho for row in _rows(tx, athlete) if row.movement == Movement.CHARGE)


def locked_budget(tx: Transaction, athlete: AthleteId) -> BudgetRow:
    """Lock and return one athlete's budget; raises NotFound."""
    rows = _locked(tx, [athlete])
    if not rows:
        raise NotFound("expected an athlete who is enrolled here")
    return rows[0]


def _locked(tx: Transaction, athletes: Sequence[AthleteId]) -> Sequence[BudgetRow]:
    query = select(BudgetRow).where(col(BudgetRow.athlete).in_(athletes)).order_by(col(BudgetRow.athlete))
    return tx.session.exec(query.with_for_update()).all()


def _parts(athletes: Sequence[AthleteId]) -> Iterator[Sequence[AthleteId]]:
    """Lists that a statement can take: a campaign may end for more athletes than SQLite has parameters."""
    return (athletes[first : first + MOST_ITEMS] for first in range(0, len(athletes), MOST_ITEMS))


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
