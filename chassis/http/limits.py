"""How much one call may ask for and bring along. Callers split what is more; services refuse it before they begin."""

from typing import Final

MOST_ITEMS: Final = 1_000
"""Items of one call, ours: a page of 140 athletes with seven categories each, decided in a fraction of a second."""

LARGEST_BODY: Final = 1024 * 1024
"""Bytes of a body, ours: ten times a full call, and the manifest of a campaign of 500 clubs."""
