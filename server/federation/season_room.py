"""Whether a campaign that is planned fits the season: what the league's own campaigns of one season line cost together.

The ledger keeps the cap for each athlete, whatever is planned; athletes who have no room are left out there. What
the league knows of its own campaigns tells beforehand that nobody would be left; no athlete's figures are asked for.
"""

from collections.abc import Iterable
from datetime import datetime

from policies.budget import CAMPAIGN_EPSILON, campaign_cost, rho_micro_per_round
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON, SEASON_CAP, season_line
from server.errors import BadCoordinatorSettings
from server.store import OVER, Campaign


def check_room(manifest: CampaignManifest, campaigns: Iterable[Campaign], *, now: datetime) -> None:
    """Return if an athlete who took part in all of these could still pay for this campaign.

    Raises BadCoordinatorSettings otherwise, for the club whose athletes have least room.
    """
    line, cost = season_line(manifest), campaign_cost(manifest.noise_multiplier, manifest.rounds)
    beside = [(one.manifest.clubs.keys(), _in_use(one, now)) for one in campaigns if season_line(one.manifest) == line]
    used = max(sum(part for clubs, part in beside if club in clubs) for club in manifest.clubs)
    if used + cost > SEASON_CAP:
        raise BadCoordinatorSettings(
            f"no such campaign can be planned: {line} has {max(SEASON_CAP - used, 0):,} micro-rho left of "
            f"{SEASON_CAP:,} (ε = {CAMPAIGN_EPSILON:g}) in {SEASON.days} days, and this one costs {cost:,}; use more "
            "noise, or wait"
        )


def _in_use(campaign: Campaign, now: datetime) -> int:
    """Micro-rho that an athlete of it may have in use: all of a campaign that goes on, the rounds of one that is over.

    A round counts for a season after the campaign's end at the latest, since its own day is not kept.
    """
    manifest = campaign.manifest
    if campaign.state not in OVER and now < manifest.expires:
        return campaign_cost(manifest.noise_multiplier, manifest.rounds)
    ended = min(manifest.expires, campaign.changed_at)
    return rho_micro_per_round(manifest.noise_multiplier) * campaign.rounds_done if now < ended + SEASON else 0
