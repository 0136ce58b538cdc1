"""What the medical team may see of whom: the full injury record, asked of the consent service for every page anew.

Whoever shares less looks as if nothing had been recorded. What coaches are told is no part of that: it was said to
them.
"""

from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request

from audit.entries.details.codes import ClubPage
from chassis.web.page_errors import Closed
from client.health.episodes import Episode
from client.health.statements import NOT_YOURS
from client.vault.store import Athlete
from client.web.access import PageAccess, PageAccessRequests
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, Category, Granularity, Role

SHOWN: Final = {Category.INJURY: Granularity.RAW, Category.TRAINING_LOAD: Granularity.DAILY}
"""Kind, body area and type of a problem are the full record; load gives the own usual day, and hours of exposure."""


FOR_MEDICAL: Final = f"Nothing is changed: {NOT_YOURS}. What is possible stands on the availability board."


class MedicalOnly(Closed):
    """A page or form of the medical team, asked for by another of the staff: answered with a sentence."""


@dataclass(frozen=True, slots=True)
class HealthLook:
    """One look at one athlete's health record."""

    viewer: Viewer
    athlete: Athlete
    access: PageAccess
    episodes: tuple[Episode, ...]


def requests_of(site: ClubSite) -> PageAccessRequests:
    """Return what asks for these pages."""
    return replace(site.access_requests, shown=SHOWN)


def squad_look(site: ClubSite, viewer: Viewer) -> PageAccess:
    """Ask about every enrolled athlete of this person's squads."""
    return requests_of(site).squad(viewer, ClubPage.HEALTH)


def look(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> HealthLook:
    """Look at one athlete; raises Closed for anyone this person may not see, and MedicalOnly for a coach.

    A coach's try is asked about like any other look, so that the athlete finds it.
    """
    access = requests_of(site).one(viewer, athlete)
    one = site.athlete(access, athlete)
    if viewer.role is not Role.MEDICAL:
        raise MedicalOnly
    return HealthLook(viewer, one, access, seen_episodes(site, access, athlete))


def deed(site: ClubSite, request: Request, csrf: str, athlete: AthleteId) -> HealthLook:
    """Return what a deed in a record needs; nothing of it may be shown, for which `look` is.

    A deed is logged as what it is. Raises Closed and MedicalOnly as `look` does, which it is then.
    """
    viewer = site.poster(request, csrf)
    access = requests_of(site).from_snapshot(viewer, athlete)
    found = [one for one in site.listed(access) if one.athlete == athlete]
    if not found or viewer.role is not Role.MEDICAL:
        look(site, viewer, athlete)
        raise Closed
    return HealthLook(viewer, found[0], access, seen_episodes(site, access, athlete))


def seen_episodes(site: ClubSite, access: PageAccess, athlete: AthleteId) -> tuple[Episode, ...]:
    """Return the episodes that this look shows, the newest first."""
    return site.episodes.of(athlete) if Category.INJURY in access.of(athlete) else ()


def known_episodes(site: ClubSite, access: PageAccess) -> list[Episode]:
    """Return the episodes of everybody that this look shows."""
    return [one for athlete in site.listed(access) for one in seen_episodes(site, access, athlete.athlete)]
