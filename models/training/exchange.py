"""One exchange: which question to ask, and what its noisy answer says about a league.

Every athlete's gradient at the public initial weights is taken to a few public axes, clipped and added up; noise is
drawn once. On each axis the mean answer is minus `shown` times the league's shift, plus noise of a known variance and
the public scatter of leagues around that line; the shift has a public prior. Its posterior is therefore
post-processing: it costs no privacy (docs/privacy.md §1.8).

A later exchange of a season starts from what the earlier ones left known: the question is then asked at those weights,
and the prior is the earlier variance, inflated by a public drift. What they published is public, so this costs no more
than the exchange itself.

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
from models.training.known_axis import KnownAxis
from policies.budget import sigma_for
from policies.campaign import CampaignManifest, ExchangeTerms

LARGEST_WEIGHT = 1e6  # the range of `models.wire.TrainRequest`
DRIFT = Fraction(1, 10)
"""Ours: variance that a league's shift gains between two exchanges, as a share of the public prior's on each axis.

A season's manifest names its own, which is this one where `homefield-server campaign plan` made it. Chosen on simulated
leagues whose world drifts, at 0 to 1/2 (docs/privacy.md §1.12); the optimum is flat.
"""


@dataclass(frozen=True, slots=True)
class ExchangeQuestion:
    """What a campaign of one exchange asks. axes: how many. clip: most norm of one answer. noise_multiplier: sigma."""

    axes: int
    clip: float
    noise_multiplier: float


@dataclass(frozen=True, slots=True)
class OffLine:
    """How far a league's mean answers lie off the line, each (axes,); covariance: with the shift, as `KnownAxis`."""

    mean: Floats
    variance: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of a league's shift along the axes afterwards; both (axes,). The variance holds no data.

    mean: the whole way from the public initial weights, whatever the exchange started from. off_line: what a later
    exchange needs beside it; None where nothing is known of it, as before the first.
    """

    mean: Floats
    variance: Floats
    off_line: OffLine | None = None


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


def posterior_after(sums: Sequence[Sequence[int]], manifest: CampaignManifest) -> Posterior:
    """What is known after these exchanges of a campaign, one after the other; raises as `posterior` does.

    sums: of all clubs together, as signed whole numbers, the first exchange first; at least one.
    """
    known, scale = None, 1 << manifest.scale_bits
    for total in sums:
        known = _posterior([Fraction(value, scale) for value in total], manifest, known)
    if known is None:
        raise BadShape("expected the sum of one exchange at least")
    return known


def _posterior(total: Sequence[Fraction], manifest: CampaignManifest, before: Posterior | None) -> Posterior:
    terms = manifest.exchange
    if terms is None:
        raise BadWeights("expected a campaign of one exchange")
    if len(total) != terms.axes:
        raise BadShape(f"expected {terms.axes} values, got {len(total)}")
    installed, athletes = public_axes(manifest.model), manifest.public_athletes
    response = installed.response(terms.axes, manifest.clip_norm)
    spread, found = variance_of_sum(manifest) / athletes**2, list[KnownAxis]()
    before_it = _known_before(manifest, terms, before)
    axes = zip(total, before_it, *map(rationals, (response.shown, installed.sampling)), strict=False)
    for answer, known, shown, sampling in axes:
        found.append(known.answered(answer / athletes, shown=shown, noise=spread + sampling / athletes))
    off_line = OffLine(
        mean=rounded(one.off for one in found),
        variance=rounded(one.off_variance for one in found),
        covariance=rounded(one.covariance for one in found),
    )
    return Posterior(rounded(one.shift for one in found), rounded(one.variance for one in found), off_line)


def _known_before(manifest: CampaignManifest, terms: ExchangeTerms, before: Posterior | None) -> list[KnownAxis]:
    """What is known, axis by axis, before the question is asked.

    After an earlier exchange its variance, and what leagues drift; never more than at the public initial weights.
    """
    installed, nothing = public_axes(manifest.model), np.zeros(terms.axes)
    prior, scatter = installed.prior[: terms.axes], installed.response(terms.axes, manifest.clip_norm).scatter
    known = before or Posterior(nothing, prior)
    off = known.off_line or OffLine(nothing, scatter, nothing)
    parts = (known.mean, known.variance, off.mean, off.variance, off.covariance)
    if any(part.size != terms.axes for part in parts):
        raise BadShape(f"expected what is known on {terms.axes} axes, got {known.mean.size}")
    drift = DRIFT if terms.season is None else terms.season.drift_share
    axes = (KnownAxis(*values) for values in zip(*map(rationals, parts), strict=True))
    return [one.drifted(drift * most, most=most) for one, most in zip(axes, rationals(prior), strict=True)]


def weights_of(found: Posterior, model: str) -> Floats:
    """The league's weights: the public initial weights, moved by the posterior mean; within what a message may hold."""
    shift = public_axes(model).exact_shift(rationals(found.mean))
    moved = map(Fraction.__add__, rationals(initial_weights(model)), shift)
    return rounded(within(moved, LARGEST_WEIGHT))


def variance_of_sum(manifest: CampaignManifest) -> Fraction:
    """Variance of the noise in the sum of all clubs' answers, per axis, exactly as the clubs' scale is a double."""
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest))
    deviation = Fraction(manifest.noise_multiplier) * Fraction(one) / (1 << manifest.scale_bits)
    return deviation**2 * len(manifest.clubs) / manifest.min_honest_clubs


def share_of_noiseless(manifest: CampaignManifest) -> float | None:
    """How much of what answers without noise would explain is explained with the noise of a campaign, 0 to 1.

    All exchanges of a season together, as if none drifted. None for a campaign that is no exchange.
    """
    if manifest.exchange is None:
        return None
    installed = public_axes(manifest.model)
    response = installed.response(manifest.exchange.axes, manifest.clip_norm)
    spread = math.sqrt(variance_of_sum(manifest) / manifest.rounds)
    noise = _noise(installed, response, spread=spread, athletes=manifest.public_athletes)
    return _explained(installed, response, noise) / _explained(installed, response, response.scatter)


def _noise(installed: PublicAxes, response: Response, *, spread: float, athletes: int) -> Floats:
    """Variance of the mean answer around its line: the noise of the sum, and that leagues and athletes differ."""
    noise: Floats = (spread / athletes) ** 2 + response.scatter + installed.sampling[: response.axes] / athletes
    return noise


def _explained(installed: PublicAxes, response: Response, noise: Floats) -> float:
    """How much of the prior's variance the posterior explains, if the answer has this variance around its line."""
    prior = installed.prior[: response.axes]
    return float(np.sum((response.shown * prior) ** 2 / (response.shown**2 * prior + noise)))
