"""What campaigns need of the consent service and of the registry; the worker is handed both."""

from typing import Protocol

from audit.entries.details.base import Details
from audit.entries.details.league import ModelRegistered
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest, SignedManifest
from server.federation.delivery import PublishedModels


class CampaignConsent(Protocol):
    """What campaigns need of the consent service."""

    def register_campaign(self, signed: SignedManifest) -> None:
        """Make a campaign known to the ledger."""

    def event(self, details: Details) -> None:
        """Have an event logged before going on."""

    def register_model(self, details: ModelRegistered) -> bytes:
        """Have a published model logged; returns what opens the entry to everybody."""


class Registry(PublishedModels, Protocol):
    """Where a finished model goes."""

    def seal(self, manifest: CampaignManifest, state: ServerState) -> str:
        """Sign and keep the model; returns its content address. It is not published yet."""

    def of_campaign(self, manifest: CampaignManifest) -> str | None:
        """The model that this campaign has published already, if it has."""

    def of_exchange(self, manifest: CampaignManifest, number: int) -> str | None:
        """The model that this exchange of a season has published, if it has."""

    def publish(self, name: str, opening: bytes) -> None:
        """Make a kept model the newest of its kind, once the log has it. opening: what opens its entry."""
