"""Registered campaigns as every transaction reads them: the signed manifest, its price, and who takes part when."""

from dataclasses import dataclass
from datetime import datetime

from chassis.remote_time import outside
from consent.errors import Conflict, NotAllowed, NotFound
from consent.registry import leagues, orgs
from consent.registry.values import OrgKind
from consent.storage.rows import CampaignLeftRow, CampaignRow
from consent.storage.transaction import Transaction
from policies.budget import rho_micro_per_round
from policies.campaign import MOST_ROUNDS, CampaignManifest, parse_signed_manifest
from policies.campaigns.memberships import weighted_price
from policies.campaigns.season_windows import window_problem
from policies.vocabulary import OrgId

_NONE = "expected a registered campaign"


@dataclass(frozen=True, slots=True)
class RegisteredCampaign:
    """A registered campaign. is_cosigned: two organisations signed it; one of before that was asked has one."""

    sha256: str
    manifest: CampaignManifest
    is_closed: bool
    is_cosigned: bool

    @property
    def rho_per_round(self) -> int:
        """Micro-rho that one whole athlete pays for one round."""
        return rho_micro_per_round(self.manifest.noise_multiplier)

    def price(self, sixteenths: int) -> int:
        """Micro-rho that an athlete pays for one round who takes part with this weight."""
        return weighted_price(self.rho_per_round, sixteenths, min_honest_clubs=self.manifest.min_honest_clubs)


def get(tx: Transaction, sha256: str) -> RegisteredCampaign:
    """Return one campaign; raises NotFound."""
    row = tx.session.get(CampaignRow, sha256)
    if row is None:
        raise NotFound(_NONE)
    return of_row(row)


def of_row(row: CampaignRow) -> RegisteredCampaign:
    """The stored campaign as a value."""
    signed = parse_signed_manifest(row.manifest.encode())
    return RegisteredCampaign(row.sha256, signed.manifest, row.is_closed, len(signed.signatures) > 1)


def of_league(tx: Transaction, sha256: str, league: OrgId) -> RegisteredCampaign:
    """Return a campaign of this league; raises NotFound, alike for one of another league and for none."""
    campaign = get(tx, sha256)
    if campaign.manifest.league != league:
        raise NotFound(_NONE)
    return campaign


def naming(tx: Transaction, sha256: str, club: OrgId) -> RegisteredCampaign:
    """Return a campaign in which this club is named; raises NotFound, alike for one that does not name it and none."""
    campaign = get(tx, sha256)
    if club not in campaign.manifest.clubs:
        raise NotFound(_NONE)
    return campaign


def running(tx: Transaction, sha256: str, club: OrgId) -> RegisteredCampaign:
    """Return the campaign if `club` takes part in it and it runs now.

    Raises NotFound, alike for a campaign that does not name the club and for none, NotAllowed if the club is not in its
    league or has left it since, has turned the campaign down, or is no club, and Conflict if it does not run.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    campaign = naming(tx, sha256, club)
    if not campaign.is_cosigned:
        raise NotAllowed("expected a campaign that two organisations signed; this one is from before that was asked")
    has_left = tx.session.get(CampaignLeftRow, (sha256, club)) is not None
    if has_left or campaign.manifest.league not in leagues.joined_by(tx, club):
        raise NotAllowed(
            "expected a campaign of a league that your club has joined and not left since, which it has not turned down"
        )
    if campaign.is_closed:
        raise Conflict("expected a campaign that is not closed")
    problem = time_problem(campaign.manifest, tx.now)
    if problem:
        raise Conflict(problem)
    return campaign


def check_round(tx: Transaction, campaign: RegisteredCampaign, round_no: int) -> None:
    """Raise Conflict unless the campaign has such a round, and in a season unless its window is open."""
    if not 1 <= round_no <= min(campaign.manifest.rounds, MOST_ROUNDS):
        raise Conflict("expected a round of this campaign")
    problem = window_problem(campaign.manifest, round_no, tx.now)
    if problem:
        raise Conflict(problem)


def time_problem(manifest: CampaignManifest, now: datetime) -> str | None:
    """Return why a campaign does not run at `now`, or None if it does. Its times are those of the league's clock."""
    return outside(
        now,
        begins=manifest.opens,
        ends=manifest.expires,
        what="the campaign",
        own="the consent service's clock",
        other="the opening that the league's clock set",
        is_lasting=True,
    )
