"""What an athlete has in use in one season line: its cap holds over all campaigns of it, however they are planned.

Counted are what is set aside, whenever that was, and what was spent within a season until now. A round is paid out of
what its reservation counted, so that no 365 days hold more than the cap once every reservation was checked.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from consent.errors import BudgetExhausted
from consent.ledger.ledger import RECOVERY, Movement
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.rows import CampaignRow, LedgerRow
from consent.storage.transaction import Transaction
from policies.campaigns.season_line import SEASON, SEASON_CAP
from policies.vocabulary import AthleteId

_CAMPAIGNS = select(col(CampaignRow.sha256)).where(col(CampaignRow.line) == bindparam("line"))
_OF_LINE = ColumnStatement(
    select(col(LedgerRow.athlete), col(LedgerRow.movement), col(LedgerRow.micro_rho), col(LedgerRow.at)).where(
        col(LedgerRow.athlete).in_(bindparam("athletes", expanding=True)),
        or_(
            col(LedgerRow.campaign).in_(
                select(col(CampaignRow.sha256)).where(col(CampaignRow.line) == bindparam("line"))
            ),
            col(LedgerRow.campaign) == RECOVERY,
        ),
    )
)


def check_room(in_use: int, micro_rho: int) -> None:
    """Return if so much more fits beside what an athlete has in use in a line; raises BudgetExhausted."""
    if in_use + micro_rho > SEASON_CAP:
        raise BudgetExhausted("the reservation would pass the cap of the season; nothing was reserved")


def in_use(tx: Transaction, athletes: Iterable[AthleteId], line: str) -> dict[AthleteId, int]:
    """Micro-rho that each athlete of a club has set aside in a line, or spent in it within a season.

    What a recovery charged was spent nobody knows where, and so counts in every line. The caller has the athletes.
    """
    used = dict.fromkeys(athletes, 0)
    for row in tx.rows(_OF_LINE, athletes=sorted(used), line=line):
        used[AthleteId(row.athlete)] += _counted(row, since=tx.now - SEASON)
    return used


def _counted(row: ColumnRow, *, since: datetime) -> int:
    """What one movement adds: a commit takes out of what is set aside, and is spent instead while it is recent."""
    movement, is_recent, micro_rho = Movement(row.movement), row.at > since, int(row.micro_rho)
    if movement is Movement.RESERVE:
        return micro_rho
    if movement is Movement.REFUND:
        return -micro_rho
    if movement is Movement.COMMIT:
        return 0 if is_recent else -micro_rho
    return micro_rho if is_recent else 0
