"""Registered models: content-addressed weights, and a manifest signed by the league over them and their card.

Weights travel as safetensors, never as pickle: reading them cannot run code. Storage is the coordinator's and the
nodes' affair; here are only the bytes and the checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.arrays import Floats
from models.card import ModelCard
from models.errors import BadWeights
from models.features import SCHEMAS
from models.training.derivation import Derivation
from models.training.initial_weights import weights_sha256
from policies.campaign import CampaignManifest, HexHash, Identifier
from policies.canonical import canonical_bytes, sha256_hex
from policies.signing import SigningKey, VerifyKey, verified_by_any

TENSOR = "weights"
RECORD, WEIGHTS, CARD = "record.json", "weights.safetensors", "card.json"  # a version in a folder
CARD_TEXT = "card.md"  # for people; the signed card is card.json
MANIFEST = "manifest.json"  # beside it: the manifest that the record names, as its canonical bytes


class ModelRecord(BaseModel):
    """What the league signs: which weights, from which campaign, with which card, after which version.

    campaign: hash of the manifest. follows: what the weights are computed from; only version 1 says nothing of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Identifier
    league: Identifier
    campaign: HexHash
    feature_schema: HexHash
    weights_file: HexHash
    card: HexHash
    previous: HexHash | None
    registered: datetime
    version: Literal[1, 2] = 1
    follows: Derivation | None = None

    @model_validator(mode="after")
    def _says_what_it_follows_from(self) -> "ModelRecord":
        if (self.follows is None) != (self.version == 1):
            raise ValueError("expected what the weights follow from in every record of version 2, and in no other")
        return self

    @model_serializer(mode="wrap")
    def _as_signed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A record of version 1 has the bytes that it had when there was no other: its signature and name hold."""
        body: dict[str, Any] = handler(self)
        if self.version == 1:
            del body["version"], body["follows"]
        return body

    @property
    def goes_back_to(self) -> str | None:
        """The earlier record whose weights these are; None for those of a campaign."""
        return None if self.follows is None or self.follows.sums else self.follows.start_record

    @property
    def of_season(self) -> int | None:
        """Which exchange of a season published it; None for any other version."""
        return None if self.follows is None else self.follows.exchange

    def is_of_exchange(self, number: int, campaign: str) -> bool:
        """True for what exchange `number` of this season published. campaign: hash of its manifest."""
        return self.campaign == campaign and self.of_season == number

    def canonical(self) -> bytes:
        """The bytes that are signed and hashed."""
        return canonical_bytes(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """The version's name."""
        return sha256_hex(self.canonical())


class SignedModel(BaseModel):
    """A record with the league's signature over its canonical bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: ModelRecord
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


@dataclass(frozen=True, slots=True)
class SealedModel:
    """The three byte strings of a registered version, each stored under its own hash."""

    signed: SignedModel
    weights: bytes
    card: bytes

    def files(self) -> dict[str, bytes]:
        """The version as files of one folder, to be written in this order: where a record stands, all is there."""
        return {WEIGHTS: self.weights, CARD: self.card, RECORD: self.signed.model_dump_json(indent=1).encode()}


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A version whose signature and hashes were all verified."""

    record: ModelRecord
    weights: Floats
    card: ModelCard


def seal(
    weights: Floats,
    card: ModelCard,
    *,
    campaign: CampaignManifest,
    key: SigningKey,
    now: datetime,
    previous: str | None = None,
    follows: Derivation | None = None,
) -> SealedModel:
    """Register the result of a campaign as the league. previous: `ModelRecord.sha256` of the version before.

    follows: what the weights follow from; without it the record is of version 1, which nodes take from nobody any more.
    Raises BadWeights if the weights do not fit the campaign's model.
    """
    schema = SCHEMAS.get(campaign.model)
    if schema is None:
        raise BadWeights("expected a model that is installed here")
    schema.check_weights(weights)
    data = weights_file(weights)
    record = ModelRecord(
        model=campaign.model,
        league=campaign.league,
        campaign=campaign.sha256,
        feature_schema=campaign.feature_schema,
        weights_file=sha256_hex(data),
        card=card.sha256,
        previous=previous,
        registered=now,
        version=1 if follows is None else 2,
        follows=follows,
    )
    signed = SignedModel(record=record, signature=key.sign(record.canonical()).hex())
    return SealedModel(signed, data, card.canonical())


