"""The evidence record: what the league signs of a judged model, the noisy sum it follows from, and what follows.

It names manifest and judged record by hash; with the manifest anybody computes the figures again. Its own hash stands
in the public log like a model's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models.errors import BadWeights, ModelError
from models.evidence.figures import EvidenceFigures, figures_of
from models.features import RISK_SCHEMA
from models.privacy.contribution import largest_sum
from models.training.derivation import WholeNumber
from policies.campaign import CampaignManifest, HexHash, Identifier
from policies.canonical import canonical_bytes, sha256_hex, told_apart
from policies.signing import SigningKey, VerifyKey, verified_by_any


class EvidenceRecord(BaseModel):
    """judges: hash of the model's record. campaign: of the manifest. total: of all clubs together, never one club's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Identifier
    league: Identifier
    judges: HexHash
    campaign: HexHash
    total: Annotated[tuple[WholeNumber, ...], Field(min_length=1, max_length=16)]
    figures: EvidenceFigures
    registered: AwareDatetime

    def canonical(self) -> bytes:
        """The bytes that are signed and hashed."""
        return canonical_bytes(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """The record's name."""
        return sha256_hex(self.canonical())


class SignedEvidence(BaseModel):
    """A record with the league's signature over its canonical bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: EvidenceRecord
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


@dataclass(frozen=True, slots=True)
class PooledEvidence:
    """A record that was checked, and the manifest that it names."""

    record: EvidenceRecord
    manifest: CampaignManifest


def sign_evidence(
    total: Sequence[int], manifest: CampaignManifest, *, key: SigningKey, now: datetime
) -> SignedEvidence:
    """Sign, as the league, what follows from the clubs' sum; raises as `figures_of` does."""
    figures = figures_of(total, manifest)
    record = EvidenceRecord(
        model=manifest.model,
        league=manifest.league,
        judges=manifest.evidence.record if manifest.evidence is not None else "",
        campaign=manifest.sha256,
        total=tuple(map(str, total)),
        figures=figures,
        registered=now,
    )
    return SignedEvidence(record=record, signature=key.sign(record.canonical()).hex())


def parse_evidence(data: bytes) -> SignedEvidence:
    """Parse untrusted bytes of a signed evidence record; raises BadWeights."""
    try:
        return SignedEvidence.model_validate_json(data)
    except ValidationError as error:
        raise BadWeights("expected a signed evidence record, got another shape") from error


def check_signature(signed: SignedEvidence, keys: Sequence[VerifyKey]) -> None:
    """Return if one of the league's keys signed the record; raises BadSignature."""
    message, signature = signed.record.canonical(), bytes.fromhex(signed.signature)
    verified_by_any(keys, lambda key: key.verify(message, signature))


def manifest_of(record: EvidenceRecord, manifest: bytes) -> CampaignManifest:
    """Return the manifest that the record names, of these bytes; raises BadWeights for any other."""
    try:
        found = CampaignManifest.model_validate_json(manifest)
    except ValidationError as error:
        raise BadWeights("expected the manifest that the evidence record names, got another shape") from error
    if found.sha256 != record.campaign:
        wanted, got = told_apart(record.campaign, found.sha256)
        raise BadWeights(f"expected the manifest {wanted}, which the record names, got {got}")
    judged = "" if found.evidence is None else found.evidence.record
    if (found.model, found.league, judged) != (record.model, record.league, record.judges):
        raise BadWeights("expected a manifest for evidence on the record's own model, of the same league")
    if found.model != RISK_SCHEMA.model:
        raise BadWeights(f"expected evidence on {RISK_SCHEMA.model}, got {found.model}")
    return found


def check_figures(record: EvidenceRecord, manifest: CampaignManifest) -> None:
    """Return if the sum is one that the manifest can have and the figures follow from it; raises BadWeights."""
    total = [int(value) for value in record.total]
    try:
        most = largest_sum(manifest, len(total)) * len(manifest.clubs)
        found = figures_of(total, manifest)
    except ModelError as error:
        raise BadWeights(f"expected a sum that the manifest can have: {error}") from error
    if max(map(abs, total)) > most:
        raise BadWeights("expected a sum within what so many clubs can send")
    if found != record.figures:
        raise BadWeights("expected the figures that follow from the sum, got others")
