"""Whether a campaign that is planned fits the season: what the league's own campaigns of one season line cost together.

The ledger keeps the cap for each athlete, whatever is planned; athletes who have no room are left out there. What
the league knows of its own campaigns tells beforehand that nobody would be left; no athlete's figures are asked for.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from policies.budget import BUDGET_DELTA, CAMPAIGN_EPSILON, epsilon_proved, rho_micro_per_round, rounded_up
from policies.campaign import CampaignManifest
from policies.campaigns.season_cost import booked_epsilon
from policies.campaigns.season_line import SEASON, SEASON_CAP, season_line
from policies.campaigns.season_windows import season_of, window
from server.errors import BadCoordinatorSettings
from server.store import OVER, Campaign


@dataclass(frozen=True, slots=True)
class Use:
    """What one campaign has in use of its season line. frees: when each round that counts becomes free, in order."""

    campaign: Campaign
    price: int
    frees: tuple[datetime, ...]

    @property
    def micro_rho(self) -> int:
        """What all of them have in use."""
        return self.price * len(self.frees)


def check_room(manifest: CampaignManifest, campaigns: Iterable[Campaign], *, now: datetime) -> None:
    """Return if an athlete who took part in all of these could still pay for this campaign.

    Raises BadCoordinatorSettings otherwise, for the club whose athletes have least room.
    """
    price, known = rho_micro_per_round(manifest.noise_multiplier), tuple(campaigns)
    room = [_uses(manifest, known, max(now, window(manifest, number)[0]), now) for number in _rounds(manifest)]
    for number, uses in enumerate(room, start=1):
        used = _sum(uses)
        if used + number * price > SEASON_CAP:
            most = min((SEASON_CAP - _sum(one)) // rounds for rounds, one in enumerate(room, start=1))
            raise BadCoordinatorSettings(
                f"no such campaign can be planned: {season_line(manifest)} has {max(SEASON_CAP - used, 0):,} micro-rho "
                f"left of {SEASON_CAP:,} (ε = {CAMPAIGN_EPSILON:g}) in {SEASON.days} days, and this one costs "
                f"{manifest.rounds * price:,}; {_in_use_words(uses)}; {_fits_words(manifest, most)}"
            )


def _fits_words(manifest: CampaignManifest, per_round: int) -> str:
    """Say the largest ε that fits, as `--epsilon` takes it: of each exchange of a season, of all rounds otherwise."""
    rounds = 1 if season_of(manifest) is not None else manifest.rounds
    epsilon = math.floor(100 * epsilon_proved(max(per_round, 0) * rounds, manifest.delta)) / 100
    if epsilon <= 0:
        return "nothing fits before then; wait"
    each = " for each exchange" if season_of(manifest) is not None else ""
    return f"what fits now is --epsilon {epsilon:g} at most{each}; plan with that, or wait"


def _in_use_words(uses: Iterable[Use]) -> str:
    """Name the campaigns that use it, each with the ε that it books and the day on which that is free again."""
    told = [
        f"{one.campaign.manifest.campaign_id} uses ε {booked_epsilon(one.micro_rho):.2f}, free {_when(one.frees)}"
        for one in uses
    ]
    return "; ".join(told) or "nothing else is in use"


def _when(frees: tuple[datetime, ...]) -> str:
    first, last = (f"{at:%Y-%m-%d}" for at in (frees[0], frees[-1]))
    return f"on {last}" if first == last else f"from {first} to {last}"


def epsilon_with(manifest: CampaignManifest, campaigns: Iterable[Campaign], *, now: datetime) -> float:
    """What an athlete who takes part in all of these and in this one has spent in a season: the ε that is proved of
    their cost together at the largest δ, rounded up.
    """
    price, known = rho_micro_per_round(manifest.noise_multiplier), tuple(campaigns)
    spent = [
        _most_in_use(manifest, known, max(now, window(manifest, number)[0]), now) + number * price
        for number in _rounds(manifest)
    ]
    return rounded_up(epsilon_proved(max(spent), BUDGET_DELTA))


def _most_in_use(manifest: CampaignManifest, campaigns: Iterable[Campaign], at: datetime, now: datetime) -> int:
    return _sum(_uses(manifest, campaigns, at, now))


def _sum(uses: Iterable[Use]) -> int:
    return sum(one.micro_rho for one in uses)


def _rounds(manifest: CampaignManifest) -> range:
    return range(1, manifest.rounds + 1)


def _uses(manifest: CampaignManifest, campaigns: Iterable[Campaign], at: datetime, now: datetime) -> tuple[Use, ...]:
    """What its season line has in use at a later time, for the club whose athletes have least room."""
    line = season_line(manifest)
    beside = [(one, _use(one, at, now)) for one in campaigns if season_line(one.manifest) == line]
    counted = [(one.manifest.clubs, use) for one, use in beside if use.frees]
    return max((tuple(use for clubs, use in counted if club in clubs) for club in manifest.clubs), key=_sum)


def _use(campaign: Campaign, at: datetime, now: datetime) -> Use:
    """What an athlete of it may have in use at a later time: all rounds of a campaign that goes on now.

    Of one that is over, those that were done. A round counts for a season after its window or the campaign's end, since
    its own day is not kept.
    """
    manifest, goes_on = campaign.manifest, campaign.state not in OVER and now < campaign.manifest.expires
    rounds = manifest.rounds if goes_on else campaign.rounds_done
    ended = manifest.expires if goes_on else min(manifest.expires, campaign.changed_at)
    frees = [min(window(manifest, number)[1], ended) + SEASON for number in range(1, rounds + 1)]
    price = rho_micro_per_round(manifest.noise_multiplier)
    return Use(campaign, price, tuple(sorted(free for free in frees if at < free)))
