"""What published weights follow from: the start, and the noisy sum of all clubs in every round.

The sums are already private, so publishing them costs nothing: weights and sums determine one another, except that
rounding hides the last digits. A sum is never one club's, and says of no club whether it answered (docs/privacy.md
§1.10). Whoever has the manifest computes the same weights again, bit by bit.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from models.arrays import Floats
from models.errors import BadShape, BadWeights
from models.privacy.discrete_gaussian import to_ring
from models.training.exchange import posterior_after
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.server_step import ServerState, start, step
from policies.campaign import MOST_ROUNDS, CampaignManifest, HexHash
from policies.campaigns.season_windows import season_of

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
    initial weights. sums: of all clubs together, one for every round; in a season that of its own exchange alone, none
    where the weights are the start's own. exchange: which one of a season it is; None otherwise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: HexHash
    start_record: HexHash | None = None
    sums: Annotated[tuple[RoundSum, ...], Field(max_length=MOST_ROUNDS)]
    posterior: PublishedPosterior | None = None
    exchange: int | None = Field(default=None, ge=1, le=MOST_ROUNDS)

    @model_serializer(mode="wrap")
    def _as_signed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What follows from no season has the bytes that it had before there were any."""
        body: dict[str, Any] = handler(self)
        if self.exchange is None:
            body.pop("exchange", None)
        return body


def derivation_of(state: ServerState, manifest: CampaignManifest, start_record: str | None = None) -> Derivation:
    """Return what the weights of a finished campaign, or of an exchange of a season, follow from.

    start_record: in a season the record of the exchange before. Raises BadWeights for a state that lacks the sum of a
    round, or whose weights do not follow from its sums.
    """
    sums = tuple(tuple(map(str, total)) for total in state.sums)
    season = season_of(manifest) if sums else None
    before = () if season is None else sums[:-1]
    follows = Derivation(
        start=manifest.initial_weights if not before else weights_sha256(_state(before, manifest).weights.tolist()),
        start_record=start_record,
        sums=sums if season is None else sums[-1:],
        posterior=_published(sums, manifest) if manifest.exchange is not None and sums else None,
        exchange=None if season is None else state.round,
    )
    if not np.array_equal(recomputed(follows, manifest, before), state.weights):
        raise BadWeights("expected weights that follow from the sums of the rounds")
    return follows


def recomputed(follows: Derivation, manifest: CampaignManifest, before: Sequence[RoundSum] = ()) -> Floats:
    """Return the weights that a campaign's sums give, computed from the public initial weights.

    before: in a season, the sums of the exchanges before this one, as their records name them. Raises BadWeights for
    another start than the installed one or theirs, for a missing round, for sums that the manifest cannot have, and for
    a posterior that is not the one of the sums.
    """
    if not manifest.initial_weights == weights_sha256(initial_weights(manifest.model)):
        raise BadWeights("expected the public initial weights that are installed here as the start")
    _check_place(follows, manifest, len(before))
    sums = (*before, *follows.sums)
    try:
        first, state = _state(before, manifest), _state(sums, manifest)
    except BadShape as error:
        raise BadWeights(f"expected sums that the manifest can have: {error}") from error
    if follows.start != weights_sha256(first.weights.tolist()):
        raise BadWeights("expected the weights of the exchange before, or the public initial ones, as the start")
    if follows.posterior != (_published(sums, manifest) if manifest.exchange is not None else None):
        raise BadWeights("expected the mean and variance that follow from the sum")
    return state.weights


def _check_place(follows: Derivation, manifest: CampaignManifest, before: int) -> None:
    """Raise BadWeights unless the sums are all that the manifest asks for, or those of the exchange after `before`."""
    season = season_of(manifest)
    if follows.exchange != (None if season is None else before + 1) or before >= manifest.rounds:
        raise BadWeights("expected the exchange of a season that its start leads to, and no other campaign to name one")
    if (follows.start_record is None) != (before == 0):
        raise BadWeights("expected the public initial weights as the start, or the record of the exchange before")
    wanted = manifest.rounds if season is None else 1
    if len(follows.sums) != wanted:
        raise BadWeights(f"expected {wanted} sums, one a round, got {len(follows.sums)}")


def _state(sums: Sequence[RoundSum], manifest: CampaignManifest) -> ServerState:
    state = start(initial_weights(manifest.model))
    for total in sums:
        state = step(state, to_ring([int(value) for value in total], manifest.modulus_bits), manifest)
    return state


def _published(sums: Sequence[RoundSum], manifest: CampaignManifest) -> PublishedPosterior:
    found = posterior_after([[int(value) for value in total] for total in sums], manifest)
    return PublishedPosterior(mean=tuple(found.mean.tolist()), variance=tuple(found.variance.tolist()))
