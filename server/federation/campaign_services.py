"""What campaigns need of the consent service and of the registry; the worker is handed both."""

from typing import Protocol

from audit.entries.details.base import Details
from audit.entries.details.league import ModelRegistered
from models.arrays import Floats
from models.registry import OpenedModel
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest, SignedManifest
from server.federation.delivery import PublishedEvidence, PublishedModels


class CampaignConsent(Protocol):
    """What campaigns need of the consent service."""

    def register_campaign(self, signed: SignedManifest) -> None:
        """Make a campaign known to the ledger."""

    def event(self, details: Details) -> None:
        """Have an event logged before going on."""

    def register_model(self, details: ModelRegistered) -> bytes:
        """Have a published model logged; returns what opens the entry to everybody."""


class Kept(Protocol):
    """Where what a finished campaign leads to goes."""

    def seal(self, manifest: CampaignManifest, state: ServerState) -> str:
        """Sign and keep the record; returns its content address. It is not published yet."""

    def of_campaign(self, manifest: CampaignManifest) -> str | None:
        """The record that this campaign has published already, if it has."""

    def publish(self, name: str, opening: bytes) -> None:
        """Make a kept record the newest of its kind, once the log has it. opening: what opens its entry."""


class KeptEvidence(Kept, PublishedEvidence, Protocol):
    """Where evidence on a model goes."""


class Registry(Kept, PublishedModels, Protocol):
    """Where a finished model goes."""

    @property
    def evidence(self) -> KeptEvidence:
        """Where the evidence on these models goes."""

    def load(self, name: str) -> OpenedModel:
        """A version, verified."""

    def of_exchange(self, manifest: CampaignManifest, number: int) -> str | None:
        """The model that this exchange of a season has published, if it has."""


def kept_by(registry: Registry, manifest: CampaignManifest) -> Kept:
    """Return where what this campaign leads to goes: a model, or the evidence on one."""
    return registry if manifest.evidence is None else registry.evidence


def judged_weights(registry: Registry, manifest: CampaignManifest) -> Floats | None:
    """Return the weights of the published model that a campaign for evidence names; None for one that teaches."""
    return None if manifest.evidence is None else registry.load(manifest.evidence.record).weights
