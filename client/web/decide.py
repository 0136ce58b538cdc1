"""Deciding on a proposal: choose, give a reason where it differs, check, record.

Each page is a look of its own. Recording shows nothing: it is logged as the decision that it is, and as a look only
where a page has to be shown instead.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.events import EventKind
from chassis.web.page_errors import Closed
from client.coaching.journal import AlreadyDecided
from client.coaching.proposal import Proposal
from client.coaching.review import REASON_TEXT, RefusedDecision, ReviewAnswer, ReviewDecision, ReviewReason, decide
from client.web.athlete import Opened, decision_words, opened, show
from client.web.sessions import Viewer
from client.web.site import ClubSite, to
from client.web.text import session
from policies.vocabulary import AthleteId, Category

ANSWER_WORDS = {
    ReviewAnswer.ACCEPT: "Use the proposal",
    ReviewAnswer.MODIFY: "Choose another load",
    ReviewAnswer.REJECT: "Keep the plan",
}


class Sent(BaseModel):
    """What the form said, before it is believed."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    proposal: str = Field(max_length=100)
    answer: str = Field(max_length=100)
    reason: str = Field(default="", max_length=40)
    load: str = Field(default="", max_length=40)


def router(site: ClubSite) -> APIRouter:
    """Routes of the decision."""
    routes = APIRouter()

    @routes.post("/athletes/{athlete}/decide")
    def choose(request: Request, athlete: str, sent: Annotated[Sent, Form()]) -> Response:
        viewer, it, current = _open(site, request, athlete, sent.csrf)
        if current is None or current.proposal_id != sent.proposal:
            return show(site, viewer, it)
        if sent.answer == ReviewAnswer.ACCEPT.value:
            return _checked(site, viewer, it, current, sent.model_copy(update={"reason": "", "load": ""}))
        return _reason_page(site, viewer, it, current, sent, [])

    @routes.post("/athletes/{athlete}/check")
    def check(request: Request, athlete: str, sent: Annotated[Sent, Form()]) -> Response:
        viewer, it, current = _open(site, request, athlete, sent.csrf)
        if current is None or current.proposal_id != sent.proposal:
            return show(site, viewer, it)
        return _checked(site, viewer, it, current, sent)

    @routes.post("/athletes/{athlete}/record")
    def record(request: Request, athlete: str, sent: Annotated[Sent, Form()]) -> Response:
        decision = _ready(site, site.poster(request, sent.csrf), AthleteId(athlete), sent)
        if decision is None:
            return _not_recorded(site, request, athlete, sent)
        _store(site, decision)
        return to(f"/athletes/{decision.athlete}/decided")

    @routes.get("/athletes/{athlete}/decided")
    def done(request: Request, athlete: str) -> Response:
        viewer = site.viewer(request)
        it = opened(site, viewer, AthleteId(athlete))
        if it.assessment is None or it.assessment.decision is None:
            raise Closed
        return site.page(
            "decided.html",
            viewer,
            here="/athletes",
            access=it.access,
            title="Decision recorded",
            name=it.athlete.name,
            athlete=it.athlete.athlete,
            decision=decision_words(site, it.assessment.decision),
        )

    return routes


def _open(site: ClubSite, request: Request, athlete: str, csrf: str) -> tuple[Viewer, Opened, Proposal | None]:
    """Check who asks, look anew, and return the proposal that stands now; raises Closed without readiness."""
    viewer = site.poster(request, csrf)
    it = opened(site, viewer, AthleteId(athlete))
    if it.assessment is None or Category.READINESS not in it.access.of(it.athlete.athlete):
        raise Closed
    return viewer, it, it.assessment.proposal if it.assessment.to_decide else None


def _ready(site: ClubSite, viewer: Viewer, athlete: AthleteId, sent: Sent) -> ReviewDecision | None:
    """Return the decision that the form makes on the proposal that stands now; None if it makes none."""
    access = site.access_requests.from_snapshot(viewer, athlete)
    if Category.READINESS not in access.of(athlete) or not site.athletes(access):
        return None
    it = site.assessment(access, athlete, site.context(site.day()))
    if it.proposal is None or not it.to_decide or it.proposal.proposal_id != sent.proposal:
        return None
    if _problems(it.proposal, sent):
        return None
    try:
        return _decision(site, viewer, it.proposal, sent)
    except Closed:
        return None


