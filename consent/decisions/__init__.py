"""The decision point: facts, decisions, and what came of each."""
