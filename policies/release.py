"""The index release: the exact bytes a recipient will see, what is approved with them, and the proposal of both.

An athlete approves the SHA-256 of the whole canonical release: these bytes with their own hash, and whose they are, for
whom, for what, until when and from which sources.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import InvalidInput
from policies.grant import Recipient
from policies.vocabulary import AthleteId, Lineage, OrgId, Purpose, Role

Band = Annotated[str, Field(pattern=r"^(\d|[1-9]\d)-(\d|[1-9]\d|100)$")]
Score = Annotated[float, Field(ge=0, le=100)]
RELEASE_TYPE = "homefield-release-1"


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
        """The exact bytes: shown to the athlete, hashed, and served unchanged."""
        return canonical_bytes(self.model_dump())

    @property
    def sha256(self) -> str:
        """Hash of the exact bytes."""
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

    def canonical(self) -> bytes:
        """The whole release, as the athlete approves it; the athlete's own view is no part of it."""
        return canonical_release(
            AthleteId(self.athlete),
            Recipient(OrgId(self.recipient_org), self.recipient_role),
            self.purpose,
            self.index,
            lineage=self.lineage,
            until=self.until,
        )

    @property
    def sha256(self) -> str:
        """Hash of the whole release: what the athlete approves."""
        return sha256_hex(self.canonical())


def canonical_release(
    athlete: AthleteId,
    recipient: Recipient,
    purpose: Purpose,
    index: OfficeIndex,
    *,
    lineage: Iterable[Lineage],
    until: datetime,
) -> bytes:
    """Return the canonical JSON of one whole release; two that differ in anything differ here.

    Own figures stand nowhere in it: whoever is shown a receipt could otherwise find them by trying. Raises InvalidInput
    for an end without a zone.
    """
    if until.tzinfo is None:
        raise InvalidInput("expected an end with a time zone")
    return canonical_bytes(
        {
            "type": RELEASE_TYPE,
            "athlete": athlete,
            "recipient_org": recipient.org,
            "recipient_role": recipient.role.value,
            "purpose": purpose.value,
            "band": index.index_band_5pt,
            "interval": index.interval_rounded_outward,
            "window": index.window,
            "model": index.version,
            "weights": index.weights_hash,
            "lineage": sorted({source.value for source in lineage}),
            "until": until.astimezone(UTC).isoformat(),
            "shown": index.canonical().decode(),
            "shown_sha256": index.sha256,
        }
    )
