"""What a node computes in one round: from manifest, weights and consenting athletes to noisy integers.

This is the whole privacy path of a node in one function: gradient, axes (in an exchange), clip, quantise, sum, noise,
ring. The number of athletes never shows: with none at all the answer is the noise alone.

Manifest and weights that do not fit are refused before anything is computed. Nothing is afterwards: a refusal would let
the coordinator ask again and see fresh noise on the same data for no further price. A series of another shape counts as
nothing, and a coordinate that noise has carried beyond what the ring is laid out for is cut off there.
"""

import math
from collections.abc import Collection, Sequence

import numpy as np

from models.arrays import Floats
from models.errors import BadWeights
from models.features import RISK_SCHEMA, SCHEMAS, AthleteSeries, FeatureSchema
from models.privacy.discrete_gaussian import noise_share, noisy_sum, quantise, sensitivity
from models.privacy.network_gradients import network_gradients
from models.privacy.per_athlete_gradients import athlete_gradients, clip_rows, projected
from models.privacy.public_axes import public_axes
from policies.budget import EVIDENCE_NUMBERS
from policies.campaign import CampaignManifest, ExchangeTerms
from policies.campaigns.memberships import WHOLE
from policies.campaigns.squads import squads_together

NOISE_REACH = 12.0  # standard deviations: noise lies beyond it less than once in 1e32
EVIDENCE_CLIP = 1.0  # of the evidence of one athlete, which keeps it by itself (`models.evidence.answer`)
NORM_REACH = 6.0  # ours; a Gaussian vector's norm is 1-Lipschitz around at most sqrt(d) (tests compare the chi law)


def schema_of(manifest: CampaignManifest) -> FeatureSchema:
    """The installed schema that the manifest names; raises BadWeights if the two differ in any way.

    While sums are not masked the coordinator sees each club's vector, so every club must add all the noise:
    a manifest that asks for less is refused here too.
    """
    schema = SCHEMAS.get(manifest.model)
    if schema is None:
        raise BadWeights("expected a model that is installed on this node")
    if manifest.feature_schema != schema.sha256:
        raise BadWeights(f"expected feature schema {schema.sha256[:12]} for {schema.model}, got another")
    if set(manifest.categories) != set(schema.categories):
        raise BadWeights(f"expected the manifest to name the categories that {schema.model} uses")
    if manifest.masking == "none" and manifest.min_honest_clubs != 1:
        raise BadWeights("expected one honest club (h = 1) while sums are not masked")
    if manifest.min_honest_clubs > len(manifest.clubs):
        raise BadWeights(f"expected at most {len(manifest.clubs)} honest clubs, got {manifest.min_honest_clubs}")
    if manifest.exchange is not None:
        _check_exchange(manifest, manifest.exchange)
    if manifest.evidence is not None:
        _check_evidence(manifest)
    if largest_sum(manifest, answer_length(manifest)) * len(manifest.clubs) >= 2.0 ** (manifest.modulus_bits - 1):
        raise BadWeights("expected a modulus so large that no sum of clubs can wrap")
    return schema


def _check_exchange(manifest: CampaignManifest, terms: ExchangeTerms) -> None:
    """Raise BadWeights unless metric, axes, prior and start are the installed ones, and the question was measured."""
    installed = public_axes(manifest.model)
    if (terms.artefacts, manifest.initial_weights) != (installed.sha256, installed.start):
        raise BadWeights(f"expected the metric, axes, prior and start of {manifest.model} that are installed here")
    installed.response(terms.axes, manifest.clip_norm)


def _check_evidence(manifest: CampaignManifest) -> None:
    """Raise BadWeights unless the judged model is one of risk, and the clip is the one that its answer keeps."""
    if manifest.model != RISK_SCHEMA.model:
        raise BadWeights(f"expected evidence on {RISK_SCHEMA.model}, which alone is judged by it, got {manifest.model}")
    if manifest.clip_norm != EVIDENCE_CLIP:
        raise BadWeights(f"expected a clip of {EVIDENCE_CLIP:g} for evidence, got {manifest.clip_norm:g}")


def answer_length(manifest: CampaignManifest) -> int:
    """How many whole numbers a club answers in one round: a weight each, an axis each in an exchange, or evidence."""
    if manifest.evidence is not None:
        return EVIDENCE_NUMBERS
    return SCHEMAS[manifest.model].dimension if manifest.exchange is None else manifest.exchange.axes


