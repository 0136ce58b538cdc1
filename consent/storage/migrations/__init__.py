"""Schema migrations (Alembic), run by the program at start; there is no separate migration step."""
