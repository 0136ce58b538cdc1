"""Versions of the notice that a yes was given under, as far as a node has to tell them apart.

A node knows the versions by name: one that it does not know means no more than the first did.
"""

from typing import Final

FIRST_NOTICE: Final = "2026-11"
"""What every yes of before versions were told apart stands under, and every grant of which a snapshot names none."""
LIGHT_AT_HOME: Final = frozenset({"2026-12"})
"""Under these, readiness is one light for all readers, computed at home from all that the node holds."""
