"""What a manifest says of its clubs' squads: the bound of one club, and the words for it."""

from collections.abc import Iterable

from policies.campaign import CampaignManifest


def largest_squad(manifest: CampaignManifest, club: str) -> int:
    """The most athletes that `club` can have: its public squad size, or N where the manifest names none at all."""
    return manifest.public_athletes if manifest.squads is None else manifest.squads.get(club, 0)


def squads_together(manifest: CampaignManifest, clubs: Iterable[str]) -> int:
    """The most athletes that these clubs can have together: their public squad sizes, or N where none are named."""
    if manifest.squads is None:
        return manifest.public_athletes
    return sum(largest_squad(manifest, club) for club in clubs)


def squads_in_words(manifest: CampaignManifest) -> list[tuple[str, str]]:
    """The public squad sizes as a row for whoever signs the campaign; no row where it names none."""
    if manifest.squads is None:
        return []
    return [("Public squad sizes", f"{_listed(manifest.squads)}; each bounds what that club may send")]


def squads_at_club(manifest: CampaignManifest, club: str) -> list[tuple[str, str]]:
    """The same for whoever approves the campaign for `club`, and what its node does with its own."""
    if manifest.squads is None:
        return []
    own = largest_squad(manifest, club)
    return [
        ("Public squad size", f"{own} here: this node refuses while its squad list is longer, whoever takes part"),
        *squads_in_words(manifest),
    ]


def _listed(squads: dict[str, int]) -> str:
    return ", ".join(f"{club} {size}" for club, size in sorted(squads.items()))
