"""Which model a campaign for evidence may judge here: the newest that this node received, proven once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.entries.details.codes import CampaignRefusal
from client.errors import NotApproved
from client.league_models.chain import ModelChain
from models.errors import ModelError
from models.training.initial_weights import weights_sha256
from policies.campaign import CampaignManifest
from policies.errors import PolicyError
from policies.signing import VerifyKey


@dataclass(frozen=True, slots=True)
class ReceivedToJudge:
    """The node's folder of published models, as a campaign for evidence is held against it."""

    received: Path
    league_keys: Sequence[VerifyKey]

    def check(self, manifest: CampaignManifest) -> None:
        """Return if the campaign judges the newest model of its kind here, whose weights follow from its sums.

        Raises NotApproved for an unknown or an older record, another model's, or weights that are not the record's.
        """
        problem = self._problem(manifest)
        if problem:
            raise NotApproved(problem, refusal=CampaignRefusal.UNKNOWN_MODEL)

    def _problem(self, manifest: CampaignManifest) -> str:
        wanted = "" if manifest.evidence is None else manifest.evidence.record
        try:
            found = ModelChain(self.received, self.league_keys).proven(manifest.model)
        except (OSError, ModelError, PolicyError) as error:
            return f"the campaign judges a model that this node cannot prove: {error}"
        if found is None or found.record.sha256 != wanted:
            held = "holds none" if found is None else f"holds {found.record.sha256[:12]}"
            return f"the campaign judges the model {wanted[:12]}, and this node {held}: the newest received is judged"
        if weights_sha256(found.weights.tolist()) != manifest.initial_weights:
            return "the campaign judges other weights than those of the record that it names"
        return ""
