"""Campaigns signed as they have to be: by the league and by a second organisation, here the union."""

from policies.campaign import CampaignManifest, SignedManifest
from policies.campaigns.signatures import sign_manifest
from policies.signing import SigningKey


def cosigned(
    manifest: CampaignManifest, league_key: SigningKey, second_key: SigningKey, *, second: str = "union"
) -> SignedManifest:
    """The manifest with both signatures."""
    own = SignedManifest.create(manifest, league_key)
    return own.with_signature(sign_manifest(manifest, organisation=second, key=second_key))
