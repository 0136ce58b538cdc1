"""The club's staff: who may sign in and for which squads, their one-time codes, and their sessions."""
