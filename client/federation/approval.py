"""Campaigns that this club approved: a signature of the club over the very bytes that two organisations signed.

The files are read again for every message, so that taking one away stops the node at the next round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.entries.details.codes import CampaignRefusal
from chassis.files.replace_file import replace_durably
from chassis.remote_time import outside
from client.errors import NotApproved, NotBothSigned
from client.federation.decided.decisions import Decisions
from models.errors import ModelError
from models.masks.masked_round import check_maskable
from models.masks.node_line import is_named
from models.networks.installed import check_installed
from models.privacy.contribution import schema_of
from models.training.initial_weights import initial_weights, weights_sha256
from policies.campaign import CampaignManifest, SignedManifest
from policies.campaigns.signatures import CampaignSigners, NotCosigned
from policies.campaigns.squads import largest_squad
from policies.errors import PolicyError
from policies.signing import SigningKey, VerifyKey, verified_by_any
from policies.vocabulary import OrgId, Purpose

DECIDED = "decided"  # the folder beside the approvals
LEAGUE_CLOSED = "the league has closed this campaign; nothing more of it is asked"
ENDED = "ended"  # another, of campaigns that the league has ended before their time
MODEL_WORDS = {
    "recovery-linear-1": "Next-day readiness",
    "recovery-network-1": "Next-day readiness, by a network",
    "risk-logistic-1": "Injury in the next seven days",
}
"""What a model of a campaign tells, by its id."""


class ApprovalFile(BaseModel):
    """One approved manifest as it lies on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed: SignedManifest
    club: str
    approved_at: str
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class JudgedModels(Protocol):
    """What knows which models a campaign for evidence may judge here."""

    def check(self, manifest: CampaignManifest) -> None:
        """Return if this node holds and has proved the model that the campaign judges; raises NotApproved otherwise."""


def check_manifest(
    manifest: CampaignManifest, *, club: OrgId, fleet_key: str, now: datetime, judged: JudgedModels | None = None
) -> None:
    """Return if this node could take part; raises NotApproved saying what stands against it.

    The same checks run at approval and again at every message, by code that the coordinator cannot reach. judged: for
    campaigns for evidence, of which none is taken without it.
    """
    problem = _problem(manifest, club=club, fleet_key=fleet_key, now=now)
    if problem is None and manifest.evidence is not None:
        if judged is not None:
            judged.check(manifest)
            return
        problem = CampaignRefusal.UNKNOWN_MODEL, "the campaign judges a model, and this node holds none"
    if problem is not None:
        refusal, text = problem
        raise NotApproved(text, refusal=refusal)


def _problem(
    manifest: CampaignManifest, *, club: OrgId, fleet_key: str, now: datetime
) -> tuple[CampaignRefusal, str] | None:
    if manifest.purpose is not Purpose.FL_TRAINING:
        return CampaignRefusal.WRONG_PURPOSE, "the campaign's purpose is not training a shared model"
    if not is_named(fleet_key, manifest.clubs.get(club, "")):
        return CampaignRefusal.OTHER_KEY, "the campaign does not name this club with this node's key"
    if manifest.masking != "none":
        try:
            check_maskable(manifest)
        except ModelError as error:
            return CampaignRefusal.UNKNOWN_MASKING, f"the campaign asks for masks that this node cannot do: {error}"
    problem = outside(
        now,
        begins=manifest.opens,
        ends=manifest.expires,
        what="the campaign",
        own="this node's clock",
        other="the opening that the league's clock set",
        is_lasting=True,
    )
    if problem:
        return CampaignRefusal.NOT_OPEN, problem
    try:
        if schema_of(manifest).layers is not None:
            check_installed()
    except ModelError as error:
        return CampaignRefusal.UNKNOWN_MODEL, f"the campaign does not fit what is installed here: {error}"
    if manifest.evidence is None and manifest.initial_weights != weights_sha256(initial_weights(manifest.model)):
        return CampaignRefusal.UNKNOWN_MODEL, "the campaign begins with other weights than are installed here"
    return None


def check_squad(manifest: CampaignManifest, squad: int, *, club: OrgId) -> None:
    """Return if `club` with `squad` athletes on its list can take part; raises NotApproved otherwise.

    The list, and not who takes part: a refusal must tell nothing about anybody's choice. It comes before the ledger is
    asked, since a node that refused after noise was drawn could be asked again: each refusal would be one more answer.
    A longer list than the campaign's public size of this squad is refused too: an honest answer could then be left out.
    """
    if squad <= (most := largest_squad(manifest, club)):
        return
    asked, right = f"is laid out for a public number of {most} athletes", "number"
    if manifest.squads is not None:
        asked, right = f"names a public squad size of {most} for this club", "size"
    raise NotApproved(
        f"the campaign {asked}, and this club's squad list is longer; ask the league for a campaign with the right "
        f"{right}",
        refusal=CampaignRefusal.SMALL_NUMBER,
    )


