"""What an athlete said of themselves today, as far as a person of the staff may read it, and that they read it.

Staff for training read "not OK" with the time; what it was and the note are for the medical team. The two differ in
nothing else, so that nothing on a coach's page tells ill from in pain.
"""

from typing import Final

from chassis.text import weekday_date
from client.statements.statement import Statement, StatementKind
from client.web import text
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, Role

KINDS: Final = {
    StatementKind.NOT_OK: "not OK",
    StatementKind.ILL: "ill",
    StatementKind.IN_PAIN: "in pain",
}


def own_word(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> str:
    """Return what stands on the board beside an athlete who said that they are not OK; nothing for anybody else."""
    one = _read(site, viewer, athlete)
    if one is None:
        return ""
    said = f"said by the athlete, {text.clock_time(one.at.astimezone(site.zone))}"
    if viewer.role is not Role.MEDICAL:
        return said
    return f"{said}: {KINDS[one.kind]}" + (f", “{one.note}”" if one.note else "")


def own_word_facts(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> dict[str, str]:
    """Return the same in words for an athlete's page; empty where nothing was said, or no longer stands."""
    one = _read(site, viewer, athlete)
    if one is None:
        return {}
    at = one.at.astimezone(site.zone)
    facts = {"Said": "not OK today", "When": f"{weekday_date(at.date())}, {text.clock_time(at)}"}
    if viewer.role is Role.MEDICAL:
        facts |= {"Said": KINDS[one.kind], "Note": one.note or "none"}
    return facts


def _read(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> Statement | None:
    """Return what stands, after the log has that this person reads it; raises ConsentUnavailable."""
    site.said.note_read(athlete, person=viewer.person, role=viewer.role, log=site.consent.event)
    return site.said.of(athlete)
