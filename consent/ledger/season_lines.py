"""What an athlete has in use in one season line: its cap holds over all campaigns of it, however they are planned.

Counted are what is set aside, whenever that was, and what was spent within a season. A round is paid out of what its
reservation counted, so that no 365 days hold more than the cap once every reservation was checked. The exchanges of a
season are paid later, each in its window: by then what was spent long before counts no more (docs/privacy.md §3).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from consent.errors import BudgetExhausted
from consent.ledger.ledger import RECOVERY, Movement
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.rows import CampaignRow, LedgerRow
from consent.storage.transaction import Transaction
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON, SEASON_CAP
from policies.campaigns.season_windows import rounds_left, window
from policies.snapshot import CLOCK_TOLERANCE
from policies.vocabulary import AthleteId

_CAMPAIGNS = select(col(CampaignRow.sha256)).where(col(CampaignRow.line) == bindparam("line"))
_OF_LINE = ColumnStatement(
    select(col(LedgerRow.athlete), col(LedgerRow.movement), col(LedgerRow.micro_rho), col(LedgerRow.at)).where(
        col(LedgerRow.athlete).in_(bindparam("athletes", expanding=True)),
        or_(
            col(LedgerRow.campaign).in_(_CAMPAIGNS),
            col(LedgerRow.campaign) == RECOVERY,
        ),
    )
)

Movements = Mapping[AthleteId, Sequence[ColumnRow]]
"""What was booked of each athlete in one season line."""


def check_room(found: Sequence[ColumnRow], manifest: CampaignManifest, price: int, *, now: datetime) -> None:
    """Return if what is left of the campaign fits beside what an athlete has in its line; raises BudgetExhausted.

    found: `movements` of the athlete. price: of a round, in micro-rho, for the athlete's weight at the club. When a
    round is paid, at the earliest, those before it may have been paid within the same season.
    """
    left = rounds_left(manifest, now)
    for place in range(1, left + 1):
        opens, _ = window(manifest, manifest.rounds - left + place)
        paid_at = max(now, opens - CLOCK_TOLERANCE)
        if counted_in(found, at=paid_at) + place * price > SEASON_CAP:
            raise BudgetExhausted("the reservation would pass the cap of the season; nothing was reserved")


def movements(tx: Transaction, athletes: Iterable[AthleteId], line: str) -> Movements:
    """Return what was booked of each athlete of a club in a line, in one statement. The caller has the athletes.

    What a recovery charged was spent nobody knows where, and so counts in every line.
    """
    found: dict[AthleteId, list[ColumnRow]] = {athlete: [] for athlete in athletes}
    for row in tx.rows(_OF_LINE, athletes=sorted(found), line=line):
        found[AthleteId(row.athlete)].append(row)
    return found


def counted_in(found: Sequence[ColumnRow], *, at: datetime) -> int:
    """Micro-rho that these movements set aside, or spent within a season until `at`."""
    return sum(_counted(row, since=at - SEASON) for row in found)


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
