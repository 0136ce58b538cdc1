"""Whether a campaign that is planned fits the season: what the league's own campaigns of one season line cost together.

The ledger keeps the cap for each athlete, whatever is planned; athletes who have no room are left out there. What
the league knows of its own campaigns tells beforehand that nobody would be left; no athlete's figures are asked for.
"""

from collections.abc import Iterable
from datetime import datetime

from policies.budget import CAMPAIGN_EPSILON, rho_micro_per_round
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON, SEASON_CAP, season_line
from policies.campaigns.season_windows import window
from server.errors import BadCoordinatorSettings
from server.store import OVER, Campaign


def check_room(manifest: CampaignManifest, campaigns: Iterable[Campaign], *, now: datetime) -> None:
    """Return if an athlete who took part in all of these could still pay for this campaign.

    Raises BadCoordinatorSettings otherwise, for the club whose athletes have least room.
    """
    price, known = rho_micro_per_round(manifest.noise_multiplier), tuple(campaigns)
    for number in range(1, manifest.rounds + 1):
        used = _most_in_use(manifest, known, max(now, window(manifest, number)[0]), now)
        if used + number * price > SEASON_CAP:
            raise BadCoordinatorSettings(
                f"no such campaign can be planned: {season_line(manifest)} has {max(SEASON_CAP - used, 0):,} micro-rho "
                f"left of {SEASON_CAP:,} (ε = {CAMPAIGN_EPSILON:g}) in {SEASON.days} days, and this one costs "
                f"{manifest.rounds * price:,}; use more noise, or wait"
            )


def _most_in_use(manifest: CampaignManifest, campaigns: Iterable[Campaign], at: datetime, now: datetime) -> int:
    """Micro-rho of its season line at a later time, for the club whose athletes have least room."""
    line = season_line(manifest)
    beside = [one for one in campaigns if season_line(one.manifest) == line]
    return max(sum(_in_use(one, at, now) for one in beside if club in one.manifest.clubs) for club in manifest.clubs)


def _in_use(campaign: Campaign, at: datetime, now: datetime) -> int:
    """Micro-rho that an athlete of it may have in use at a later time: all rounds of a campaign that goes on now.

    Of one that is over, those that were done. A round counts for a season after its window or the campaign's end, since
    its own day is not kept.
    """
    manifest, goes_on = campaign.manifest, campaign.state not in OVER and now < campaign.manifest.expires
    rounds = manifest.rounds if goes_on else campaign.rounds_done
    ended = manifest.expires if goes_on else min(manifest.expires, campaign.changed_at)
    last = [min(window(manifest, number)[1], ended) for number in range(1, rounds + 1)]
    return rho_micro_per_round(manifest.noise_multiplier) * sum(at < paid + SEASON for paid in last)
