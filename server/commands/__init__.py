"""The commands of `homefield-server`, one file per area."""
