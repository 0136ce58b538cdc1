"""Every campaign that this node has been shown, with what the club decided and whether it still counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from chassis.files.replace_file import replace_durably
from client.errors import BadNodeSettings, NotApproved
from client.federation.approval import LEAGUE_CLOSED, ApprovalFile, Approvals
from client.federation.decided.decisions import Against, Decisions
from client.federation.identity import approvals_of
from client.settings import NodeSettings
from policies.campaign import CampaignManifest, SignedManifest, parse_signed_manifest
from policies.errors import InvalidInput


class CampaignStatus(StrEnum):
    """What a campaign is to this club now."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"
    NOT_COUNTED = "not counted"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class KnownCampaign:
    """One campaign. problem: why no message of it would be answered now, "" where one would."""

    signed: SignedManifest
    status: CampaignStatus
    problem: str

    @property
    def manifest(self) -> CampaignManifest:
        """What was signed."""
        return self.signed.manifest


@dataclass(frozen=True, slots=True)
class KnownCampaigns:
    """The campaigns of one node. shown: folder of manifests that were shown here and wait for a decision."""

    shown: Path
    approvals: Approvals

    @property
    def decisions(self) -> Decisions:
        """What the club decided against."""
        return self.approvals.decisions

    def show(self, signed: SignedManifest, *, now: datetime) -> KnownCampaign:
        """Keep a manifest that both have signed and that asks this node, so that it is listed; returns it.

        Raises NotApproved for any other.
        """
        manifest = self.approvals.signed_by_both(signed)
        self.approvals.check_fits(manifest, now=now)
        self.shown.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self.shown / f"{manifest.sha256}.json", signed.model_dump_json(indent=2).encode())
        return self._known(signed, now)

    def every(self, now: datetime) -> tuple[KnownCampaign, ...]:
        """Return every campaign once, the newest opening first; what cannot be read is left out."""
        found = {one.manifest.sha256: one for one in self._manifests()}
        known = [self._known(signed, now) for signed in found.values()]
        return tuple(sorted(known, key=lambda one: (one.manifest.opens, one.manifest.campaign_id), reverse=True))

    def find(self, name: str, now: datetime) -> KnownCampaign:
        """Return the campaign of this id or hash; raises BadNodeSettings for none, and for several of one id."""
        found = [one for one in self.every(now) if name in (one.manifest.campaign_id, one.manifest.sha256)]
        if len(found) == 1:
            return found[0]
        if found:
            hashes = ", ".join(f"{one.manifest.sha256} (N {one.manifest.public_athletes})" for one in found)
            raise BadNodeSettings(f"{len(found)} campaigns have the id {name[:64]!r}; give the hash of one: {hashes}")
        raise BadNodeSettings(
            f"this node was shown no campaign {name[:64]!r}; `homefield-node campaign show` takes the league's file"
        )

    def _known(self, signed: SignedManifest, now: datetime) -> KnownCampaign:
        sha256 = signed.manifest.sha256
        try:
            self.approvals.signed_by_both(signed)
            self.approvals.get(sha256, now=now)
        except NotApproved as error:
            status = self._status(signed, error, now)
            return KnownCampaign(signed, status, LEAGUE_CLOSED if status is CampaignStatus.CLOSED else str(error))
        return KnownCampaign(signed, CampaignStatus.APPROVED, "")

    def _status(self, signed: SignedManifest, error: NotApproved, now: datetime) -> CampaignStatus:
        against = self.decisions.of(signed.manifest.sha256)
        if against is not None:
            return CampaignStatus.REJECTED if against is Against.REJECTED else CampaignStatus.REVOKED
        if now >= signed.manifest.expires:
            return CampaignStatus.OVER
        if self.approvals.is_ended(signed.manifest.sha256):
            return CampaignStatus.CLOSED
        is_waiting = error.refusal == "not_approved" and not self.approvals.has_file(signed.manifest.sha256)
        return CampaignStatus.WAITING if is_waiting else CampaignStatus.NOT_COUNTED

    def _manifests(self) -> Iterator[SignedManifest]:
        for path in sorted(self.shown.glob("*.json")):
            try:
                yield parse_signed_manifest(path.read_bytes())
            except (OSError, InvalidInput):
                continue
        for path in sorted(self.approvals.directory.glob("*.json")):
            try:
                yield ApprovalFile.model_validate_json(path.read_bytes()).signed
            except (OSError, ValidationError):
                continue
        yield from (one.signed for one in self.decisions.every())


def known_campaigns(settings: NodeSettings) -> KnownCampaigns:
    """Return every campaign that the node was shown; raises NoLeague if it is linked to none."""
    return KnownCampaigns(settings.shown_campaigns, approvals_of(settings))
