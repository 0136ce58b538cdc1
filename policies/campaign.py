"""The campaign manifest: every parameter of one training run, signed, and approved by each club over the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey, VerifyKey
from policies.terms.season import SeasonTerms
from policies.terms.squads import SquadSizes, squads_problem
from policies.vocabulary import Category, Purpose

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
HexHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

MOST_ROUNDS = 16  # ours, with every athlete in every round; docs/privacy.md §2.1
LEAST_NOISE_MULTIPLIER = 2.0  # ours: one round alone then costs at most 0.125 rho


class ExchangeTerms(BaseModel):
    """What a campaign of one exchange names beside its start: the public metric, axes and prior, and how many axes.

    artefacts: hash of the installed metric, axes and prior of the model (`models.training.public_axes`); a node refuses
    any that it has not got. axes: the first so many of them carry the answer, one whole number for each. season: the
    terms of several exchanges one after the other; None for a single one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    artefacts: HexHash
    axes: int = Field(ge=1, le=64)
    season: SeasonTerms | None = None

    @property
    def exchanges(self) -> int:
        """How many exchanges the campaign has."""
        return 1 if self.season is None else self.season.exchanges

    @model_serializer(mode="wrap")
    def _as_signed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A single exchange has the bytes that it had before there were seasons."""
        body: dict[str, Any] = handler(self)
        if self.season is None:
            body.pop("season", None)
        return body


class EvidenceTerms(BaseModel):
    """What a campaign for evidence names: the published model that is judged, by its record, and what is asked of it.

    record: hash of the record; a node refuses any but the newest that it holds and has proved itself. answer: which
    numbers an athlete's days are turned into.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: HexHash
    answer: Literal["pairs-1"] = "pairs-1"


