"""Seasons at the coordinator: how one goes from exchange to exchange, and whether a plan finds room."""
