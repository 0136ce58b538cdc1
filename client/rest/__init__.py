"""Which days without a session are rest days: the operator's command."""
