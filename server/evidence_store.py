"""The evidence records that the league has published: beside the models, in a folder of their own.

`<directory>/<sha256>/` holds one record with the manifest that it names; `<directory>/<model>.latest` names the newest.
"""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from models.errors import BadWeights
from models.evidence.record import (
    PooledEvidence,
    SignedEvidence,
    check_figures,
    check_signature,
    manifest_of,
    parse_evidence,
    sign_evidence,
)
from models.features import SCHEMAS
from models.registry import MANIFEST, RECORD
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest
from policies.signing import SigningKey, VerifyKey
from server.errors import BadCoordinatorSettings, CampaignFailed

EVIDENCE = "evidence"  # the folder's name beside the models
OPENING = "log-opening.json"  # as beside a model: `homefield-audit model` takes the folder
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """Published evidence as it is read; no key is needed."""

    directory: Path

    def latest(self, model: str) -> str | None:
        """Name of the newest record on a kind of model, or None."""
        path = self.directory / f"{model}.latest"
        return path.read_text(encoding="ascii").strip() if path.exists() else None

    def has(self, name: str) -> bool:
        """Whether a record of this name is kept."""
        return (self.directory / name / RECORD).exists()

    def signed(self, name: str) -> SignedEvidence:
        """Return a record; raises BadCoordinatorSettings if it is not here."""
        try:
            return parse_evidence((self.directory / name / RECORD).read_bytes())
        except (OSError, BadWeights) as error:
            raise BadCoordinatorSettings("there is no such evidence record") from error

    def campaigns(self, name: str) -> tuple[CampaignManifest, ...]:
        """The campaign of a record, whose clubs it is for."""
        return (manifest_of(self.signed(name).record, self._manifest(name)),)

    def newest(self) -> tuple[SignedEvidence, ...]:
        """The newest record on each kind of model."""
        return tuple(self.signed(name) for model in sorted(SCHEMAS) if (name := self.latest(model)) is not None)

    def parcel(self, name: str) -> bytes:
        """A record as it is sent to nodes, with its manifest: JSON, both in base64."""
        parts = {"evidence": self.signed(name).model_dump_json().encode(), "manifest": self._manifest(name)}
        return json.dumps({part: base64.b64encode(data).decode() for part, data in parts.items()}).encode()

    def _manifest(self, name: str) -> bytes:
        return (self.directory / name / MANIFEST).read_bytes()


@dataclass(frozen=True, slots=True)
class EvidenceStore(EvidenceFolder):
    """Published evidence as the league writes it."""

    key: SigningKey
    clock: Clock

    def seal(self, manifest: CampaignManifest, state: ServerState) -> str:
        """Sign and keep what a finished campaign's sum says; returns the record's name. It is not published yet.

        Raises CampaignFailed for a state without its one sum, or if the disk refuses.
        """
        if len(state.sums) != 1:
            raise CampaignFailed(f"expected the sum of one round of evidence, got {len(state.sums)}")
        before, now = self.latest(manifest.model), self.clock()
        if before is not None:  # where the clock was put back: nodes take only what rises
            now = max(now, self.signed(before).record.registered + _TICK)
        signed = sign_evidence(state.sums[0], manifest, key=self.key, now=now)
        check_figures(signed.record, manifest)
        name = signed.record.sha256
        try:
            (self.directory / name).mkdir(parents=True, exist_ok=True)
            replace_durably(self.directory / name / MANIFEST, manifest.canonical())
            replace_durably(self.directory / name / RECORD, signed.model_dump_json(indent=1).encode())
        except OSError as error:
            raise CampaignFailed("the evidence could not be kept on disk") from error
        return name

    def of_campaign(self, manifest: CampaignManifest) -> str | None:
        """Return the newest record if this very campaign has published it: before a restart, say."""
        name = self.latest(manifest.model)
        return name if name is not None and self.signed(name).record.campaign == manifest.sha256 else None

    def publish(self, name: str, opening: bytes) -> None:
        """Make a kept record the newest on its kind of model, once the log has it. opening: what opens its entry."""
        try:
            replace_durably(self.directory / name / OPENING, opening)
            replace_durably(self.directory / f"{self.signed(name).record.model}.latest", name.encode() + b"\n")
        except OSError as error:
            raise CampaignFailed("the evidence could not be published on disk") from error


def read_checked(folder: Path, keys: tuple[VerifyKey, ...] = ()) -> PooledEvidence:
    """Read a record's folder and check it: figures from the sum, and the signature where keys are given.

    Raises BadWeights or BadSignature for one that is not as it should be, or cannot be read.
    """
    try:
        signed, manifest = parse_evidence((folder / RECORD).read_bytes()), (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise BadWeights(f"expected record and manifest of evidence; cannot read {folder}") from error
    if keys:
        check_signature(signed, keys)
    found = manifest_of(signed.record, manifest)
    check_figures(signed.record, found)
    return PooledEvidence(signed.record, found)