def _not_recorded(site: ClubSite, request: Request, athlete: str, sent: Sent) -> Response:
    """Look again and show what stands in the way; raises Closed without readiness."""
    viewer, it, current = _open(site, request, athlete, sent.csrf)
    problems = [] if current is None or current.proposal_id != sent.proposal else _problems(current, sent)
    if current is not None and problems:
        return _reason_page(site, viewer, it, current, sent, problems)
    return show(site, viewer, it)


def _store(site: ClubSite, decision: ReviewDecision) -> None:
    """Have the log take the event first: a decision that cannot be logged is not taken."""
    site.report(
        EventKind.PROPOSAL_DECIDED,
        decision.person,
        decision.role,
        athlete=decision.athlete,
        proposal=decision.proposal_id,
        answer=decision.answer.value,
    )
    try:
        site.journal.record(decision)
    except AlreadyDecided:
        return  # the same form sent twice: the first decision holds and is shown


def _problems(proposal: Proposal, sent: Sent) -> list[dict[str, str]]:
    found = []
    if sent.answer not in {a.value for a in ReviewAnswer} or (
        proposal.review and sent.answer == ReviewAnswer.ACCEPT.value
    ):
        found.append({"field": "reason", "text": "Expected one of the answers."})
    elif sent.answer != ReviewAnswer.ACCEPT.value and sent.reason not in {r.value for r in ReviewReason}:
        found.append({"field": "reason", "text": "Choose a reason. It stands in the record beside the decision."})
    if sent.answer == ReviewAnswer.MODIFY.value and _load(sent.load, proposal.planned.load_au) is None:
        came = f"“{sent.load}”" if sent.load.strip() else "nothing"
        text = f"Expected a whole number from 0 to {proposal.planned.load_au:.0f} AU, got {came}."
        found.append({"field": "load", "text": text})
    return found


def _load(text: str, planned_au: float) -> float | None:
    cleaned = text.strip().replace(",", "")
    if not cleaned.isascii() or not cleaned.isdigit() or len(cleaned) > 5 or int(cleaned) > planned_au:
        return None
    return float(int(cleaned))


def _decision(site: ClubSite, viewer: Viewer, proposal: Proposal, sent: Sent) -> ReviewDecision:
    answer = ReviewAnswer(sent.answer)
    try:
        return decide(
            proposal,
            answer,
            person=viewer.person,
            role=viewer.role,
            now=site.clock(),
            reason=ReviewReason(sent.reason) if answer is not ReviewAnswer.ACCEPT else None,
            chosen_au=_load(sent.load, proposal.planned.load_au) if answer is ReviewAnswer.MODIFY else None,
        )
    except RefusedDecision as error:
        raise Closed from error


def _reason_page(
    site: ClubSite, viewer: Viewer, it: Opened, proposal: Proposal, sent: Sent, problems: list[dict[str, str]]
) -> Response:
    answer = ReviewAnswer(sent.answer) if sent.answer in {a.value for a in ReviewAnswer} else None
    if answer is None:
        raise Closed
    return site.page(
        "reason.html",
        viewer,
        here="/athletes",
        access=it.access,
        status=422 if problems else 200,
        title=ANSWER_WORDS[answer],
        name=it.athlete.name,
        athlete=it.athlete.athlete,
        proposal=proposal,
        sent=sent,
        is_modify=answer is ReviewAnswer.MODIFY,
        answer_words=ANSWER_WORDS[answer],
        reasons=[(reason.value, text) for reason, text in REASON_TEXT.items()],
        problems=problems,
        field_problems={p["field"]: p["text"] for p in problems},
    )


def _checked(site: ClubSite, viewer: Viewer, it: Opened, proposal: Proposal, sent: Sent) -> Response:
    problems = _problems(proposal, sent)
    if problems:
        return _reason_page(site, viewer, it, proposal, sent, problems)
    decision = _decision(site, viewer, proposal, sent)
    return site.page(
        "check.html",
        viewer,
        here="/athletes",
        access=it.access,
        title="Check the decision",
        name=it.athlete.name,
        athlete=it.athlete.athlete,
        proposal=proposal,
        sent=sent,
        answer_words=ANSWER_WORDS[decision.answer],
        reason=REASON_TEXT[decision.reason] if decision.reason else "",
        planned=session(proposal.planned),
        chosen=f"{decision.chosen_au:,.0f} AU",
    )