def seal_return(earlier: SealedModel, *, key: SigningKey, now: datetime, previous: str) -> SealedModel:
    """Register, as the league, that an earlier version counts again: its weights and card, after the newest version.

    previous: the newest version's name. Raises BadWeights for an earlier version whose weights cannot be read.
    """
    weights, record = read_weights_file(earlier.weights), earlier.signed.record
    follows = Derivation(start=weights_sha256(weights.tolist()), start_record=record.sha256, sums=())
    changes = {"previous": previous, "registered": now, "version": 2, "follows": follows}
    made = ModelRecord.model_validate(dict(record) | changes)
    signed = SignedModel(record=made, signature=key.sign(made.canonical()).hex())
    return SealedModel(signed, earlier.weights, earlier.card)


def open_sealed(sealed: SealedModel, *, key: VerifyKey) -> OpenedModel:
    """Return the model if the league signed it and every hash fits.

    Raises BadSignature for another key, BadWeights for weights or a card that are not the signed ones or do not
    fit the installed feature schema.
    """
    record = sealed.signed.record
    key.verify(record.canonical(), bytes.fromhex(sealed.signed.signature))
    if sha256_hex(sealed.weights) != record.weights_file or sha256_hex(sealed.card) != record.card:
        raise BadWeights("expected the weights and the card that the league signed")
    schema = SCHEMAS.get(record.model)
    if schema is None or schema.sha256 != record.feature_schema:
        raise BadWeights("expected a model whose feature schema is installed here")
    weights = read_weights_file(sealed.weights)
    schema.check_weights(weights)
    try:
        card = ModelCard.model_validate_json(sealed.card)
    except ValidationError as error:
        raise BadWeights("expected a model card, got another shape") from error
    return OpenedModel(record, weights, card)


def open_sealed_by_any(sealed: SealedModel, keys: Sequence[VerifyKey]) -> OpenedModel:
    """Return the model as `open_sealed` does if one of these keys signed it: the league's, or the one before."""
    return verified_by_any(keys, lambda key: open_sealed(sealed, key=key))


def read_folder(folder: Path) -> SealedModel:
    """Read what `SealedModel.files` names; nothing is verified yet. Raises OSError, or BadWeights for no record."""
    record, weights, card = ((folder / part).read_bytes() for part in (RECORD, WEIGHTS, CARD))
    return SealedModel(parse_signed(record), weights, card)


def parse_signed(data: bytes) -> SignedModel:
    """Parse untrusted bytes of a signed record; raises BadWeights."""
    try:
        return SignedModel.model_validate_json(data)
    except ValidationError as error:
        raise BadWeights("expected a signed model record, got another shape") from error


def weights_file(weights: Floats) -> bytes:
    """Weights as one safetensors file; the same weights give the same bytes."""
    return save({TENSOR: np.ascontiguousarray(weights, dtype=np.float64)})


def read_weights_file(data: bytes) -> Floats:
    """Weights (weights,) from untrusted bytes; raises BadWeights for anything but one finite float64 vector."""
    try:
        tensors = load(data)
    except (SafetensorError, KeyError, ValueError) as error:
        raise BadWeights("expected a safetensors file") from error
    found = tensors.get(TENSOR)
    if set(tensors) != {TENSOR} or found is None or found.dtype != np.float64 or found.ndim != 1:
        raise BadWeights("expected one float64 vector")
    if not np.isfinite(found).all():
        raise BadWeights("expected finite weights")
    return found
