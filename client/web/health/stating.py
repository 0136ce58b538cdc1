"""A statement to coaches: looked at word for word and with its readers first, then sent, and taken back on its day."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import RecordWritten
from audit.entries.details.codes import RecordChange
from chassis.text import long_date, sentence
from client.errors import BadHealthRecord
from client.health.own_usual import cap_of
from client.health.statements import AvailabilityStatement, coach_words, is_told_already, may_take_back
from client.statements.standing import readers_of
from client.vault.store import Athlete
from client.web.health.athlete_record import chosen, show_record, usual_au
from client.web.health.health_forms import (
    AvailabilitySent,
    StatementAuthor,
    UndoStatementSent,
    cap_of_text,
    statement_of,
    statement_problems,
)
from client.web.health.looking import HealthLook, deed, look
from client.web.site import ClubSite, to
from client.web.viewer import ROLE_NAMES, Viewer
from policies.vocabulary import AthleteId, Role


def router(site: ClubSite) -> APIRouter:
    """Routes of these forms, below the page of one athlete's health record."""
    routes = APIRouter()

    @routes.post("/athletes/{athlete}/health/say")
    def say(request: Request, athlete: str, sent: Annotated[AvailabilitySent, Form()]) -> Response:
        it = look(site, site.poster(request, sent.csrf), AthleteId(athlete))
        problems = statement_problems(sent)
        if not problems:
            try:
                return _check_page(site, it, _with_percent(site, it, sent))
            except BadHealthRecord as error:
                problems = [{"field": "availability", "text": f"{sentence(str(error))}."}]
        return show_record(site, it, problems=problems, statement=sent)

    @routes.post("/athletes/{athlete}/health/state")
    def state(request: Request, athlete: str, sent: Annotated[AvailabilitySent, Form()]) -> Response:
        it = deed(site, request, sent.csrf, AthleteId(athlete))
        viewer, one = it.viewer, it.athlete
        if statement_problems(sent) or sent.unit != "au":
            return show_record(site, look(site, viewer, one.athlete), problems=_NOT_READY, statement=sent)
        try:
            made = _statement(site, viewer, one, sent)
        except BadHealthRecord as error:
            problems = [{"field": "availability", "text": f"{sentence(str(error))}."}]
            return show_record(site, look(site, viewer, one.athlete), problems=problems, statement=sent)
        _send(site, viewer, made)
        return to(f"/athletes/{athlete}/health#told")

    @routes.post("/athletes/{athlete}/health/take-back")
    def take_back(request: Request, athlete: str, sent: Annotated[UndoStatementSent, Form()]) -> Response:
        it = deed(site, request, sent.csrf, AthleteId(athlete))
        viewer, one = it.viewer, it.athlete
        _take_back(site, viewer, one.athlete, sent.statement)
        return to(f"/athletes/{athlete}/health#told")

    return routes


_NOT_READY = [{"field": "availability", "text": "Look at the words first: this statement was not sent."}]


def _with_percent(site: ClubSite, it: HealthLook, sent: AvailabilitySent) -> AvailabilitySent:
    """Return the same with a cap in AU: what is a share of the own usual day is worked out now, and never again."""
    share = cap_of_text(sent)
    if sent.unit != "percent" or share is None:
        return sent.model_copy(update={"unit": "au", "percent": ""})
    usual = usual_au(site, it, chosen(it, ""))
    if usual is None:
        raise BadHealthRecord("the own usual day is not known here: say the cap in AU")
    return sent.model_copy(update={"cap": f"{cap_of(share, usual):.0f}", "unit": "au", "percent": str(share)})


def _statement(site: ClubSite, viewer: Viewer, one: Athlete, sent: AvailabilitySent) -> AvailabilityStatement:
    who = StatementAuthor(viewer.person, viewer.role)
    return statement_of(sent, one.athlete, who, day=site.day(), at=site.clock())


def _check_page(site: ClubSite, it: HealthLook, sent: AvailabilitySent) -> Response:
    made = _statement(site, it.viewer, it.athlete, sent)
    return site.page(
        "statement_check.html",
        it.viewer,
        here="/medical",
        access=it.access,
        title="What coaches will read",
        name=it.athlete.name,
        athlete=it.athlete.athlete,
        words=f"{sentence(coach_words(made))}.",
        since=long_date(made.day),
        sent=sent,
        readers=_readers(site, it.athlete),
    )


def _readers(site: ClubSite, one: Athlete) -> list[str]:
    """Everybody of the staff who will read a statement about this athlete: coaches first."""
    found = readers_of(site.sign_in.everybody(), one.squad)
    return [f"{each.name}, {ROLE_NAMES[role]}" for role in (Role.COACH, Role.MEDICAL) for each in found[role]]


def _send(site: ClubSite, viewer: Viewer, made: AvailabilityStatement) -> None:
    """Have the log take it first. The same form sent twice is one statement."""
    if is_told_already(site.statements.history(made.athlete), made):
        return
    _log(site, viewer, made.athlete, RecordChange.AVAILABILITY_STATED)
    site.statements.add(made)


def _take_back(site: ClubSite, viewer: Viewer, athlete: AthleteId, number: str) -> None:
    """Take back the newest statement of the medical team while it may be; anything else changes nothing."""
    last = may_take_back(site.statements.history(athlete), viewer.role, site.now())
    if last is None or str(last.number) != number:
        return
    _log(site, viewer, athlete, RecordChange.STATEMENT_TAKEN_BACK)
    site.statements.take_back(last, person=viewer.person, role=viewer.role, at=site.clock())


def _log(site: ClubSite, viewer: Viewer, athlete: AthleteId, change: RecordChange) -> None:
    site.consent.event(RecordWritten(person=viewer.person, role=viewer.role, athlete=athlete, change=change))
