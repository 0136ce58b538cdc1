"""What published weights follow from: the start, and the noisy sum of all clubs in every round.

The sums are already private, so publishing them costs nothing: weights and sums determine one another, except that
rounding hides the last digits. A sum is never one club's, and says of no club whether it answered (docs/privacy.md
§1.10). Whoever has the manifest computes the same weights again, bit by bit.
"""

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from models.arrays import Floats
from models.errors import BadShape, BadWeights
from models.privacy.discrete_gaussian import to_ring
from models.training.exchange import posterior
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.server_step import ServerState, start, step
from policies.campaign import MOST_ROUNDS, CampaignManifest, HexHash

WholeNumber = Annotated[str, Field(pattern=r"^(0|-?[1-9][0-9]{0,18})$")]
"""A whole number as text: canonical JSON holds numbers up to 2**53 only."""
RoundSum = Annotated[tuple[WholeNumber, ...], Field(min_length=1, max_length=100_000)]
AxisValues = Annotated[tuple[float, ...], Field(min_length=1, max_length=64)]


class PublishedPosterior(BaseModel):
    """What one exchange leaves known of the league's shift: mean and variance along each public axis."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean: AxisValues
    variance: AxisValues


class Derivation(BaseModel):
    """Start and sums of a published model. With the manifest that its record names they give the weights.

    start: hash of the weights that it began with. start_record: the record that published those; None for the public
    initial weights. sums: of all clubs together, one for every round; none where the weights are the start's own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: HexHash
    start_record: HexHash | None = None
    sums: Annotated[tuple[RoundSum, ...], Field(max_length=MOST_ROUNDS)]
    posterior: PublishedPosterior | None = None


def derivation_of(state: ServerState, manifest: CampaignManifest) -> Derivation:
    """Return what the weights of a finished campaign follow from.

    Raises BadWeights for a state that lacks the sum of a round, or whose weights do not follow from its sums.
    """
    follows = Derivation(
        start=manifest.initial_weights,
        sums=tuple(tuple(map(str, total)) for total in state.sums),
        posterior=_published(state.sums[0], manifest) if manifest.exchange is not None and state.sums else None,
    )
    if not np.array_equal(recomputed(follows, manifest), state.weights):
        raise BadWeights("expected weights that follow from the sums of the rounds")
    return follows


def recomputed(follows: Derivation, manifest: CampaignManifest) -> Floats:
    """Return the weights that a campaign's sums give, computed from the public initial weights.

    Raises BadWeights for another start than the installed one, for a missing round, for sums that the manifest cannot
    have, and for a posterior that is not the one of the sum.
    """
    first = initial_weights(manifest.model)
    if follows.start_record is not None or not follows.start == manifest.initial_weights == weights_sha256(first):
        raise BadWeights("expected the public initial weights that are installed here as the start")
    if len(follows.sums) != manifest.rounds:
        raise BadWeights(f"expected {manifest.rounds} sums, one a round, got {len(follows.sums)}")
    state, sums = start(first), [tuple(map(int, total)) for total in follows.sums]
    try:
        for total in sums:
            state = step(state, to_ring(total, manifest.modulus_bits), manifest)
    except BadShape as error:
        raise BadWeights(f"expected sums that the manifest can have: {error}") from error
    expected = _published(sums[0], manifest) if manifest.exchange is not None else None
    if follows.posterior != expected:
        raise BadWeights("expected the mean and variance that follow from the sum")
    return state.weights


def _published(total: tuple[int, ...], manifest: CampaignManifest) -> PublishedPosterior:
    found = posterior(to_ring(total, manifest.modulus_bits), manifest)
    return PublishedPosterior(mean=tuple(found.mean.tolist()), variance=tuple(found.variance.tolist()))
