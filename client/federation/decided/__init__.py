"""What a club has decided against, for good."""
