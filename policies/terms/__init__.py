"""What a campaign may name beside its usual terms, each a leaf that the manifest is made of."""
