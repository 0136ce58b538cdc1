"""What an athlete said of themselves today, as far as a person of the staff may read it, and that they read it.

Staff for training read "not OK" with the time; what it was and the note are for the medical team. The two differ in
nothing else, so that nothing on a coach's page tells ill from in pain.
"""

from typing import Final

from chassis.text import weekday_date
from client.coaching.daily_assessment import DailyAssessment
from client.statements.answers import AthleteAnswerKind
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

ANSWERS: Final = {
    AthleteAnswerKind.ACCEPT: "the athlete accepts",
    AthleteAnswerKind.EASIER: "the athlete asks for at most {load}",
    AthleteAnswerKind.TALK: "the athlete wants to talk first",
}


def own_word(site: ClubSite, viewer: Viewer, morning: DailyAssessment) -> str:
    """Return what an athlete said and answered today, as it stands on the board; mostly nothing."""
    return "; ".join(filter(None, (_said(site, viewer, morning.athlete), own_answer(site, morning))))


def own_answer(site: ClubSite, morning: DailyAssessment) -> str:
    """Return what the athlete answered to what is proposed today; nothing to a reader who sees no proposal."""
    given = site.answers.newest(morning.athlete, morning.day)
    if given is None or morning.proposal is None:
        return ""
    load = "" if given.load_au is None else f"{given.load_au:,.0f} AU"
    return ANSWERS[given.kind].format(load=load)


def _said(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> str:
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
