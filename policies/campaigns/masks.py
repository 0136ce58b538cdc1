"""Whether a campaign's sums are masked, in the words of whoever approves it: who sees what of one club."""

from policies.campaign import CampaignManifest


def is_masked(manifest: CampaignManifest) -> bool:
    """True where the league is to see the sum over clubs alone."""
    return manifest.masking != "none"


def masks_in_words(manifest: CampaignManifest) -> str:
    """Who sees what of one club. The noise is the same with and without: masks change nothing in an athlete's ε."""
    if is_masked(manifest):
        return "each club masks its noisy sum; a club opens it where the sum of all is too large to be honest"
    return "none: the league sees each club's noisy sum"


def league_learns(manifest: CampaignManifest) -> str:
    """What the league learns of clubs' answers, as a cell of a table."""
    if is_masked(manifest):
        return (
            "The sum over all clubs, with the full noise of each in it; one club’s own only where the sum is too large "
            "to be honest"
        )
    return "Each club’s sum with that club’s full noise in it"


def sent_in_words(manifest: CampaignManifest) -> str:
    """What a node sends in all, as the object of a sentence."""
    return "noisy sums under masks, with the masks’ keys and shares," if is_masked(manifest) else "noisy sums"
