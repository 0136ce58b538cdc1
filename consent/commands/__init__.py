"""Commands of `homefield-consent`, one module per area."""
