"""Public squad sizes as they are typed at `campaign plan`, and the manifest that names them."""

import re
from collections.abc import Collection, Sequence

from policies.campaign import CampaignManifest
from policies.terms.squads import squads_problem
from server.errors import BadCoordinatorSettings

SIZE = re.compile(r"(?:([a-z0-9][a-z0-9-]{1,63})=)?([1-9][0-9]{0,6})", re.ASCII)


def with_squads(manifest: CampaignManifest, given: Sequence[str] | None) -> CampaignManifest:
    """Return the manifest with the sizes that were typed; the very same where none was.

    Raises BadCoordinatorSettings for sizes that are none, or not those of the manifest's clubs and public number.
    """
    if not given:
        return manifest
    squads = sizes_in(given, manifest.clubs)
    problem = squads_problem(squads, clubs=manifest.clubs, public_athletes=manifest.public_athletes)
    if problem:
        raise BadCoordinatorSettings(f"no such campaign can be planned: {problem}")
    return CampaignManifest.model_validate(manifest.model_dump() | {"squads": squads})


def sizes_in(given: Sequence[str], clubs: Collection[str]) -> dict[str, int]:
    """Return the size of each club from such as "club-a=25"; "25" alone is that of each of `clubs` that is not named.

    Raises BadCoordinatorSettings for anything else, and for a club that is named twice.
    """
    named: dict[str, int] = {}
    for text in given:
        found = SIZE.fullmatch(text)
        if found is None:
            raise BadCoordinatorSettings(
                f"expected a club and its public squad size, such as club-a=25, or one size for every club, such as "
                f"25, got {text[:80]!r}"
            )
        club, size = found[1] or "", int(found[2])
        if club in named:
            told_of = f"of {club}" if club else "for every club"
            raise BadCoordinatorSettings(f"expected one public squad size {told_of}, got two")
        named[club] = size
    others = named.pop("", None)
    return named if others is None else dict.fromkeys(clubs, others) | named
