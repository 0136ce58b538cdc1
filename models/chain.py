"""The chain of a league's versions of one model: each record names the one before and rises in time, and its weights
follow from its sums or are those of an earlier record.

League and nodes judge by this code alone, so that what a node keeps out is what anybody can find out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from models.errors import BadChain, BadWeights, NotAtHand
from models.privacy.public_axes import public_axes
from models.registry import ModelRecord, SignedModel, read_weights_file
from models.training.derivation import Derivation, RoundSum, recomputed
from models.training.initial_weights import initial_weights, weights_sha256
from policies.campaign import CampaignManifest
from policies.canonical import sha256_hex, told_apart

SHOWN = 12  # hexadecimal digits of a hash in a sentence


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it is checked: its signed record, the file of its weights, and the manifest that it names.

    manifest: its canonical bytes; b"" where it is not at hand.
    """

    signed: SignedModel
    weights: bytes
    manifest: bytes = b""

    @property
    def record(self) -> ModelRecord:
        """The record; who signed it is not checked by this module."""
        return self.signed.record

    def campaign(self) -> CampaignManifest:
        """Return the manifest; raises NotAtHand without one, BadWeights for one that the record does not name."""
        if not self.manifest:
            raise NotAtHand("the manifest that the record names is not at hand")
        record = self.record
        try:
            found = CampaignManifest.model_validate_json(self.manifest)
        except ValidationError as error:
            raise BadWeights("expected the manifest that the record names, got another shape") from error
        if found.sha256 != record.campaign:
            wanted, got = told_apart(record.campaign, found.sha256)
            raise BadWeights(f"expected the manifest {wanted}, which the record names, got {got}")
        if (found.model, found.league, found.feature_schema) != (record.model, record.league, record.feature_schema):
            raise BadWeights("expected a manifest of the record's own model, league and feature schema")
        return found


Find = Callable[[str], Version | None]
"""Returns the version with this hash, if it is at hand."""


def check_successor(newer: ModelRecord, older: ModelRecord | None) -> None:
    """Return if `newer` directly follows `older`, or begins a chain where there is none; raises BadChain."""
    if newer.previous != (older.sha256 if older else None):
        after, named = told_apart(older.sha256 if older else "", newer.previous or "")
        wanted = f"follows {after}" if older else "begins the chain"
        got = f"follows {named}" if newer.previous else "begins a chain"
        raise BadChain(f"expected a record that {wanted}, got one that {got}: there is a gap, or it is another chain")
    if older is None:
        return
    if (newer.model, newer.league) != (older.model, older.league):
        raise BadChain(f"expected a record of {older.model} of the same league, got {newer.model}")
    if newer.registered <= older.registered:
        raise BadChain("expected a record that was registered after the one before it, got an older one")
    if newer.version < older.version:
        raise BadChain("expected a record that says what its weights follow from, as the one before it does")


def check_weights(version: Version, find: Find) -> None:
    """Return if the weights are those that the record's sums give, or those of the earlier record that it goes back to.

    A later exchange of a season is followed back to the first, whose records are checked with it. Raises BadWeights if
    the weights are others, NotAtHand where that cannot be found out here.
    """
    _check_file(version)
    if version.record.follows is None:
        raise NotAtHand("a record of version 1 does not say what its weights follow from")
    if version.record.goes_back_to is not None:
        _check_return(version, find)
        return
    campaign = version.campaign()
    _check_installed(campaign)
    _checked_sums(version, version.record.follows, campaign, find)


def _checked_sums(
    version: Version, follows: Derivation, campaign: CampaignManifest, find: Find
) -> tuple[RoundSum, ...]:
    """Return the sums of this record and of the exchanges before it, each of them checked; raises as `check_weights`.

    Numbers of exchanges fall along the way back, so that it ends.
    """
    _check_file(version)
    before: tuple[RoundSum, ...] = ()
    if follows.start_record is not None:
        before = _checked_sums(*_exchange_before(version, follows, find), campaign, find)
    if recomputed(follows, campaign, before).tobytes() != read_weights_file(version.weights).tobytes():
        raise BadWeights("expected the weights that follow from the sums, got others")
    return (*before, *follows.sums)


def _exchange_before(version: Version, follows: Derivation, find: Find) -> tuple[Version, Derivation]:
    """Return the record that an exchange of a season started from; raises BadWeights for any other one."""
    name, wanted = follows.start_record or "", (follows.exchange or 0) - 1
    earlier = find(name)
    if earlier is None:
        raise NotAtHand(f"the record {name[:SHOWN]} that this one starts from is not at hand")
    before = earlier.record.follows
    if before is None or wanted < 1 or not earlier.record.is_of_exchange(wanted, version.record.campaign):
        raise BadWeights("expected to start from the record of the exchange before in the same season, got another one")
    if earlier.record.registered >= version.record.registered:
        raise BadWeights("expected to start from a record that was registered before this one")
    return earlier, before


def _check_file(version: Version) -> None:
    if sha256_hex(version.weights) != version.record.weights_file:
        raise BadWeights("expected the weights that the league signed")


def _check_return(version: Version, find: Find) -> None:
    """Times fall along the way back, so that it ends."""
    record, follows = version.record, version.record.follows
    if follows is None or follows.start_record is None or follows.sums:
        raise BadWeights("expected sums, or an earlier record to go back to, and not both")
    if follows.posterior is not None or follows.exchange is not None:
        raise BadWeights("expected sums, or an earlier record to go back to, and not both")
    earlier = find(follows.start_record)
    if earlier is None:
        raise NotAtHand(f"the record {follows.start_record[:SHOWN]} that this one goes back to is not at hand")
    target = earlier.record
    if target.registered >= record.registered or (target.model, target.league) != (record.model, record.league):
        raise BadWeights("expected to go back to an earlier record of the same model and league")
    same = (target.weights_file, target.campaign, target.card, target.feature_schema)
    if (record.weights_file, record.campaign, record.card, record.feature_schema) != same:
        raise BadWeights("expected the weights, campaign and card of the record that this one goes back to")
    if follows.start != weights_sha256(read_weights_file(version.weights).tolist()):
        raise BadWeights("expected the hash of the weights of the record that this one goes back to")
    check_weights(earlier, find)


def _check_installed(campaign: CampaignManifest) -> None:
    if campaign.initial_weights != weights_sha256(initial_weights(campaign.model)):
        raise NotAtHand("the initial weights that the manifest names are not installed here")
    if campaign.exchange is not None and campaign.exchange.artefacts != public_axes(campaign.model).sha256:
        raise NotAtHand("the metric, axes and prior that the manifest names are not installed here")
