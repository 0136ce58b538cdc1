"""Prepares a day's report once, durably, before staff open it; after sleep or a restart it is made up for.

What is prepared is shown to nobody: an opening asks the decision point for its reader (`client.reports.opening`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from client.errors import AthleteErased, UnknownAthlete
from client.reports.kept_parts import keep_prepared, prepared_day
from client.reports.making import made_part
from client.reports.value import VARIANT_OF, PreparedDay, PreparedPart, Variant
from client.vault.store import Athlete
from client.web.access import SHOWN, PageAccess
from client.web.board import common_plan
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, PersonId, Role

AHEAD: Final = timedelta(minutes=5)
"""Ours: a report of a large squad takes seconds, and a consent service that does not answer is asked again."""


def is_due(site: ClubSite) -> bool:
    """True from five minutes before the club's report is to be ready, and in a demo, whose morning is an old one."""
    now, day = site.now(), site.day()
    ready = datetime.combine(now.date(), site.settings.report_ready, tzinfo=now.tzinfo)
    return day < now.date() or now >= ready - AHEAD


def prepare_due(site: ClubSite) -> bool:
    """Prepare today's report if it is time and there is none; returns whether one was made.

    Raises ConsentUnavailable without a fresh snapshot: then nothing is prepared, and the next turn tries again.
    """
    day = site.day()
    if not is_due(site) or prepared_day(site.vault, day) is not None:
        return False
    squads = {one.squad for one in site.vault.athletes()}
    common = PreparedDay(day, site.now(), common_plan(site, squads, day))
    return keep_prepared(site.vault, common, dict(_parts(site)))


def own_access(site: ClubSite, athlete: AthleteId) -> PageAccess:
    """Return the look of an athlete at their own part: everything that the node holds of them, and of nobody else.

    The light is the one that staff may see, without what the athlete left out.
    """
    own = {athlete: frozenset(SHOWN)}
    one = frozenset({athlete})
    return PageAccess(own, site.clock(), site.clock(), finer=own, listed=one, at_home=one)


def _parts(site: ClubSite) -> Iterator[tuple[tuple[AthleteId, Variant], PreparedPart]]:
    """Each athlete's part for each variant: of what their grants let staff see now, and for themselves of everything.

    Only of whom the snapshot lists: whoever is enrolled no more, or erased there, is prepared for nobody.
    """
    held, context = site.vault.athletes(), site.context(site.day())
    enrolled = {one.athlete for one in held} & site.consent.snapshot().epochs.keys()
    looks = {VARIANT_OF[role]: look_of(site, role, held) for role in VARIANT_OF}
    for athlete in (one for one in held if one.athlete in enrolled):
        own = own_access(site, athlete.athlete)
        for variant, access in {**looks, Variant.ATHLETE: own}.items():
            try:
                yield (athlete.athlete, variant), made_part(site, access, athlete, context, variant)
            except (AthleteErased, UnknownAthlete):
                break


def look_of(site: ClubSite, role: Role, held: list[Athlete]) -> PageAccess:
    """Return what the signed snapshot says is shared with a role now: for preparing, which shows nothing."""
    nobody = Viewer(PersonId(""), "", role, frozenset(one.squad for one in held), "")
    return site.access_requests.squad_from_snapshot(nobody)
