"""One exchange: which question to ask, and what its noisy answer says about a league.

Every athlete's gradient at the public initial weights is taken to a few public axes, clipped and added up; noise is
drawn once. On each axis the mean answer is minus `shown` times the league's shift, plus noise of a known variance and
the public scatter of leagues around that line; the shift has a public prior. Its posterior is therefore
post-processing: it costs no privacy (docs/privacy.md §1.8).

A later exchange may start from what an earlier one left known: the question is then asked at those weights, and the
prior is the earlier variance, inflated by a public drift. What an earlier exchange published is public, so this costs
no more than the exchange itself.

Posterior and weights are computed in fractions and rounded once each, so that anybody can compute them again to the
last bit from the sum, the manifest and what is installed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from models.arrays import Floats
from models.errors import BadShape, BadWeights
from models.privacy.contribution import answer_length
from models.privacy.discrete_gaussian import from_ring, sensitivity
from models.privacy.public_axes import PublicAxes, Response, public_axes
from models.rationals import rationals, rounded, within
from models.training.initial_weights import initial_weights
from policies.budget import sigma_for
from policies.campaign import CampaignManifest

LARGEST_WEIGHT = 1e6  # the range of `models.wire.TrainRequest`
DRIFT = Fraction(1, 10)
"""Ours: variance that a league's shift gains between two exchanges, as a share of the public prior's on each axis.

Chosen on simulated leagues whose world drifts, at 0 to 1/2 (docs/privacy.md §1.12); the optimum is flat.
"""


@dataclass(frozen=True, slots=True)
class ExchangeQuestion:
    """What a campaign of one exchange asks. axes: how many. clip: most norm of one answer. noise_multiplier: sigma."""

    axes: int
    clip: float
    noise_multiplier: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of a league's shift along the axes afterwards; both (axes,). The variance holds no data.

    mean: the whole way from the public initial weights, whatever the exchange started from.
    """

    mean: Floats
    variance: Floats


def question_for(model: str, *, athletes: int, clubs: int, epsilon: float, delta: float) -> ExchangeQuestion:
    """The axes and clip that promise most for public numbers alone; every club adds all the noise (h = 1).

    The promise is how much of the prior's variance the posterior is expected to explain, summed over the axes; where
    it is known what an answer without noise saves, that, times the share of the explained variance that noise leaves.
    Raises BadWeights for a model that is not installed, InvalidInput for a budget that no noise keeps.
    """
    sigma, installed = sigma_for(epsilon, 1, delta), public_axes(model)

    def promise(one: Response) -> float:
        noise = _noise(installed, one, spread=sigma * one.clip * math.sqrt(clubs), athletes=athletes)
        explained = _explained(installed, one, noise)
        return explained if one.gain is None else one.gain * explained / _explained(installed, one, one.scatter)

    best = max(installed.responses, key=promise)
    return ExchangeQuestion(best.axes, best.clip, sigma)


def posterior(ring_sum: Sequence[int], manifest: CampaignManifest, before: Posterior | None = None) -> Posterior:
    """The league's shift along the axes from the clubs' ring sum, divided by the public number of athletes.

    before: what was known at the weights that the question was asked at; None at the public initial weights. Raises
    BadShape for a sum or a posterior of another length, BadWeights for a manifest that is no exchange.
    """
    scale = 1 << manifest.scale_bits
    total = [Fraction(value, scale) for value in from_ring(ring_sum, manifest.modulus_bits)]
    return _posterior(total, manifest, before)


def posterior_of(total: Floats, manifest: CampaignManifest, before: Posterior | None = None) -> Posterior:
    """The same from the sum of athletes' answers (axes,) in their own unit; raises as `posterior` does."""
    return _posterior(rationals(total), manifest, before)


def _posterior(total: Sequence[Fraction], manifest: CampaignManifest, before: Posterior | None) -> Posterior:
    if manifest.exchange is None:
        raise BadWeights("expected a campaign of one exchange")
    if len(total) != manifest.exchange.axes:
        raise BadShape(f"expected {manifest.exchange.axes} values, got {len(total)}")
    installed, athletes = public_axes(manifest.model), manifest.public_athletes
    response = installed.response(manifest.exchange.axes, manifest.clip_norm)
    moved, priors = _known_before(rationals(installed.prior[: len(total)]), before)
    spread, mean, variance = _variance_of_sum(manifest) / athletes**2, [], []
    axes = zip(
        total, moved, priors, *map(rationals, (response.shown, response.scatter, installed.sampling)), strict=False
    )
    for answer, so_far, prior, shown, scatter, sampling in axes:
        noise = spread + scatter + sampling / athletes
        known = shown**2 * prior + noise
        mean.append(so_far - answer / athletes * shown * prior / known)
        variance.append(prior * noise / known)
    return Posterior(rounded(mean), rounded(variance))


def _known_before(
    public: Sequence[Fraction], before: Posterior | None
) -> tuple[Sequence[Fraction], Sequence[Fraction]]:
    """Mean and variance of the shift, axis by axis, before the question is asked; both as long as `public`, its prior.

    After an earlier exchange its variance, and what leagues drift; never more than at the public initial weights.
    """
    if before is None:
        return [Fraction(0)] * len(public), public
    if not before.mean.size == before.variance.size == len(public):
        raise BadShape(f"expected what is known on {len(public)} axes, got {before.mean.size}")
    drifted = zip(rationals(before.variance), public, strict=True)
    return rationals(before.mean), [min(left + DRIFT * prior, prior) for left, prior in drifted]


def weights_of(found: Posterior, model: str) -> Floats:
    """The league's weights: the public initial weights, moved by the posterior mean; within what a message may hold."""
    shift = public_axes(model).exact_shift(rationals(found.mean))
    moved = map(Fraction.__add__, rationals(initial_weights(model)), shift)
    return rounded(within(moved, LARGEST_WEIGHT))


def _variance_of_sum(manifest: CampaignManifest) -> Fraction:
    """Variance of the noise in the sum of all clubs' answers, per axis, exactly as the clubs' scale is a double."""
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest))
    deviation = Fraction(manifest.noise_multiplier) * Fraction(one) / (1 << manifest.scale_bits)
    return deviation**2 * len(manifest.clubs) / manifest.min_honest_clubs


def _noise(installed: PublicAxes, response: Response, *, spread: float, athletes: int) -> Floats:
    """Variance of the mean answer around its line: the noise of the sum, and that leagues and athletes differ."""
    noise: Floats = (spread / athletes) ** 2 + response.scatter + installed.sampling[: response.axes] / athletes
    return noise


def _explained(installed: PublicAxes, response: Response, noise: Floats) -> float:
    """How much of the prior's variance the posterior explains, if the answer has this variance around its line."""
    prior = installed.prior[: response.axes]
    return float(np.sum((response.shown * prior) ** 2 / (response.shown**2 * prior + noise)))
