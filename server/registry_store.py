"""Signed models on disk: record, weights and card of each version, and which version is the newest of its kind.

A version is written before anything names it, and never changed. Rolling back is naming an earlier one.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from models.card import card_for
from models.registry import OpenedModel, SealedModel, open_sealed_by_any, read_folder, seal
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest
from policies.signing import SigningKey, VerifyKey
from server.errors import BadCoordinatorSettings, CampaignFailed

CARD_TEXT = "card.md"  # for people; the signed card is card.json
PURPOSES = {
    "recovery-linear-1": "tomorrow's readiness, beside the club's own model; used only where it beats that one",
    "recovery-network-1": "tomorrow's readiness by a network, beside the club's own model; used only where it beats it",
    "risk-logistic-1": "chance of a time-loss injury within seven days; shown only where a club's own gate lets it",
}


@dataclass(frozen=True, slots=True)
class RegistryStore:
    """The league's registry: `<directory>/<sha256>/` per version, `<directory>/<model>.latest` names the newest.

    former: the league's key before, which signed the versions before.
    """

    directory: Path
    key: SigningKey
    clock: Clock
    former: VerifyKey | None = None

    def publish(self, manifest: CampaignManifest, state: ServerState) -> str:
        """Seal and keep a finished campaign's model; returns the version's name (hash of its record)."""
        card = card_for(manifest, metrics=(), purpose=PURPOSES[manifest.model])
        previous = self.latest(manifest.model)
        sealed = seal(state.weights, card, campaign=manifest, key=self.key, now=self.clock(), previous=previous)
        name = sealed.signed.record.sha256
        try:
            self._write(name, sealed, card.markdown())
            replace_durably(self.directory / f"{manifest.model}.latest", name.encode() + b"\n")
        except OSError as error:
            raise CampaignFailed("the model could not be kept on disk") from error
        return name

    def of_campaign(self, manifest: CampaignManifest) -> str | None:
        """Return the newest version if this very campaign has published it: before a restart, say."""
        name = self.latest(manifest.model)
        return name if name is not None and self.load(name).record.campaign == manifest.sha256 else None

    def _write(self, name: str, sealed: SealedModel, text: str) -> None:
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        for part, data in ({CARD_TEXT: text.encode()} | sealed.files()).items():
            replace_durably(folder / part, data)

    def latest(self, model: str) -> str | None:
        """Name of the newest version of `model`, or None."""
        path = self.directory / f"{model}.latest"
        return path.read_text(encoding="ascii").strip() if path.exists() else None

    def sealed(self, name: str) -> SealedModel:
        """Return a version's three byte strings; raises BadCoordinatorSettings if it is not here."""
        try:
            return read_folder(self.directory / name)
        except OSError as error:
            raise BadCoordinatorSettings("there is no such model") from error

    def parcel(self, name: str) -> bytes:
        """A version as it is sent to nodes: JSON of its three byte strings in base64."""
        sealed = self.sealed(name)
        parts = {"record": sealed.signed.model_dump_json().encode(), "weights": sealed.weights, "card": sealed.card}
        return json.dumps({part: base64.b64encode(data).decode() for part, data in parts.items()}).encode()

    def load(self, name: str) -> OpenedModel:
        """Return a version after checking its signature and hashes."""
        return open_sealed_by_any(self.sealed(name), [self.key.verify_key, *([self.former] if self.former else [])])
