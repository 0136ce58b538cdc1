"""What an athlete has in use in one season line: its cap holds over all campaigns of it, however they are planned.

Counted are what is set aside, whenever that was, and what was spent within a season. A round is paid out of what its
reservation counted, so that no 365 days hold more than the cap once every reservation was checked. The exchanges of a
season are paid later, each in its window: by then what was spent long before counts no more (docs/privacy.md §3).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, or_, select

from consent.errors import BudgetExhausted
from consent.ledger.ledger import RECOVERY, Movement
from consent.storage.rows import CampaignRow, LedgerRow
from consent.storage.transaction import Transaction
from policies.budget import rho_micro_per_round
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON, SEASON_CAP, season_line
from policies.campaigns.season_windows import rounds_left, window
from policies.snapshot import CLOCK_TOLERANCE
from policies.vocabulary import AthleteId


def check_room(tx: Transaction, athlete: AthleteId, manifest: CampaignManifest) -> None:
    """Return if what is left of the campaign fits its season line; raises BudgetExhausted. The caller has the athlete.

    When a round is paid, at the earliest, those before it may have been paid within the same season.
    """
    found, price = _movements(tx, athlete, season_line(manifest)), rho_micro_per_round(manifest.noise_multiplier)
    left = rounds_left(manifest, tx.now)
    for place in range(1, left + 1):
        opens, _ = window(manifest, manifest.rounds - left + place)
        paid_at = max(tx.now, opens - CLOCK_TOLERANCE)
        if _counted_in(found, at=paid_at) + place * price > SEASON_CAP:
            raise BudgetExhausted("the reservation would pass the cap of the season; nothing was reserved")


def in_use(tx: Transaction, athlete: AthleteId, line: str) -> int:
    """Micro-rho that one athlete has set aside in a line, or spent in it within a season.

    What a recovery charged was spent nobody knows where, and so counts in every line.
    """
    return _counted_in(_movements(tx, athlete, line), at=tx.now)


def _movements(tx: Transaction, athlete: AthleteId, line: str) -> Sequence[LedgerRow]:
    of_line = select(CampaignRow.sha256).where(col(CampaignRow.line) == line)
    query = select(LedgerRow).where(
        col(LedgerRow.athlete) == athlete,
        or_(col(LedgerRow.campaign).in_(of_line), col(LedgerRow.campaign) == RECOVERY),
    )
    return tx.session.exec(query).all()


def _counted_in(rows: Sequence[LedgerRow], *, at: datetime) -> int:
    return sum(_counted(row, since=at - SEASON) for row in rows)


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
