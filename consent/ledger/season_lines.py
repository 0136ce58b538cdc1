"""What an athlete has in use in one season line: its cap holds over all campaigns of it, however they are planned.

Counted are what is set aside, whenever that was, and what was spent within a season until now. A round is paid out of
what its reservation counted, so that no 365 days hold more than the cap once every reservation was checked.
"""

from datetime import datetime

from sqlmodel import col, or_, select

from consent.errors import BudgetExhausted
from consent.ledger.ledger import RECOVERY, Movement
from consent.storage.rows import CampaignRow, LedgerRow
from consent.storage.transaction import Transaction
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON, SEASON_CAP, season_line
from policies.vocabulary import AthleteId


def check_room(tx: Transaction, athlete: AthleteId, manifest: CampaignManifest, micro_rho: int) -> None:
    """Return if so much more fits the campaign's season line; raises BudgetExhausted. The caller has the athlete."""
    if in_use(tx, athlete, season_line(manifest)) + micro_rho > SEASON_CAP:
        raise BudgetExhausted("the reservation would pass the cap of the season; nothing was reserved")


def in_use(tx: Transaction, athlete: AthleteId, line: str) -> int:
    """Micro-rho that one athlete has set aside in a line, or spent in it within a season.

    What a recovery charged was spent nobody knows where, and so counts in every line.
    """
    of_line = select(CampaignRow.sha256).where(col(CampaignRow.line) == line)
    query = select(LedgerRow).where(
        col(LedgerRow.athlete) == athlete,
        or_(col(LedgerRow.campaign).in_(of_line), col(LedgerRow.campaign) == RECOVERY),
    )
    return sum(_counted(row, since=tx.now - SEASON) for row in tx.session.exec(query).all())


def _counted(row: LedgerRow, *, since: datetime) -> int:
    """What one movement adds: a commit takes out of what is set aside, and is spent instead while it is recent."""
    movement, is_recent = Movement(row.movement), row.at > since
    if movement is Movement.RESERVE:
        return row.micro_rho
    if movement is Movement.REFUND:
        return -row.micro_rho
    if movement is Movement.COMMIT:
        return 0 if is_recent else -row.micro_rho
    return row.micro_rho if is_recent else 0
