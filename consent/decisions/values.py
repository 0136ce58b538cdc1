"""What a decision is asked about and answers: plain, frozen values, never database rows."""

from dataclasses import dataclass
from enum import StrEnum

from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role


class DeliveryOutcome(StrEnum):
    """What is known of a look after it was recorded and allowed: whether the answer was handed out."""

    OPENED = "opened"
    NOT_OPENED = "not_opened"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person at an organisation who asks, in one role."""

    person: str
    role: Role


@dataclass(frozen=True, slots=True)
class DecisionItem:
    """One asked item of a batch. without_wearables: the club says that nothing of it comes from a wearable."""

    athlete: AthleteId
    category: Category
    granularity: Granularity
    without_wearables: bool = False


@dataclass(frozen=True, slots=True)
class DecisionCall:
    """What one person of a club asks in one call."""

    club: OrgId
    actor: Actor
    action: Action
    purpose: Purpose
    items: tuple[DecisionItem, ...]


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """What became of the answer to one audit event of an organisation: whether it was handed to the network."""

    org: OrgId
    event: str
    sent: bool


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
