"""The model card: what a federated model learnt from, what it cost in privacy, how good it is, and what it is not for.

Figures in a card come from the public simulator or from budgeted releases, never from a club's own test days:
a metric on private data is a release like any other (docs/privacy.md §1.1).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from policies.budget import campaign_cost, epsilon_gaussian, epsilon_of_campaign, mu_from
from policies.campaign import CampaignManifest, HexHash, Identifier
from policies.campaigns.card_text import card_text
from policies.canonical import canonical_bytes, sha256_hex

CardText = Annotated[str, Field(max_length=400)]

LIMITS = (
    "It describes groups; for one athlete it may be wrong. A node uses it only where it passes that node's own gate.",
    "It does not diagnose, and it does not prevent injuries.",
    "Rounds that were released stay released: withdrawing stops further use, the model does not forget.",
)


class Metric(BaseModel):
    """One figure and the naive baseline beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: CardText
    value: float
    baseline_name: CardText
    baseline: float
    data: CardText


class ModelCard(BaseModel):
    """Everything a person needs to decide whether to use the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Identifier
    campaign: HexHash
    purpose: CardText
    data: CardText
    clubs: int = Field(ge=1)
    public_athletes: int = Field(ge=1)
    rounds: int = Field(ge=1)
    clip_norm: float
    noise_multiplier: float
    min_honest_clubs: int
    masking: CardText
    rho_micro: int
    delta: float
    epsilon_proved: float
    epsilon_gaussian: float
    metrics: tuple[Metric, ...]
    limits: tuple[CardText, ...]

    def canonical(self) -> bytes:
        """The bytes that are hashed and stored."""
        return canonical_bytes(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """Content address of the card."""
        return sha256_hex(self.canonical())

    def markdown(self) -> str:
        """The card for people."""
        return card_text(self.model_dump(mode="json"))


def card_for(
    manifest: CampaignManifest,
    *,
    metrics: tuple[Metric, ...],
    purpose: str,
    limits: tuple[str, ...] = LIMITS,
    rounds: int | None = None,
) -> ModelCard:
    """The card of the model that `manifest`'s campaign made; privacy figures are computed from the manifest alone.

    rounds: those that it follows from, in a season fewer than the manifest's until the last; by default all.
    """
    rounds = manifest.rounds if rounds is None else rounds
    rho_micro = campaign_cost(manifest.noise_multiplier, rounds)
    return ModelCard(
        model=manifest.model,
        campaign=manifest.sha256,
        purpose=purpose,
        data="daily series of consenting athletes: " + ", ".join(category.value for category in manifest.categories),
        clubs=len(manifest.clubs),
        public_athletes=manifest.public_athletes,
        rounds=rounds,
        clip_norm=manifest.clip_norm,
        noise_multiplier=manifest.noise_multiplier,
        min_honest_clubs=manifest.min_honest_clubs,
        masking=manifest.masking,
        rho_micro=rho_micro,
        delta=manifest.delta,
        epsilon_proved=epsilon_of_campaign(manifest, rounds=rounds),
        epsilon_gaussian=epsilon_gaussian(mu_from(manifest.noise_multiplier, rounds), manifest.delta),
        metrics=metrics,
        limits=limits,
    )
