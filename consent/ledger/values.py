"""What the privacy ledger takes and tells: plain, frozen values, never database rows."""

from dataclasses import dataclass

from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One campaign in the athlete's ledger; state is "used" or "set aside"."""

    campaign_id: str
    model: str
    rounds: str
    micro_rho: int
    state: str


@dataclass(frozen=True, slots=True)
class BudgetView:
    """The athlete's lifetime privacy budget, in integer micro-rho and as epsilon at `delta`."""

    spent_micro_rho: int
    reserved_micro_rho: int
    cap_micro_rho: int
    epsilon_spent: float
    epsilon_cap: float
    delta: float
    lines: tuple[BudgetLine, ...]

    @property
    def left_micro_rho(self) -> int:
        """What no campaign has used or set aside yet."""
        return self.cap_micro_rho - self.spent_micro_rho - self.reserved_micro_rho


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """One live contribution token: one athlete, one campaign, one club. sixteenths: the athlete's weight there."""

    athlete: AthleteId
    token: str
    epoch: int
    sixteenths: int


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """Tokens of one club for one campaign; `skipped` athletes have no live grant or no budget left.

    event: the act that recorded it, or None for a club without athletes.
    """

    tokens: tuple[IssuedToken, ...]
    skipped: int
    event: str | None


@dataclass(frozen=True, slots=True)
class PaidRound:
    """The athletes whose data one round may use; event as for `IssuedTokens`."""

    accepted: tuple[AthleteId, ...]
    event: str | None


@dataclass(frozen=True, slots=True)
class CampaignSpend:
    """The dearest athlete's spend in one campaign, rounded up; no counts, no names."""

    epsilon_per_athlete_max: float
    rho_micro_per_athlete_max: int
