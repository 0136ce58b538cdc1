"""What the store answers organisations: plain, frozen values; never database rows."""

from dataclasses import dataclass

from policies.vocabulary import AthleteId, Category


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The answer to one item; `epoch` is 0 for anyone who is not the caller's member."""

    athlete: AthleteId
    category: Category
    allowed: bool
    epoch: int


@dataclass(frozen=True, slots=True)
class DecisionAnswer:
    """Answers in the order of the items, and the hash of the rules that gave them."""

    policy_hash: str
    results: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """One live contribution token: one athlete, one campaign."""

    athlete: AthleteId
    token: str
    epoch: int


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """Tokens of one club for one campaign; `skipped` athletes have no live grant or no budget left."""

    tokens: tuple[IssuedToken, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One line of the squad list; band and interval are None for every reason alike."""

    no: int
    name: str
    band: str | None
    interval: str | None


@dataclass(frozen=True, slots=True)
class OfficePage:
    """The squad page: the last publication time and one row per player of the public squad list."""

    club_name: str
    published: str
    rows: tuple[OfficeRow, ...]


@dataclass(frozen=True, slots=True)
class CampaignSpend:
    """The dearest athlete's spend in one campaign, rounded up; no counts, no names."""

    epsilon_per_athlete_max: float
    rho_micro_per_athlete_max: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Counts for operators: no names, nothing about one athlete."""

    orgs: int
    athletes: int
    campaigns: int
    log_size: int
    log_origin: str
    policy_hash: str
