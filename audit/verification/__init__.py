"""Checking a log from its files: sources, tiles, proofs, and the data-subject export."""
