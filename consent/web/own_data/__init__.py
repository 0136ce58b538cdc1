"""The way to the athlete's own site at their club's node."""
