"""How long a season is at most: what the ledger counts together, and what one manifest may ask for."""

from datetime import timedelta

LONGEST_SEASON = timedelta(days=365)
"""Any 365 days, not a calendar year (`policies.campaigns.season_line`); a plan beyond could not say its price."""
