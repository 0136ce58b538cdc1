"""Registered campaigns as every transaction reads them: the signed manifest, its price, and who takes part when."""

from dataclasses import dataclass

from consent.errors import Conflict, NotAllowed, NotFound
from consent.storage.rows import CampaignRow
from consent.storage.transaction import Transaction
from policies.budget import rho_micro_per_round
from policies.campaign import CampaignManifest, parse_signed_manifest
from policies.vocabulary import OrgId


@dataclass(frozen=True, slots=True)
class RegisteredCampaign:
    """A registered campaign."""

    sha256: str
    manifest: CampaignManifest
    is_closed: bool

    @property
    def rho_per_round(self) -> int:
        """Micro-rho that one athlete pays for one round."""
        return rho_micro_per_round(self.manifest.noise_multiplier)


def get(tx: Transaction, sha256: str) -> RegisteredCampaign:
    """Return one campaign; raises NotFound."""
    row = tx.session.get(CampaignRow, sha256)
    if row is None:
        raise NotFound("expected a registered campaign")
    return of_row(row)


def of_row(row: CampaignRow) -> RegisteredCampaign:
    """The stored campaign as a value."""
    return RegisteredCampaign(row.sha256, parse_signed_manifest(row.manifest.encode()).manifest, row.is_closed)


def running(tx: Transaction, sha256: str, club: OrgId) -> RegisteredCampaign:
    """Return the campaign if `club` takes part in it and it runs now; raises NotAllowed or Conflict."""
    campaign = get(tx, sha256)
    if club not in campaign.manifest.clubs:
        raise NotAllowed("this campaign is not one of yours")
    if campaign.is_closed or not campaign.manifest.opens <= tx.now < campaign.manifest.expires:
        raise Conflict("expected a campaign that is open now")
    return campaign
