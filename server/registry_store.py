"""Signed models on disk: record, weights and card of each version, and which version is the newest of its kind.

A version is written before anything names it, and never changed. Going back is one more version: it has the weights of
an earlier one, and nodes follow it like any other.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from chassis.text import shortened
from models.card import card_for
from models.chain import Version
from models.features import SCHEMAS
from models.registry import (
    CARD_TEXT,
    MANIFEST,
    OpenedModel,
    SealedModel,
    open_sealed_by_any,
    read_folder,
    seal,
    seal_return,
)
from models.training.derivation import derivation_of
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest
from policies.campaigns.season_windows import season_of
from policies.signing import SigningKey, VerifyKey
from server.errors import BadCoordinatorSettings, CampaignFailed, UnknownModel
from server.evidence_store import EVIDENCE, EvidenceStore

_TICK = timedelta(microseconds=1)
LEAST_DIGITS = 8  # of a version's name, as people type it
OPENING = "log-opening.json"  # shows everybody that the log has the version (`homefield-audit model`)
PURPOSES = {
    "recovery-linear-1": "tomorrow's readiness, beside the club's own model; used only where it beats that one",
    "recovery-network-1": "tomorrow's readiness by a network, beside the club's own model; used only where it beats it",
    "risk-logistic-1": "chance of a time-loss injury within seven days; shown only where a club's own gate lets it",
}


@dataclass(frozen=True, slots=True)
class RegistryFolder:
    """The league's registry as it is read: `<directory>/<sha256>/` per version, `<directory>/<model>.latest` names the
    newest. Nothing is verified, and no key is needed.
    """

    directory: Path

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

    def versions(self, name: str) -> list[Version]:
        """Return a version and those before it, oldest first, as far as they are here.

        Raises BadCoordinatorSettings if the version itself is not here.
        """
        found, wanted = list[Version](), name
        while wanted and (not found or (self.directory / wanted).exists()):
            sealed, manifest = self.sealed(wanted), self.directory / wanted / MANIFEST
            found.append(Version(sealed.signed, sealed.weights, manifest.read_bytes() if manifest.exists() else b""))
            wanted = sealed.signed.record.previous or ""
        return found[::-1]

    def campaigns(self, name: str) -> tuple[CampaignManifest, ...]:
        """The campaigns of a version and of those before it; one whose manifest was not kept is left out."""
        return tuple(version.campaign() for version in self.versions(name) if version.manifest)

    def of_exchange(self, manifest: CampaignManifest, number: int) -> str | None:
        """Name of what exchange `number` of this season has published, whatever is the newest now; None before."""
        newest = self.latest(manifest.model)
        records = [version.record for version in self.versions(newest)] if newest else []
        return next((one.sha256 for one in records if one.is_of_exchange(number, manifest.sha256)), None)

    def has_opening(self, name: str) -> bool:
        """Whether what opens a version's entry in the log is kept beside it."""
        return (self.directory / name / OPENING).exists()


