"""Squads of a club: each athlete is in one, and a person of the staff sees the athletes of their own squads alone."""

import re

from client.errors import BadNodeSettings

DEFAULT_SQUAD = "first-team"
"""The squad of an athlete or a person for whom none was named, and of every athlete of version 0.1."""
_SQUAD = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


def checked_squad(text: str) -> str:
    """Return the name of a squad; raises BadNodeSettings for anything else."""
    if _SQUAD.fullmatch(text) is None:
        raise BadNodeSettings("expected a squad of 1 to 32 lower-case letters, digits and dashes, such as first-team")
    return text
