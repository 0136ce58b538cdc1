"""The node side of a campaign: the adapter to Flower, approval, tokens, local training."""
