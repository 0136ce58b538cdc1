"""Commands of `homefield-node`, one module per area."""
