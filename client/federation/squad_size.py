"""The size of a club's squad list against a campaign's public number of athletes.

The list, and not who takes part: a refusal must tell nothing about anybody's choice. It comes before the ledger is
asked, since a node that refused after noise was drawn could be asked again: each refusal would be one more answer.
"""

from client.errors import NotApproved
from policies.campaign import CampaignManifest


def check_squad(manifest: CampaignManifest, squad: int) -> None:
    """Return if a club with `squad` athletes on its list can take part; raises NotApproved otherwise."""
    if squad > manifest.public_athletes:
        raise NotApproved(
            f"the campaign is laid out for a public number of {manifest.public_athletes} athletes, and this club's "
            f"squad list is longer; ask the league for a campaign with the right number"
        )
