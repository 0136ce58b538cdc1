"""Public squad sizes in a manifest: for each of its clubs, how many athletes its published squad list has at most.

A size bounds what one club may send (docs/threat-model.md). It is as public as the list, never a count of who takes
part.
"""

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

SquadSize = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
SquadSizes = Annotated[dict[str, SquadSize], Field(min_length=1, max_length=500)]


def squads_problem(squads: Mapping[str, int], *, clubs: Collection[str], public_athletes: int) -> str | None:
    """Return why these sizes are not those of a league of `clubs` with so many athletes, or None if they can be."""
    missing, others = sorted(set(clubs) - squads.keys()), sorted(squads.keys() - set(clubs))
    if missing:
        return f"expected a public squad size for every club or for none; missing: {', '.join(missing)}"
    if others:
        return f"expected public squad sizes of the campaign's clubs alone; not in it: {', '.join(others)}"
    together = sum(squads.values())
    if together > public_athletes:
        return (
            f"expected squads of at most {public_athletes} athletes together, which is the public number N, "
            f"got {together}"
        )
    return None
