"""The athletes before and after one in the order of the list, whatever they share: nothing is asked about them."""

from dataclasses import dataclass

from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who stands before and after; None at either end."""

    before: Athlete | None
    after: Athlete | None


def neighbours(site: ClubSite, viewer: Viewer, access: PageAccess, athlete: AthleteId) -> Neighbours:
    """Return the neighbours among the enrolled athletes of this person's squads, who all stand on the list."""
    enrolled = access.snapshot.epochs.keys() if access.snapshot else frozenset[AthleteId]()
    listed = [one for one in site.vault.athletes() if one.squad in viewer.squads and one.athlete in enrolled]
    listed.sort(key=lambda one: (one.name.casefold(), one.athlete))
    place = next((place for place, one in enumerate(listed) if one.athlete == athlete), None)
    if place is None:
        return Neighbours(None, None)
    return Neighbours(listed[place - 1] if place else None, listed[place + 1] if place + 1 < len(listed) else None)