@dataclass(frozen=True, slots=True)
class RegistryStore(RegistryFolder):
    """The registry as the league writes it. former: the league's key before, which signed the versions before."""

    key: SigningKey
    clock: Clock
    former: VerifyKey | None = None

    @property
    def evidence(self) -> EvidenceStore:
        """Where the evidence on these models is kept."""
        return EvidenceStore(self.directory / EVIDENCE, key=self.key, clock=self.clock)

    def seal(self, manifest: CampaignManifest, state: ServerState) -> str:
        """Sign and keep the model of a finished campaign, or of an exchange of a season; returns the version's name.

        It follows the newest version, and is the newest itself once it is published.

        Raises BadWeights for a state whose weights do not follow from the sums of its rounds, CampaignFailed if the
        disk refuses.
        """
        number = None if season_of(manifest) is None else state.round
        started_from = self.of_exchange(manifest, number - 1) if number is not None else None
        card = card_for(manifest, metrics=(), purpose=PURPOSES[manifest.model], rounds=number)
        sealed = seal(
            state.weights,
            card,
            campaign=manifest,
            key=self.key,
            now=self._after(self.latest(manifest.model)),
            previous=self.latest(manifest.model),
            follows=derivation_of(state, manifest, started_from),
        )
        name = sealed.signed.record.sha256
        try:
            self._write(name, sealed, {CARD_TEXT: card.markdown().encode(), MANIFEST: manifest.canonical()})
        except OSError as error:
            raise CampaignFailed("the model could not be kept on disk") from error
        return name

    def of_campaign(self, manifest: CampaignManifest) -> str | None:
        """Return the newest version if this very campaign has published it: before a restart, say.

        In a season, the version of its last exchange.
        """
        if season_of(manifest) is not None:
            return self.of_exchange(manifest, manifest.rounds)
        name = self.latest(manifest.model)
        return name if name is not None and self.load(name).record.campaign == manifest.sha256 else None

    def publish(self, name: str, opening: bytes) -> None:
        """Make a kept version the newest of its model. opening: what opens its entry in the log, kept beside it.

        The log comes first: a version that nobody can find there is named by nothing.
        """
        record = self.sealed(name).signed.record
        model = record.model
        if record.previous != self.latest(model):
            raise CampaignFailed(f"another version of {model} was published meanwhile")
        try:
            replace_durably(self.directory / name / OPENING, opening)
            replace_durably(self.directory / f"{model}.latest", name.encode() + b"\n")
        except OSError as error:
            raise CampaignFailed("the model could not be published on disk") from error

    def returning_to(self, name: str) -> SealedModel:
        """Sign that an earlier version counts again; nothing is kept yet. name: the version, or its first digits.

        Raises UnknownModel unless the name is of exactly one version that lies before the newest of its model.
        """
        newest = [latest for model in sorted(SCHEMAS) if (latest := self.latest(model)) is not None]
        before = {one.record.sha256: latest for latest in newest for one in self.versions(latest)[:-1]}
        found = [earlier for earlier in before if earlier.startswith(name)]
        if len(found) != 1 or len(name) < LEAST_DIGITS:
            raise UnknownModel(
                f"expected {LEAST_DIGITS} digits or more of one published model before the newest of its kind, got "
                f"{shortened(name)!r}; see `homefield-server models list`"
            )
        (earlier,) = found
        newest_name = before[earlier]
        now = self._after(newest_name)
        return seal_return(self.sealed(earlier), key=self.key, now=now, previous=newest_name)

    def keep_return(self, sealed: SealedModel) -> str:
        """Keep such a version, with the manifest and card of the one it goes back to; returns its name."""
        record = sealed.signed.record
        name, earlier = record.sha256, self.directory / (record.goes_back_to or "")
        beside = {part: (earlier / part).read_bytes() for part in (CARD_TEXT, MANIFEST) if (earlier / part).exists()}
        try:
            self._write(name, sealed, beside)
        except OSError as error:
            raise CampaignFailed("the model could not be kept on disk") from error
        return name

    def _after(self, previous: str | None) -> datetime:
        """Now, or just after the version before where the clock was put back: nodes take only what rises."""
        now = self.clock()
        return now if previous is None else max(now, self.sealed(previous).signed.record.registered + _TICK)

    def _write(self, name: str, sealed: SealedModel, beside: Mapping[str, bytes]) -> None:
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        for part, data in (dict(beside) | sealed.files()).items():
            replace_durably(folder / part, data)

    def parcel(self, name: str) -> bytes:
        """A version as it is sent to nodes, with the versions before it: JSON, all parts in base64."""
        *before, newest = (_parts(version) for version in self.versions(name))
        return json.dumps(newest | {"card": _text(self.sealed(name).card), "chain": before}).encode()

    def load(self, name: str) -> OpenedModel:
        """Return a version after checking its signature and hashes."""
        return open_sealed_by_any(self.sealed(name), [self.key.verify_key, *([self.former] if self.former else [])])


def _parts(version: Version) -> dict[str, str]:
    parts = {"record": version.signed.model_dump_json().encode(), "weights": version.weights}
    return {part: _text(data) for part, data in (parts | {"manifest": version.manifest}).items()}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
