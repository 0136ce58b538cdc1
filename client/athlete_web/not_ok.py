"""“I am not OK, ill, in pain”: the page names who will read it before it is sent, and afterwards who has read it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.codes import OwnSiteDeed
from chassis.hidden_characters import cleaned
from chassis.texts.catalogue import mark
from client.athlete_web.site import HOME, AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.staff.people import StaffPerson
from client.statements.standing import readers_of
from client.statements.statement import MOST_NOTE, Statement, StatementKind
from client.web.site import to
from policies.vocabulary import Role

NOT_OK: Final = "/me/not-ok"
KINDS: Final = {
    StatementKind.NOT_OK: mark("I am not OK"),
    StatementKind.ILL: mark("I am ill"),
    StatementKind.IN_PAIN: mark("I am in pain"),
}


class StatementSent(BaseModel):
    """What the form said, before it is believed. Whose statement it is comes from the session and from nowhere else."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    say: StatementKind
    note: str = Field(default="", max_length=4 * MOST_NOTE)


def router(site: AthleteSite) -> APIRouter:
    """Routes of saying it and taking it back."""
    routes = APIRouter()

    @routes.get(NOT_OK)
    def page(request: Request) -> Response:
        return _page(site, site.viewer(request))

    @routes.post(f"{NOT_OK}/say")
    def say(request: Request, sent: Annotated[StatementSent, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        note = cleaned(" ".join(sent.note.split()))
        if len(note) > MOST_NOTE:
            return _page(site, viewer, typed=note, status=422)
        stands = site.said.of(viewer.athlete)
        if stands is None or (stands.kind, stands.note) != (sent.say, note):  # the same form sent twice is one act
            site.report(viewer.athlete, OwnSiteDeed.STATED)
            site.said.records.add(Statement(viewer.athlete, site.day(), sent.say, note, site.clock()))
        return to(NOT_OK)

    @routes.post(f"{NOT_OK}/take-back")
    def take_back(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        viewer = site.poster(request, csrf)
        while (stands := site.said.of(viewer.athlete)) is not None:  # an earlier one of today would count again
            site.report(viewer.athlete, OwnSiteDeed.STATEMENT_TAKEN_BACK)
            site.said.records.take_back(stands, at=site.clock())
        return to(NOT_OK)

    return routes


def _page(site: AthleteSite, viewer: AthleteViewer, *, typed: str = "", status: int = 200) -> Response:
    say, readers = site.words, readers_of(site.staff(), viewer.one.squad)
    stands = site.said.of(viewer.athlete)
    too_long = say(
        "Expected a note of at most %(most)s characters, got %(got)s. Nothing was sent.", most=MOST_NOTE, got=len(typed)
    )
    return site.page(
        "own_not_ok.html",
        viewer,
        here=HOME,
        status=status,
        title=say("Not OK today") if stands else say("How are you?"),
        kinds=[(kind.value, say(words)) for kind, words in KINDS.items()],
        coaches=_names(readers[Role.COACH]),
        medics=_names(readers[Role.MEDICAL]),
        stands=None if stands is None else say(KINDS[stands.kind]),
        note=stands.note if stands else "",
        at=_clock(site, stands.at) if stands else "",
        read_by=_read_by(site, stands) if stands else [],
        typed=typed,
        most=MOST_NOTE,
        problems=[{"field": "note", "text": too_long}] if status != 200 else [],
    )


def _names(people: Sequence[StaffPerson]) -> str:
    return ", ".join(one.name for one in people)


def _read_by(site: AthleteSite, stands: Statement) -> list[str]:
    """Who has read it, and when for the first time."""
    since = stands.day
    held = next(one for one in site.said.records.history(stands.athlete, since=since) if one.one == stands)
    names = {one.person: one.name for one in site.staff()}
    return [
        site.words(
            "%(name)s, %(at)s", name=names.get(read.person) or site.words("somebody who left"), at=_clock(site, read.at)
        )
        for read in held.read.values()
    ]


def _clock(site: AthleteSite, at: datetime) -> str:
    return f"{at.astimezone(site.settings.timezone):%H:%M}"
