"""When each round of a campaign may be asked: in a season each exchange in a window of its own, otherwise all the time.

Every exchange is open as long as the last one, which ends with the campaign; in between nothing is asked. Node, ledger
and coordinator judge by this code alone.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from policies.snapshot import CLOCK_TOLERANCE

if TYPE_CHECKING:
    from policies.campaign import CampaignManifest
    from policies.terms.season import SeasonTerms


def season_of(manifest: "CampaignManifest") -> "SeasonTerms | None":
    """The terms of a season, None for any other campaign."""
    return manifest.exchange.season if manifest.exchange is not None else None


def window(manifest: "CampaignManifest", number: int) -> tuple[datetime, datetime]:
    """When round `number` may be asked: from the first time on, and no longer at the second."""
    season = season_of(manifest)
    if season is None:
        return manifest.opens, manifest.expires
    begins = season.opening(number, manifest.opens)
    return begins, begins + season.is_open_for(manifest.opens, manifest.expires)


def window_problem(manifest: "CampaignManifest", number: int, now: datetime) -> str | None:
    """Return why a season's exchange `number` is not asked at `now`, or None while it may be.

    An opening is tolerated early by CLOCK_TOLERANCE, an end never late. Other campaigns have no windows of their own.
    """
    season, (begins, ends) = season_of(manifest), window(manifest, number)
    if season is None:
        return None
    if now < begins - CLOCK_TOLERANCE:
        return f"exchange {number} of {season.exchanges} opens on {begins:%Y-%m-%d %H:%M} UTC and is not asked before"
    if now >= ends:
        return f"exchange {number} of {season.exchanges} ended on {ends:%Y-%m-%d %H:%M} UTC and is not asked any more"
    return None


def rounds_left(manifest: "CampaignManifest", now: datetime) -> int:
    """How many rounds may still be asked at `now` or later: in a season those whose window is not over."""
    if season_of(manifest) is None:
        return manifest.rounds
    return sum(now < window(manifest, number)[1] for number in range(1, manifest.rounds + 1))
