"""What a campaign of several exchanges names beside one: how many, how far apart, and how much a league may drift.

Each exchange starts at what the one before has published; the club approves them all at once, over one manifest.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from policies.terms.season_length import LONGEST_SEASON


class SeasonTerms(BaseModel):
    """Several exchanges of one campaign.

    exchanges: how many, each open as long as the last one is. every_days: from the opening of one to that of the next.
    drift: variance that a league's shift gains between two of them, as a share of the public prior's; a fraction in
    lowest terms, at most 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    exchanges: int = Field(ge=2, le=16)
    every_days: int = Field(ge=1, le=182)
    drift: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,3})/[1-9][0-9]{0,3}$")]

    @field_validator("drift")
    @classmethod
    def _in_lowest_terms(cls, value: Any) -> str:
        share = Fraction(value)
        if share > 1 or value != drift_text(share):
            raise ValueError("expected a fraction of at most 1 in lowest terms, such as 1/10")
        return str(value)

    @property
    def drift_share(self) -> Fraction:
        """The drift as a number."""
        return Fraction(self.drift)

    def opening(self, number: int, first: datetime) -> datetime:
        """When exchange `number` opens, if the first one opens at `first`."""
        return first + (number - 1) * timedelta(days=self.every_days)

    def is_open_for(self, opens: datetime, expires: datetime) -> timedelta:
        """How long each exchange is open, if the last one is open until `expires`."""
        return expires - self.opening(self.exchanges, opens)

    def problem(self, opens: datetime, expires: datetime) -> str | None:
        """Return why these exchanges do not fit between the two, or None if they do."""
        if not timedelta(0) < self.is_open_for(opens, expires) <= timedelta(days=self.every_days):
            return "expected exchanges that are open for a while, each over before the next one opens"
        if expires - opens > LONGEST_SEASON:
            return f"expected a season of at most {LONGEST_SEASON.days} days"
        return None


def drift_text(share: Fraction) -> str:
    """A drift as manifests name it."""
    return f"{share.numerator}/{share.denominator}"
