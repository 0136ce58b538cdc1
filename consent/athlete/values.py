"""What the store tells an athlete about the own part of the log: plain, frozen values, never database rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from audit.entries.events import EventKind
from consent.decisions.values import DeliveryOutcome
from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role

ACCESS_KINDS = frozenset({EventKind.ACCESS, EventKind.LOOK_ALLOWED, EventKind.LOOK_REFUSED})
"""Kinds of an athlete's own entries that say who asked for data; the last two are those of the first version."""


class ProofState(StrEnum):
    """What the log says about one of the athlete's own entries; waiting: recorded, and not published yet."""

    PROVEN = "proven"
    WAITING = "waiting"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One entry of the athlete's own part of the log, opened with the athlete's key.

    number: the athlete's own consecutive number from 1. leaf_hash: the entry in the public log, in hexadecimal digits.
    index: its place there; None while it waits. kind: an `EventKind` value. because: why it was allowed or
    refused, in words. outcome: for allowed looks, whether the page opened. For entries that are no look (answers,
    rounds) the fields that do not apply are None. is_refused_round: a token that no longer counted for a round.
    headline: what happened, where the kind does not say it. also: what else the entry says. is_ended: its details have
    ended, so that nothing but kind and day is known.
    """

    number: int
    leaf_hash: str
    index: int | None
    kind: str
    day: date
    at: datetime
    org: OrgId
    org_name: str
    person: str | None
    role: Role | None
    action: Action | None
    purpose: Purpose | None
    category: Category | None
    granularity: Granularity | None
    allowed: bool
    because: str
    proof: ProofState
    outcome: DeliveryOutcome | None = None
    is_refused_round: bool = False
    headline: str = ""
    also: str = ""
    is_ended: bool = False

    @property
    def is_access(self) -> bool:
        """True if somebody asked for data, whether it was granted or not, and who it was can be read."""
        return (not self.is_ended and self.kind in ACCESS_KINDS) or self.is_refused_round


@dataclass(frozen=True, slots=True)
class AccessHistory:
    """The newest entries first, and the counts that prove that none is missing.

    total: all entries of the athlete; proven: how many of them the log holds under the athlete's own tag, recomputed
    and proved now; waiting: how many wait for the next publication. Nothing is missing exactly when the two make up
    the total.
    """

    entries: tuple[AccessEvent, ...]
    total: int
    proven: int
    waiting: int = 0

    @property
    def is_whole(self) -> bool:
        """True if every numbered entry is proven or waits."""
        return self.total == self.proven + self.waiting