def answers(manifest: CampaignManifest, weights: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """What each athlete would say, (athletes, answer length), clipped: the gradient, or its share along the axes."""
    schema = SCHEMAS[manifest.model]
    if schema.layers is None:
        gradients = athlete_gradients(schema.kind, weights, series)
    else:
        gradients = network_gradients(schema, weights, series)
    if manifest.exchange is not None:
        gradients = projected(gradients, public_axes(manifest.model).projection(manifest.exchange.axes))
    return weighted(manifest, gradients, series)


def weighted(manifest: CampaignManifest, rows: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """Each athlete's row (athletes, answer length), scaled by the athlete's weight w here and clipped to w of the clip.

    Where w < 1 the clip is smaller by (1 - w)·sqrt(d)/2 steps of rounding, so that the rounded row is within w·D.
    """
    if all(one.sixteenths == WHOLE for one in series):
        return clip_rows(rows, manifest.clip_norm)
    weights = np.array([[one.sixteenths / WHOLE] for one in series])
    rounding = (1.0 - weights) * math.sqrt(rows.shape[1]) / 2.0 / 2.0**manifest.scale_bits
    return clip_rows(rows * weights, np.maximum(weights * manifest.clip_norm - rounding, 0.0))


def largest_sum(manifest: CampaignManifest, dimension: int, squad: int | None = None) -> float:
    """The largest coordinate an honest club can send: every athlete of `squad` clipped one way, and far-out noise.

    squad: every public athlete where none is said, as the ring is laid out.
    """
    athletes = manifest.public_athletes if squad is None else squad
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, dimension)
    return (athletes + NOISE_REACH * manifest.noise_multiplier) * one


def largest_norm(manifest: CampaignManifest, dimension: int, squad: int) -> float:
    """The largest L2 norm of an honest club's vector: every athlete of `squad` clipped one way, and far-out noise.

    The norm of d draws of the noise lies beyond sigma·D·(sqrt(d) + NORM_REACH) less than once in 1e11.
    """
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, dimension)
    return (squad + manifest.noise_multiplier * (math.sqrt(dimension) + NORM_REACH)) * one


def largest_norm_of_sum(manifest: CampaignManifest, dimension: int, clubs: Collection[str]) -> float:
    """The largest L2 norm of the sum of these clubs' vectors: every athlete of their squads, and far-out noise of all.

    Draws of K clubs have sqrt(K) times the standard deviation of one; else as `largest_norm`.
    """
    one = sensitivity(manifest.clip_norm, manifest.scale_bits, dimension)
    noise = manifest.noise_multiplier * math.sqrt(len(clubs)) * (math.sqrt(dimension) + NORM_REACH)
    return (squads_together(manifest, clubs) + noise) * one


def contribution(
    manifest: CampaignManifest, weights: Sequence[float], series: Sequence[AthleteSeries]
) -> tuple[int, ...]:
    """The club's contribution to one round, modulo 2**modulus_bits: clipped sum plus the club's noise share.

    series: one entry per athlete with a token and a live grant, nobody else; one that does not fit the model counts as
    nothing. Raises BadWeights if manifest or weights are not for an installed model, and nothing once they are.
    """
    schema = schema_of(manifest)
    if manifest.evidence is not None:
        raise BadWeights("expected a campaign that teaches a model, got one for evidence")
    current = np.asarray(weights, dtype=np.float64)
    schema.check_weights(current)
    taken = fitting(schema, series)
    return noisy_answer(manifest, answers(manifest, current, taken), [one.sixteenths for one in taken])


def fitting(schema: FeatureSchema, series: Sequence[AthleteSeries]) -> Sequence[AthleteSeries]:
    """The series that have the model's columns; packed ones are used as they are where all have."""
    if any(one.X.shape[1] != len(schema.features) for one in series):
        return [one for one in series if one.X.shape[1] == len(schema.features)]
    return series


def noisy_answer(manifest: CampaignManifest, clipped: Floats, sixteenths: Sequence[int]) -> tuple[int, ...]:
    """The club's answer from athletes' clipped ones, (athletes, answer length): rounded, added up, noise, ring.

    sixteenths: each athlete's weight; a row beyond that share of the bound counts as nothing. The manifest was checked
    by `schema_of`; nothing is refused here any more.
    """
    length = answer_length(manifest)
    bound = sensitivity(manifest.clip_norm, manifest.scale_bits, length)
    return noisy_sum(
        quantise(clipped, manifest.clip_norm, manifest.scale_bits, sixteenths),
        noise_share(length, manifest.noise_multiplier, bound, manifest.min_honest_clubs),
        most=math.floor(largest_sum(manifest, length)),  # `schema_of` has seen to it that so much of every club fits
        modulus_bits=manifest.modulus_bits,
        summands=len(manifest.clubs),
    )
