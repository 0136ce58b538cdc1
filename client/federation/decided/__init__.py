"""What a club has decided for a campaign or against it, and the moment before it has."""
