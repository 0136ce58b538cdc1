"""What follows from the noisy sum of all clubs: three estimates with their variances, computed in fractions.

Anybody who has the sum and the manifest computes the same doubles. Whether they suffice is the gate's to say
(`models.evidence.pooled_gate`).
"""

from collections.abc import Sequence
from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from models.errors import BadShape, BadWeights
from models.evidence.answer import LARGEST_DIFFERENCE, SHARES
from models.training.exchange import variance_of_sum
from policies.campaign import CampaignManifest


class Estimate(BaseModel):
    """One sum over the league's athletes. noise: variance of the clubs' noise in it, exact from the manifest.

    sampling: bound on the variance that other athletes of the same kind would give; 0 for `comparable`, which is a
    count and no sample of anything.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float
    noise: float
    sampling: float

    @property
    def variance(self) -> float:
        """Of the estimate in all."""
        return self.noise + self.sampling


class EvidenceFigures(BaseModel):
    """What the sum says. comparable: athletes with comparable pairs, those with few counted in part.

    excess: over these, how far concordant pairs exceed a half, in units of `models.evidence.answer`; 0 is chance.
    difference: log loss against own base rates, in nats, each athlete's days cut off at
    `models.evidence.answer.LARGEST_DIFFERENCE`; below 0 the model is better.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    comparable: Estimate
    excess: Estimate
    difference: Estimate


def figures_of(total: Sequence[int], manifest: CampaignManifest) -> EvidenceFigures:
    """Return what follows from the clubs' sum, as signed whole numbers.

    Raises BadShape for a sum of another length, BadWeights for a manifest that asks for no evidence.
    """
    if manifest.evidence is None:
        raise BadWeights("expected a campaign for evidence")
    if len(total) != len(SHARES):
        raise BadShape(f"expected {len(SHARES)} values, got {len(total)}")
    shares, noise = [Fraction(share) for share in SHARES], variance_of_sum(manifest)
    excess, comparable, difference = (
        Fraction(value, 1 << manifest.scale_bits) / share for value, share in zip(total, shares, strict=True)
    )
    spread = [noise / share**2 for share in shares]
    # An athlete's excess is at most comparable, which is at most 1: its square adds up to no more than comparable does.
    most, nats = max(comparable, Fraction(0)), Fraction(LARGEST_DIFFERENCE)
    return EvidenceFigures(
        comparable=Estimate(value=float(comparable), noise=float(spread[1]), sampling=0.0),
        excess=Estimate(value=float(excess), noise=float(spread[0]), sampling=float(most)),
        difference=Estimate(
            value=float(difference * nats), noise=float(spread[2] * nats**2), sampling=float(most * nats**2)
        ),
    )
