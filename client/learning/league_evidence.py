"""The league's evidence on its models as this node keeps it: the newest of each kind, recomputed before it counts."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.files.replace_file import replace_durably
from client.errors import KeptOut, NotApproved, RoundRefused
from models.errors import ModelError
from models.evidence.record import (
    PooledEvidence,
    SignedEvidence,
    check_figures,
    check_signature,
    manifest_of,
    parse_evidence,
)
from policies.campaign import CampaignManifest
from policies.errors import PolicyError
from policies.signing import VerifyKey

PARTS = {"evidence", "manifest"}
LARGEST_PARCEL = 1024 * 1024


@dataclass(frozen=True, slots=True)
class EvidenceParcel:
    """A signed record and the canonical bytes of its manifest; nothing is verified yet."""

    signed: SignedEvidence
    manifest: bytes


def read_evidence_parcel(data: bytes) -> EvidenceParcel | None:
    """Parse what the league sends of evidence; None for what is none. Raises RoundRefused for a broken one."""
    try:
        body = json.loads(data) if len(data) <= LARGEST_PARCEL else None
        if not isinstance(body, dict) or "evidence" not in body:
            return None
        if set(body) != PARTS:
            raise RoundRefused("expected an evidence record with its manifest and nothing else")
        record, manifest = (base64.b64decode(body[part], validate=True) for part in ("evidence", "manifest"))
        return EvidenceParcel(parse_evidence(record), manifest)
    except (ValueError, TypeError, ModelError) as error:
        raise RoundRefused("expected an evidence record with its manifest and nothing else") from error


@dataclass(frozen=True, slots=True)
class HeldEvidence:
    """`<directory>/<model>.evidence.json`: the newest parcel of a kind, checked anew whenever it is read."""

    directory: Path
    league_keys: Sequence[VerifyKey]

    def take(self, parcel: EvidenceParcel, *, approved: Callable[[str], CampaignManifest]) -> PooledEvidence:
        """Keep the parcel as the newest of its kind.

        approved: as `Approvals.approved`. Raises NotApproved if the league did not sign it or this club did not approve
        its campaign, KeptOut if its figures do not follow from its sum or if it is older than the one held.
        """
        try:
            check_signature(parcel.signed, self.league_keys)
        except PolicyError as error:
            raise NotApproved("the league did not sign this evidence") from error
        approved(parcel.signed.record.campaign)
        try:
            found = _checked(parcel)
        except ModelError as error:
            raise KeptOut(f"evidence on a model was kept out: {error}") from error
        held = self.of(found.record.model)
        if held is not None and found.record.registered < held.record.registered:
            raise KeptOut("evidence on a model was kept out: it is older than what this node holds")
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self._path(found.record.model), _as_bytes(parcel))
        return found

    def of(self, model: str) -> PooledEvidence | None:
        """The evidence held on a kind of model, whichever record it judges; None without one that is sound."""
        try:
            parcel = read_evidence_parcel(self._path(model).read_bytes())
            if parcel is None:
                return None
            check_signature(parcel.signed, self.league_keys)
            return _checked(parcel)
        except (OSError, RoundRefused, ModelError, PolicyError):
            return None

    def on(self, model: str, record: str) -> PooledEvidence | None:
        """The evidence held on this very record; None where it is on another, or where there is none."""
        found = self.of(model)
        return found if found is not None and found.record.judges == record else None

    def _path(self, model: str) -> Path:
        return self.directory / f"{model}.evidence.json"


def _checked(parcel: EvidenceParcel) -> PooledEvidence:
    record = parcel.signed.record
    manifest = manifest_of(record, parcel.manifest)
    check_figures(record, manifest)
    return PooledEvidence(record, manifest)


def _as_bytes(parcel: EvidenceParcel) -> bytes:
    parts = {"evidence": parcel.signed.model_dump_json().encode(), "manifest": parcel.manifest}
    return json.dumps({name: base64.b64encode(data).decode() for name, data in parts.items()}).encode()
