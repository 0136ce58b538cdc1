"""Which day a reading belongs to, which report of a session counts, and which instrument measured a day."""
