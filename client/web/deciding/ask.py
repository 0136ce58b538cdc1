"""Asking an athlete how they are: the answer is noted from the board or their page, and can be taken back.

Each act is logged as what it is, without what was said, and before it counts. No grant is needed to note what somebody
said to one's face: every enrolled athlete of a person's squads can be asked, whatever they share.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.clubs import AthleteAsked, ProposalAnswered
from audit.entries.details.codes import AskedChange, ProposalAnswer
from chassis.hidden_characters import cleaned
from chassis.web.page_errors import Closed
from client.coaching.check_in import MOST_NOTE, CheckIn, CheckInAnswer
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.review import ReviewDecision
from client.web.rows.undo_names import undo_name
from client.web.site import ClubSite, to
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId


class AnswerSent(BaseModel):
    """What the form of an answer said, before it is believed."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    athlete: str = Field(default="", max_length=64)
    answer: CheckInAnswer
    note: str = Field(default="", max_length=MOST_NOTE)


class UndoSent(BaseModel):
    """What the form of taking back said. record: its name as `undo_of` gives it."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    athlete: str = Field(default="", max_length=64)
    record: str = Field(max_length=120)


def router(site: ClubSite) -> APIRouter:
    """Routes of asking and taking back, below the board and below an athlete's page."""
    routes = APIRouter()

    @routes.post("/board/ask")
    def ask_from_board(request: Request, sent: Annotated[AnswerSent, Form()]) -> Response:
        _note(site, site.poster(request, sent.csrf), AthleteId(sent.athlete), sent)
        return to("/board#ask")

    @routes.post("/board/undo")
    def undo_from_board(request: Request, sent: Annotated[UndoSent, Form()]) -> Response:
        athlete = AthleteId(sent.athlete)
        _take_back(site, site.poster(request, sent.csrf), athlete, sent.record)
        return to(f"/board#a-{athlete}")

    @routes.post("/athletes/{athlete}/ask")
    def ask(request: Request, athlete: str, sent: Annotated[AnswerSent, Form()]) -> Response:
        _note(site, site.poster(request, sent.csrf), AthleteId(athlete), sent)
        return to(f"/athletes/{athlete}")

    @routes.post("/athletes/{athlete}/undo")
    def undo(request: Request, athlete: str, sent: Annotated[UndoSent, Form()]) -> Response:
        _take_back(site, site.poster(request, sent.csrf), AthleteId(athlete), sent.record)
        return to(f"/athletes/{athlete}")

    return routes


def _note(site: ClubSite, viewer: Viewer, athlete: AthleteId, sent: AnswerSent) -> None:
    """Note an answer, after the log has the act; a form sent twice is one answer. Raises Closed for a stranger."""
    now = _morning(site, viewer, athlete)
    told = CheckIn(
        athlete=now.athlete,
        day=now.day,
        answer=sent.answer,
        note=cleaned(" ".join(sent.note.split())),
        person=viewer.person,
        role=viewer.role,
        at=site.clock(),
    )
    if now.check_in is not None and _is_same(now.check_in, told):
        return
    _log(site, viewer, athlete, AskedChange.NOTED)
    site.journal.check_ins.note(told)


def _take_back(site: ClubSite, viewer: Viewer, athlete: AthleteId, record: str) -> None:
    """Take back what `record` names, while it stands and may be; anything else changes nothing."""
    one = _morning(site, viewer, athlete)
    if not record or record != undo_name(one, role=viewer.role, now=site.now()):
        return
    if one.decision is not None:
        _take_back_decision(site, viewer, one.decision)
    elif one.check_in is not None:
        _log(site, viewer, athlete, AskedChange.TAKEN_BACK)
        site.journal.check_ins.take_back(one.check_in, person=viewer.person, role=viewer.role, at=site.clock())


def _take_back_decision(site: ClubSite, viewer: Viewer, decision: ReviewDecision) -> None:
    site.consent.event(
        ProposalAnswered(
            person=viewer.person,
            role=viewer.role,
            athlete=decision.athlete,
            proposal=decision.proposal_id,
            answer=ProposalAnswer.TAKEN_BACK,
        )
    )
    site.journal.take_back(decision, person=viewer.person, role=viewer.role, at=site.clock())


def _morning(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> DailyAssessment:
    """The morning as it stands now for this person; nothing of it is shown. Raises Closed for a stranger."""
    access = site.access_requests.from_snapshot(viewer, athlete)
    if not site.listed(access):
        site.access_requests.one(viewer, athlete)  # the try stands in the log, as for a page
        raise Closed
    return site.assessment(access, athlete, site.context(site.day()))


def _log(site: ClubSite, viewer: Viewer, athlete: AthleteId, change: AskedChange) -> None:
    site.consent.event(AthleteAsked(person=viewer.person, role=viewer.role, athlete=athlete, change=change))


def _is_same(one: CheckIn, other: CheckIn) -> bool:
    return (one.answer, one.note, one.person) == (other.answer, other.note, other.person)
