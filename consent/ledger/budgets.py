"""The athlete's view of the privacy budget, and the one thing an athlete may do to it: lower the cap."""

from collections import Counter
from dataclasses import replace

from sqlmodel import col, func, select

from audit.entries.details.athletes import CapLowered
from consent.errors import InvalidChange, NotFound
from consent.ledger import campaigns, ledger
from consent.ledger.values import BudgetLine, BudgetView
from consent.registry import members
from consent.storage.log_journal import Draft
from consent.storage.rows import BudgetRow, LedgerRow, RoundRow, TokenRow
from consent.storage.transaction import Transaction
from policies.budget import BUDGET_DELTA, GaussianRounds, epsilon_of_spend, epsilon_proved, rounds_of
from policies.campaigns.season_windows import rounds_left
from policies.vocabulary import AthleteId


def view(tx: Transaction, athlete: AthleteId) -> BudgetView:
    """Return the budget; raises NotFound."""
    row = tx.session.get(BudgetRow, athlete)
    if row is None:
        raise NotFound("expected an athlete who is enrolled here")
    return BudgetView(
        spent_micro_rho=row.spent,
        reserved_micro_rho=row.reserved,
        cap_micro_rho=row.cap,
        epsilon_spent=epsilon_spent(tx, athlete, row.spent),
        epsilon_cap=epsilon_proved(row.cap, BUDGET_DELTA),
        delta=BUDGET_DELTA,
        lines=tuple(line for sha256 in _campaigns_of(tx, athlete) for line in _lines(tx, athlete, sha256)),
    )


def epsilon_spent(tx: Transaction, athlete: AthleteId, spent: int) -> float:
    """Return the epsilon that an athlete's spend of `spent` micro-rho proves, by what it was spent on.

    What a recovery charged was spent on nobody knows what, and then the conversion from zCDP counts alone.
    """
    rounds = (
        select(LedgerRow.campaign, func.count(), func.sum(LedgerRow.micro_rho))
        .where(col(LedgerRow.athlete) == athlete, col(LedgerRow.movement) == ledger.Movement.COMMIT.value)
        .group_by(col(LedgerRow.campaign))
    )
    parts = [
        _spent_on(rounds_of(campaigns.get(tx, sha256).manifest, paid), int(micro_rho))
        for sha256, paid, micro_rho in tx.session.exec(rounds).all()
    ]
    return epsilon_of_spend(spent, parts, BUDGET_DELTA)


def _spent_on(part: GaussianRounds | None, micro_rho: int) -> GaussianRounds | None:
    """The answers that were paid for, booked at what they cost: those of an athlete of two clubs cost a part each."""
    return None if part is None else replace(part, rho_micro=micro_rho)


def lower_cap(tx: Transaction, athlete: AthleteId, micro_rho: int) -> BudgetView:
    """Lower the cap; raises InvalidChange unless it lies between what is in use and the present cap."""
    members.locked_one(tx, athlete)
    row = ledger.locked_budget(tx, athlete)
    if not row.spent + row.reserved <= micro_rho < row.cap:
        raise InvalidChange("expected a cap below the present one and not below what is used or set aside")
    row.cap = micro_rho
    tx.append([Draft.about(athlete, tx.union, CapLowered(cap_micro_rho=micro_rho))])
    return view(tx, athlete)


def _campaigns_of(tx: Transaction, athlete: AthleteId) -> list[str]:
    query = select(LedgerRow.campaign).where(col(LedgerRow.athlete) == athlete).order_by(col(LedgerRow.seq))
    return list(dict.fromkeys(tx.session.exec(query).all()))


def _lines(tx: Transaction, athlete: AthleteId, sha256: str) -> list[BudgetLine]:
    if sha256 == ledger.RECOVERY:
        return [BudgetLine(ledger.RECOVERY, ledger.RECOVERY, "", ledger.charged(tx, athlete), "used")]
    manifest, account = campaigns.get(tx, sha256).manifest, ledger.accounts(tx, [athlete], sha256)[athlete]
    paid, tokens = _paid_rounds(tx, athlete, sha256)
    used = BudgetLine(manifest.campaign_id, manifest.model, _span(sorted(paid)), account.committed, "used")
    still = range(manifest.rounds - rounds_left(manifest, tx.now) + 1, manifest.rounds + 1)
    open_rounds = [number for number in still if paid[number] < tokens]
    aside = BudgetLine(manifest.campaign_id, manifest.model, _span(open_rounds), account.outstanding, "set aside")
    return [line for line in (used, aside) if line.micro_rho > 0]


def _paid_rounds(tx: Transaction, athlete: AthleteId, sha256: str) -> tuple[Counter[int], int]:
    """How many of the athlete's tokens have paid for each round, and how many there are: one at each club of theirs."""
    own = (col(TokenRow.athlete) == athlete, col(TokenRow.campaign) == sha256)
    query = select(RoundRow.round_no).join(TokenRow, col(TokenRow.digest) == col(RoundRow.digest)).where(*own)
    tokens = select(func.count()).select_from(TokenRow).where(*own)
    return Counter(tx.session.exec(query).all()), tx.session.exec(tokens).one()


def _span(rounds: list[int]) -> str:
    """Rounds in words; gaps are listed one by one."""
    if not rounds:
        return "no rounds"
    if rounds == list(range(rounds[0], rounds[-1] + 1)) and len(rounds) > 1:
        return f"rounds {rounds[0]} to {rounds[-1]}"
    return ("round " if len(rounds) == 1 else "rounds ") + ", ".join(str(n) for n in rounds)
