"""Where a later exchange of a season starts: at what this node holds of the exchange before, computed again here."""

from dataclasses import dataclass

from client.league_models.received import ReceivedModels
from models.errors import ModelError
from models.registry import read_weights_file
from models.training.initial_weights import weights_sha256
from policies.campaign import CampaignManifest


@dataclass(frozen=True, slots=True)
class SeasonStarts:
    """The starts that follow from the records in this node's chain; nothing of a message is believed."""

    received: ReceivedModels

    def published(self, manifest: CampaignManifest, number: int) -> str | None:
        """Return the hash of the weights that exchange `number` of this very season published.

        They are computed again from the sums of all its exchanges until then. None where this node has no such record,
        or one that cannot be proven. Of two records of one exchange the one that was registered first counts.
        """
        version = self.received.chain.of_exchange(manifest.sha256, number)
        if version is None:
            return None
        try:
            self.received.chain.check(version)
            return weights_sha256(read_weights_file(version.weights).tolist())
        except ModelError:
            return None
