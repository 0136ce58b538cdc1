"""The commands of homefield-audit, one group per file; each exposes `register(app)`."""
