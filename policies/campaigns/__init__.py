"""Around a campaign's manifest: who must have signed it, and what it costs an athlete."""
