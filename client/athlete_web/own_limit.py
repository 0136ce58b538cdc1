"""What is possible for me: an athlete's own word to coaches, looked at with its readers first, and taken back.

It stands beside that of the medical team: of the two whatever allows less holds, and neither lifts the other.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.codes import OwnSiteDeed
from chassis.text import long_date, sentence
from chassis.texts.catalogue import mark
from client.athlete_web.site import HOME, AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.errors import BadHealthRecord
from client.health.availability import LIMIT_WORDS, Availability
from client.health.statements import (
    AvailabilityStatement,
    AvailabilityStatements,
    coach_words,
    is_told_already,
    may_take_back,
)
from client.statements.standing import readers_of
from client.web.health.health_forms import (
    AvailabilitySent,
    FormProblems,
    StatementAuthor,
    UndoStatementSent,
    statement_of,
    statement_problems,
)
from client.web.site import to
from policies.vocabulary import PersonId, Role

LIMIT: Final = "/me/limit"
AVAILABLE: Final = {
    Availability.NONE: mark("Nothing: I cannot train"),
    Availability.REDUCED: mark("Some of it"),
    Availability.FULL: mark("Everything"),
}


def router(site: AthleteSite) -> APIRouter:
    """Routes of looking at the words, sending them and taking them back."""
    routes = APIRouter()

    @routes.get(LIMIT)
    def page(request: Request) -> Response:
        return _page(site, site.viewer(request))

    @routes.post(f"{LIMIT}/say")
    def say(request: Request, sent: Annotated[AvailabilitySent, Form()]) -> Response:
        return _told(site, site.poster(request, sent.csrf), sent, is_sent=False)

    @routes.post(f"{LIMIT}/state")
    def state(request: Request, sent: Annotated[AvailabilitySent, Form()]) -> Response:
        return _told(site, site.poster(request, sent.csrf), sent, is_sent=True)

    @routes.post(f"{LIMIT}/take-back")
    def take_back(request: Request, sent: Annotated[UndoStatementSent, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        records = _statements(site)
        last = may_take_back(records.history(viewer.athlete), Role.ATHLETE, site.now())
        if last is not None and str(last.number) == sent.statement:
            site.report(viewer.athlete, OwnSiteDeed.LIMIT_TAKEN_BACK)
            records.take_back(last, person=PersonId(viewer.athlete), role=Role.ATHLETE, at=site.clock())
        return to(LIMIT)

    return routes


def _told(site: AthleteSite, viewer: AthleteViewer, sent: AvailabilitySent, *, is_sent: bool) -> Response:
    """Show the words with their readers, or send them; a form that cannot be is shown again with what it said."""
    problems = statement_problems(sent)
    if not problems:
        try:
            who = StatementAuthor(PersonId(viewer.athlete), Role.ATHLETE)
            made = statement_of(sent, viewer.athlete, who, day=site.day(), at=site.clock())
        except BadHealthRecord as error:
            problems = [{"field": "availability", "text": f"{sentence(str(error))}."}]
    if problems:
        return _page(site, viewer, sent=sent, problems=problems)
    if not is_sent:
        return _check(site, viewer, sent, made)
    if not is_told_already(_statements(site).history(viewer.athlete), made):
        site.report(viewer.athlete, OwnSiteDeed.LIMIT_STATED)
        _statements(site).add(made)
    return to(LIMIT)


def _check(site: AthleteSite, viewer: AthleteViewer, sent: AvailabilitySent, made: AvailabilityStatement) -> Response:
    readers = readers_of(site.staff(), viewer.one.squad)
    return site.page(
        "own_limit_check.html",
        viewer,
        here=HOME,
        title=site.words("What your coaches will read"),
        told=f"{sentence(coach_words(made))}.",
        sent=sent,
        readers=[one.name for role in (Role.COACH, Role.MEDICAL) for one in readers[role]],
    )


def _page(
    site: AthleteSite,
    viewer: AthleteViewer,
    *,
    sent: AvailabilitySent | None = None,
    problems: FormProblems = (),
) -> Response:
    say, history = site.words, _statements(site).history(viewer.athlete)
    standing = _statements(site).standing(viewer.athlete, site.day())
    last = may_take_back(history, Role.ATHLETE, site.now())
    return site.page(
        "own_limit.html",
        viewer,
        here=HOME,
        status=422 if problems else 200,
        title=say("What is possible"),
        now="" if standing is None else f"{sentence(standing.words)}.",
        told=[_line(site, *each) for each in reversed(history)],
        take_back="" if last is None else str(last.number),
        sent=sent or AvailabilitySent(csrf="", availability=""),
        availabilities=[("", say("Choose what is possible")), *((one.value, say(AVAILABLE[one])) for one in AVAILABLE)],
        limits=list(LIMIT_WORDS.items()),
        problems=problems,
        wrong={one["field"]: one["text"] for one in problems},
    )


def _line(site: AthleteSite, one: AvailabilityStatement, gone: Any) -> str:
    who = site.words("you") if one.role is Role.ATHLETE else site.name_of(one.person)
    back = "" if gone is None else f" ({site.words('taken back on %(day)s', day=long_date(gone.at))})"
    return f"{long_date(one.day)}, {who}: {coach_words(one)}{back}"


def _statements(site: AthleteSite) -> AvailabilityStatements:
    return AvailabilityStatements(site.health)
