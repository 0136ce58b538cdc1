"""A season line: all campaigns of one league for one family of models, which together may cost an athlete ε = 2 a year.

The year is any 365 days, not a calendar season: a limit that began anew on one day would let twice as much be spent
around it.
"""

from typing import TYPE_CHECKING

from policies.budget import CAMPAIGN_CAP
from policies.terms.season_length import LONGEST_SEASON

if TYPE_CHECKING:
    from policies.campaign import CampaignManifest

SEASON = LONGEST_SEASON
SEASON_CAP = CAMPAIGN_CAP
"""Micro-rho of one athlete in one season line within any SEASON: what a single campaign may cost at most."""


def season_line(manifest: "CampaignManifest") -> str:
    """Return the season line that a campaign belongs to, as `league/family`.

    The family is what a model predicts, the first part of its name: another model, or version, is no new budget.
    """
    return f"{manifest.league}/{manifest.model.partition('-')[0]}"
