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
    """Answers in the order of the items, the hash of the rules that gave them, and the act that recorded them."""

    policy_hash: str
    results: tuple[ItemResult, ...]
    event: str


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """A signed snapshot; event: the act that recorded it, or None where it says nothing new."""

    signed: bytes
    event: str | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """One live contribution token: one athlete, one campaign."""

    athlete: AthleteId
    token: str
    epoch: int


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
class OfficeRow:
    """One line of the squad list; band and interval are None for every reason alike."""

    no: int
    name: str
    band: str | None
    interval: str | None


@dataclass(frozen=True, slots=True)
class OfficePage:
    """The squad page: the last publication time, one row per player of the public squad list, and the recorded act."""

    club_name: str
    published: str
    rows: tuple[OfficeRow, ...]
    event: str


@dataclass(frozen=True, slots=True)
class CampaignSpend:
    """The dearest athlete's spend in one campaign, rounded up; no counts, no names."""

    epsilon_per_athlete_max: float
    rho_micro_per_athlete_max: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Counts for operators: no names, nothing about one athlete. log_waiting: entries that are not published yet."""

    orgs: int
    athletes: int
    campaigns: int
    log_waiting: int
    log_origin: str
    policy_hash: str