@dataclass(frozen=True, slots=True)
class Approvals:
    """The approved manifests of one node. `fleet_key` is its line (`models.masks.node_line`), or begins it.

    club_keys: the present one, and the one before where it has changed: it signed what came before. signers: who must
    have signed a campaign before it is approved, and at every message. judged: the models that this node received.
    """

    directory: Path
    club: OrgId
    club_keys: tuple[VerifyKey, ...]
    signers: CampaignSigners
    fleet_key: str
    judged: JudgedModels | None = None

    @property
    def decisions(self) -> Decisions:
        """What the club decided against; it stands beside the approvals."""
        return Decisions(self.directory.with_name(DECIDED), self.club)

    @property
    def ended(self) -> Path:
        """The folder of campaigns that the league said it has ended, a file for each by its hash."""
        return self.directory.with_name(ENDED)

    def is_ended(self, sha256: str) -> bool:
        """True where the league said that it has ended this campaign before its time."""
        return (self.ended / sha256).exists()

    def check_not_ended(self, sha256: str) -> None:
        """Return unless the league said that it has ended this campaign; raises NotApproved then."""
        if self.is_ended(sha256):
            raise NotApproved(LEAGUE_CLOSED, refusal=CampaignRefusal.NOT_OPEN)

    @property
    def league_keys(self) -> Sequence[VerifyKey]:
        """The league's present key, and the one before where it has changed."""
        return self.signers.league

    def get(self, sha256: str, *, now: datetime) -> CampaignManifest:
        """Return the manifest with this hash if both signers and the club signed exactly these bytes and it is open.

        Raises NotApproved otherwise, NotBothSigned for one that not both have signed. `sha256` must be 64 hexadecimal
        digits.
        """
        manifest = self.approved(sha256)
        self.check_not_ended(sha256)
        self.check_fits(manifest, now=now)
        return manifest

    def check_fits(self, manifest: CampaignManifest, *, now: datetime) -> None:
        """Check the manifest as `check_manifest` does, for this node."""
        check_manifest(manifest, club=self.club, fleet_key=self.fleet_key, now=now, judged=self.judged)

    def has_file(self, sha256: str) -> bool:
        """True where there is an approval of this campaign, whether it counts or not."""
        return (self.directory / f"{sha256}.json").exists()

    def is_decided(self, sha256: str) -> bool:
        """True where the club has approved this campaign, or has turned it down."""
        return self.has_file(sha256) or self.decisions.of(sha256) is not None

    def approved(self, sha256: str) -> CampaignManifest:
        """Return the manifest if it was approved and not revoked, open or not; raises NotApproved otherwise."""
        self.decisions.check(sha256)
        manifest = self._verified(self.directory / f"{sha256}.json")
        if manifest.sha256 != sha256:
            raise NotApproved("the approved file holds another campaign")
        return manifest

    def open_at(self, now: datetime) -> tuple[CampaignManifest, ...]:
        """Every approved manifest that is sound and open, in order of its hash; others are left out."""
        found = []
        for path in sorted(self.directory.glob("*.json")):
            try:
                found.append(self.get(path.stem, now=now))
            except NotApproved:
                continue
        return tuple(found)

    def signed_by_both(self, signed: SignedManifest) -> CampaignManifest:
        """Return the manifest if the league and the second signer signed it; raises NotBothSigned otherwise."""
        try:
            return self.signers.check(signed)
        except NotCosigned as error:
            raise NotBothSigned(str(error), refusal=error.problem.value) from error

    def _verified(self, path: Path) -> CampaignManifest:
        try:
            stored = ApprovalFile.model_validate_json(path.read_bytes())
            manifest = self.signed_by_both(stored.signed)
            message, signature = manifest.canonical(), bytes.fromhex(stored.signature)
            verified_by_any(self.club_keys, lambda key: key.verify(message, signature))
        except (OSError, ValidationError, PolicyError) as error:
            raise NotApproved("this club has not approved that campaign") from error
        return manifest

    def approve(self, signed: SignedManifest, key: SigningKey, *, now: datetime) -> CampaignManifest:
        """Sign a manifest as the club and keep it.

        Raises NotBothSigned if not both signers signed it, CampaignTurnedDown if the club has decided against it,
        NotApproved if it does not fit this node.
        """
        manifest = self.signed_by_both(signed)
        self.decisions.check(manifest.sha256)
        self.check_not_ended(manifest.sha256)
        self.check_fits(manifest, now=now)
        stored = ApprovalFile(
            signed=signed,
            club=self.club,
            approved_at=now.isoformat(),
            signature=key.sign(manifest.canonical()).hex(),
        )
        self._keep(manifest.sha256, stored)
        return manifest

    def _keep(self, sha256: str, stored: ApprovalFile) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self.directory / f"{sha256}.json", stored.model_dump_json(indent=2).encode())
