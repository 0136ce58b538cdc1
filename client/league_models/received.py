"""Models as they arrive from the league: verified, kept in their chain, and used only by the node's own gate.

Receiving says nothing to the league but whether the model follows the chain: the answer is empty, whatever the node
later thinks of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chassis.clock import Clock, utc_now
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from client.learning.league_evidence import HeldEvidence, read_evidence_parcel
from models.errors import ModelError
from models.registry import ModelRecord, OpenedModel, open_sealed_by_any, read_folder
from policies.campaign import CampaignManifest
from policies.errors import PolicyError
from policies.signing import VerifyKey


class ApprovedCampaigns(Protocol):
    """What receiving needs of the club's approvals."""

    @property
    def league_keys(self) -> Sequence[VerifyKey]:
        """The league's key, and the one before."""

    def approved(self, sha256: str) -> CampaignManifest:
        """The manifest if the club approved it, open or not; raises NotApproved otherwise."""


@dataclass(frozen=True, slots=True)
class ReceivedModels:
    """Takes what the league sends into the chain. adopted: see `ModelChain`."""

    directory: Path
    approvals: ApprovedCampaigns
    adopted: Path | None = None
    clock: Clock = utc_now

    @property
    def chain(self) -> ModelChain:
        """The chain of every model."""
        return ModelChain(self.directory, self.approvals.league_keys, self.adopted)

    @property
    def evidence(self) -> HeldEvidence:
        """The evidence on each kind of model."""
        return HeldEvidence(self.directory, self.approvals.league_keys)

    def receive(self, data: bytes) -> None:
        """Verify and keep a published model of a campaign that this club approved, or one that goes back to an earlier;
        or the league's evidence on one.

        Raises RoundRefused for bytes that are no model, NotApproved for one that the league did not sign or whose
        campaign this club did not approve, KeptOut for one that does not follow what this node holds.
        """
        evidence = read_evidence_parcel(data)
        if evidence is not None:
            self.evidence.take(evidence, approved=self.approvals.approved)
            return
        parcel = read_parcel(data)
        if not _goes_back(parcel.newest.record):
            self.approvals.approved(parcel.newest.record.campaign)
        self.chain.take(parcel, now=self.clock())

    def latest(self, model: str) -> OpenedModel | None:
        """Return the newest received version of `model`, verified again; None if there is none that is sound."""
        held = self.chain.held(model)
        if held is None:
            return None
        try:
            return open_sealed_by_any(read_folder(self.directory / held.sha256), self.approvals.league_keys)
        except (OSError, ModelError, PolicyError):
            return None


def _goes_back(record: ModelRecord) -> bool:
    """A version that goes back has the campaign of an earlier one, which a club that joined later never approved."""
    return record.goes_back_to is not None
