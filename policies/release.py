"""The index release: the exact bytes a recipient will see, and the proposal that carries them to the athlete."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.canonical import canonical_bytes, sha256_hex
from policies.vocabulary import Lineage, Purpose, Role

Band = Annotated[str, Field(pattern=r"^(\d|[1-9]\d)-(\d|[1-9]\d|100)$")]
Score = Annotated[float, Field(ge=0, le=100)]


class OfficeIndex(BaseModel):
    """What the front office gets, and nothing more (docs/privacy.md §4.4)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    approval_id: Annotated[str, Field(pattern=r"^rel-[a-z0-9-]{4,40}$")]
    expires_at: str = Field(max_length=40)
    index_band_5pt: Band
    interval_rounded_outward: Band
    limits_text: str = Field(max_length=200)
    version: str = Field(max_length=40)
    weights_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
    window: str = Field(max_length=40)

    def canonical(self) -> bytes:
        """The exact bytes: shown to the athlete, hashed, approved, and served unchanged."""
        return canonical_bytes(self.model_dump())

    @property
    def sha256(self) -> str:
        """Hash of the exact bytes: what the athlete approves."""
        return sha256_hex(self.canonical())


class OwnView(BaseModel):
    """What only the athlete sees beside the proposal: own median, 80 % interval and components, 0 to 100."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    median: Score
    low: Score
    high: Score
    availability: Score
    load_tolerance: Score | None = None
    history: Score | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "OwnView":
        if not self.low <= self.median <= self.high:
            raise ValueError("expected low <= median <= high")
        return self


class ReleaseProposal(BaseModel):
    """A node's proposal to one athlete: the exact bytes, for whom, for what, until when, from which sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    athlete: str = Field(max_length=64)
    recipient_org: str = Field(max_length=64)
    recipient_role: Role
    purpose: Purpose
    index: OfficeIndex
    own_view: OwnView
    lineage: tuple[Lineage, ...] = Field(min_length=1)
    until: datetime