class CampaignManifest(BaseModel):
    """One campaign. Privacy parameters come from here and from nowhere else.

    clip_norm: L2 bound C on one athlete's gradient, before scaling.
    noise_multiplier: sigma; the sum of one round carries Gaussian noise of at least sigma times the sensitivity.
    min_honest_clubs: h; each club adds a share of variance 1/h. Nodes take 1 alone, masked or not, so that what the
    coordinator may see of a single club is private already. masking: "secagg-1" hides that (docs/privacy.md §1.5).
    scale_bits: gradients are multiplied by 2**scale_bits and rounded. modulus_bits: sums are modulo 2**modulus_bits.
    public_athletes: the public number N that sums are divided by, never the real count.
    squads: public squad size of each club, N together at most; None leaves N as the bound of every club.
    exchange: None for rounds of gradient steps. With it there is one round for each exchange, which takes no step of a
    chosen size: the coordinator shrinks the sum by the public prior (docs/privacy.md §1.8, §1.12).
    evidence: None for a campaign that teaches a model. With it nothing is taught: in one round the published model
    whose weights `initial_weights` names is judged (docs/privacy.md §1.13).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign_id: Identifier
    league: Identifier
    model: Identifier
    feature_schema: HexHash
    categories: tuple[Category, ...] = Field(min_length=1, max_length=10)
    purpose: Purpose = Purpose.FL_TRAINING
    clip_norm: float = Field(gt=0, le=10)
    noise_multiplier: float = Field(ge=LEAST_NOISE_MULTIPLIER, le=1000)
    rounds: int = Field(ge=1, le=MOST_ROUNDS)
    min_honest_clubs: int = Field(ge=1, le=500)
    masking: Annotated[str, Field(pattern="^(none|secagg-1)$")] = "none"
    scale_bits: int = Field(ge=8, le=24)
    modulus_bits: int = Field(ge=32, le=62)
    public_athletes: int = Field(ge=1, le=1_000_000)
    delta: float = Field(gt=0, le=1e-6)
    learning_rate: float = Field(gt=0, le=100)
    momentum: float = Field(ge=0, lt=1)
    initial_weights: HexHash
    clubs: dict[Identifier, str] = Field(min_length=1, max_length=500)
    squads: SquadSizes | None = None
    opens: datetime
    expires: datetime
    exchange: ExchangeTerms | None = None
    evidence: EvidenceTerms | None = None

    @field_validator("opens", "expires")
    @classmethod
    def _with_zone(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("expected a time with zone")
        return value

    @model_validator(mode="after")
    def _squads_of_the_clubs(self) -> "CampaignManifest":
        if self.squads is None:
            return self
        problem = squads_problem(self.squads, clubs=self.clubs, public_athletes=self.public_athletes)
        if problem:
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _one_exchange(self) -> "CampaignManifest":
        if self.exchange is None:
            return self
        if (self.rounds, self.learning_rate, self.momentum) != (self.exchange.exchanges, 1.0, 0.0):
            raise ValueError("expected a round an exchange, learning rate 1, no momentum: an exchange takes no steps")
        problem = self.exchange.season and self.exchange.season.problem(self.opens, self.expires)
        if problem:
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _one_round_of_evidence(self) -> "CampaignManifest":
        if self.evidence is None:
            return self
        if self.exchange is not None:
            raise ValueError("expected an exchange or evidence, got both")
        if (self.rounds, self.learning_rate, self.momentum) != (1, 1.0, 0.0):
            raise ValueError("expected one round, learning rate 1 and no momentum: evidence teaches nothing")
        return self

    @model_serializer(mode="wrap")
    def _as_signed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A manifest without an exchange, evidence or squads has the bytes that it had before there were any."""
        body: dict[str, Any] = handler(self)
        for name in ("exchange", "evidence", "squads"):
            if body.get(name) is None:
                body.pop(name, None)
        return body

    def canonical(self) -> bytes:
        """The bytes that are signed, approved and hashed."""
        return canonical_bytes(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """Hash of the canonical bytes; every message of the campaign carries it."""
        return sha256_hex(self.canonical())


class ManifestSignature(BaseModel):
    """One organisation's signature over a manifest's canonical bytes.

    key_id: of the key that signed; "" in manifests that were signed before signatures named it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: Identifier
    key_id: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")]
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    @classmethod
    def create(cls, message: bytes, *, organisation: str, key: SigningKey) -> "ManifestSignature":
        """Sign `message` in the name of `organisation`."""
        return cls(organisation=organisation, key_id=key.verify_key.key_id, signature=key.sign(message).hex())

    def is_by(self, keys: Sequence[VerifyKey], message: bytes) -> bool:
        """True if one of `keys` made this signature over `message`, and is the key that the signature names."""
        return any(self.key_id in ("", key.key_id) and self._verifies(key, message) for key in keys)

    def _verifies(self, key: VerifyKey, message: bytes) -> bool:
        try:
            key.verify(message, bytes.fromhex(self.signature))
        except BadSignature:
            return False
        return True


class SignedManifest(BaseModel):
    """A manifest with the signatures over its canonical bytes: none when planned, then the league's and a second one.

    Files of before there was a second one hold the league's as `signature`; they are read as history.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    manifest: CampaignManifest
    signatures: tuple[ManifestSignature, ...] = Field(max_length=2)

    @model_validator(mode="before")
    @classmethod
    def _with_one_signature(cls, body: Any) -> Any:
        if not isinstance(body, dict) or "signature" not in body or "signatures" in body:
            return body
        league = body["manifest"].get("league") if isinstance(body.get("manifest"), dict) else None
        alone = {"organisation": league, "key_id": "", "signature": body["signature"]}
        return {name: value for name, value in body.items() if name != "signature"} | {"signatures": [alone]}

    @classmethod
    def create(cls, manifest: CampaignManifest, key: SigningKey) -> "SignedManifest":
        """Sign `manifest` as its league alone; nobody takes part before a second organisation has signed it as well."""
        planned = cls(manifest=manifest, signatures=())
        return planned.with_signature(
            ManifestSignature.create(manifest.canonical(), organisation=manifest.league, key=key)
        )

    def with_signature(self, signature: ManifestSignature) -> "SignedManifest":
        """Return the same manifest with this signature in place of an earlier one of the same organisation.

        Raises InvalidInput for a third organisation.
        """
        others = [one for one in self.signatures if one.organisation != signature.organisation]
        if len(others) > 1:
            raise InvalidInput("expected signatures of two organisations, and there are two already")
        return SignedManifest(manifest=self.manifest, signatures=(*others, signature))

    def verify(self, key: VerifyKey) -> CampaignManifest:
        """Return the manifest if the league's key signed it, alone or not; raises BadSignature otherwise.

        That is enough to read history. Whoever takes part checks `policies.campaigns.signatures.CampaignSigners`.
        """
        message, league = self.manifest.canonical(), self.manifest.league
        if not any(one.organisation == league and one.is_by([key], message) for one in self.signatures):
            raise BadSignature("expected a campaign signed by its league")
        return self.manifest

    def as_json(self) -> dict[str, Any]:
        """Plain JSON of manifest and signatures."""
        return self.model_dump(mode="json")


class AnswerNote(BaseModel):
    """What a club tells the ledger before it answers a round, and is bound to from then on.

    answer: SHA-256 of the bytes that it sends. They carry all the noise, so it tells nothing more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: HexHash

    @classmethod
    def of(cls, reply: bytes) -> "AnswerNote":
        """The note of these bytes."""
        return cls(answer=sha256_hex(reply))


def parse_signed_manifest(data: bytes) -> SignedManifest:
    """Parse untrusted bytes; raises InvalidInput naming the field that is wrong, never its content."""
    try:
        return SignedManifest.model_validate_json(data)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(
            f"expected a signed campaign manifest; {field or 'the text'} is not as it should be"
        ) from error
