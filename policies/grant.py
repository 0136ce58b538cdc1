"""The grant: one recipient may use one category for one purpose, up to one granularity, until one date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import InvalidInput
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role

LONGEST_GRANT = timedelta(days=366)  # a grant ends within twelve months
LONGEST_CONTRACT_GRANT = timedelta(days=30)  # contract-purpose releases end within thirty days


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives: a role within one organisation."""

    org: OrgId
    role: Role


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the consent matrix; at most one grant per cell is live."""

    athlete: AthleteId
    category: Category
    purpose: Purpose
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Grant:
    """An immutable grant. Its state is a fold over signed events; the grant itself never changes.

    Raises InvalidInput if the times have no zone, end before they begin, or last longer than allowed.
    """

    grant_id: str
    cell: Cell
    max_granularity: Granularity
    begins: datetime
    ends: datetime
    notice_version: str
    legal_basis: str = "consent"
    agreement: str = "open"

    def __post_init__(self) -> None:
        if self.begins.tzinfo is None or self.ends.tzinfo is None:
            raise InvalidInput("expected times with zone")
        longest = LONGEST_CONTRACT_GRANT if self.cell.purpose is Purpose.CONTRACT else LONGEST_GRANT
        if not timedelta(0) < self.ends - self.begins <= longest:
            raise InvalidInput(f"expected an end within {longest.days} days of the beginning")

    def covers(self, *, at: datetime, granularity: Granularity) -> bool:
        """True if `at` lies in the grant's time and `granularity` exposes no more than granted."""
        return self.begins <= at < self.ends and Granularity.NONE < granularity <= self.max_granularity

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON, times in UTC."""
        return {
            "grant_id": self.grant_id,
            "athlete": self.cell.athlete,
            "category": self.cell.category.value,
            "purpose": self.cell.purpose.value,
            "recipient_org": self.cell.recipient.org,
            "recipient_role": self.cell.recipient.role.value,
            "max_granularity": self.max_granularity.word,
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "notice_version": self.notice_version,
            "legal_basis": self.legal_basis,
            "agreement": self.agreement,
        }

    @property
    def sha256(self) -> str:
        """Hash of the canonical bytes: what events and receipts refer to."""
        return sha256_hex(canonical_bytes(self.as_json()))
