"""Deciding on a proposal: one press uses it; choosing otherwise asks for a load and a reason, and records.

Nothing is asked twice: a decision can be taken back (`ask`). The page that asks for a reason is a look of its own.
Recording shows nothing: it is logged as the decision that it is, and as a look only where a page has to be shown
instead.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import ProposalAnswered
from audit.entries.details.codes import ProposalAnswer
from chassis.web.page_errors import Closed
from client.coaching.journal import AlreadyDecided
from client.coaching.proposal import Proposal
from client.coaching.review import REASON_TEXT, RefusedDecision, ReviewAnswer, ReviewDecision, ReviewReason, decide
from client.web.athlete import Opened, decision_words, opened, show
from client.web.deciding.decision_form import Sent, load_of, problems_of, reason_form
from client.web.rows.undo_names import undo_name
from client.web.site import ClubSite, to
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId

ANSWER_WORDS = {
    ReviewAnswer.ACCEPT: "Use the proposal",
    ReviewAnswer.MODIFY: "Choose another load",
    ReviewAnswer.REJECT: "Keep the plan",
}


def router(site: ClubSite) -> APIRouter:
    """Routes of the decision."""
    routes = APIRouter()

    @routes.post("/athletes/{athlete}/decide")
    def choose(request: Request, athlete: str, sent: Annotated[Sent, Form()]) -> Response:
        if sent.answer == ReviewAnswer.ACCEPT.value:
            return _recorded(site, request, athlete, sent.model_copy(update={"reason": "", "load": ""}))
        viewer, it, current = _open(site, request, athlete, sent.csrf)
        if current is None or current.proposal_id != sent.proposal:
            return show(site, viewer, it)
        return _reason_page(site, viewer, it, current, sent, [])

    @routes.post("/athletes/{athlete}/record")
    def record(request: Request, athlete: str, sent: Annotated[Sent, Form()]) -> Response:
        return _recorded(site, request, athlete, sent)

    @routes.get("/athletes/{athlete}/decided")
    def done(request: Request, athlete: str) -> Response:
        return _decided(site, site.viewer(request), AthleteId(athlete))

    return routes


def _recorded(site: ClubSite, request: Request, athlete: str, sent: Sent) -> Response:
    decision = _ready(site, site.poster(request, sent.csrf), AthleteId(athlete), sent)
    if decision is None:
        return _not_recorded(site, request, athlete, sent)
    _store(site, decision)
    return to(f"/athletes/{decision.athlete}/decided")


def _decided(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> Response:
    """Show the decision that was recorded; where none stands any more, the athlete's page leads on."""
    it = opened(site, viewer, athlete)
    if it.assessment.decision is None:
        return show(site, viewer, it)
    return site.page(
        "decided.html",
        viewer,
        here="/athletes",
        access=it.access,
        title="Decision recorded",
        name=it.athlete.name,
        athlete=it.athlete.athlete,
        decision=decision_words(site, it.assessment.decision, it.assessment.proposal),
        undo=undo_name(it.assessment, role=viewer.role, now=site.now()),
    )


def _open(site: ClubSite, request: Request, athlete: str, csrf: str) -> tuple[Viewer, Opened, Proposal | None]:
    """Check who asks, look anew, and return the proposal that stands now; raises Closed for a stranger."""
    viewer = site.poster(request, csrf)
    it = opened(site, viewer, AthleteId(athlete))
    return viewer, it, it.assessment.proposal if it.assessment.to_decide else None


def _ready(site: ClubSite, viewer: Viewer, athlete: AthleteId, sent: Sent) -> ReviewDecision | None:
    """Return the decision that the form makes on the proposal that stands now; None if it makes none."""
    access = site.access_requests.from_snapshot(viewer, athlete)
    if not site.listed(access):
        return None
    it = site.assessment(access, athlete, site.context(site.day()))
    if it.proposal is None or not it.to_decide or it.proposal.proposal_id != sent.proposal:
        return None
    if problems_of(it.proposal, sent):
        return None
    try:
        return _decision(site, viewer, it.proposal, sent)
    except Closed:
        return None


def _not_recorded(site: ClubSite, request: Request, athlete: str, sent: Sent) -> Response:
    """Look again and show what stands in the way; raises Closed for a stranger."""
    viewer, it, current = _open(site, request, athlete, sent.csrf)
    problems = [] if current is None or current.proposal_id != sent.proposal else problems_of(current, sent)
    if current is not None and problems:
        return _reason_page(site, viewer, it, current, sent, problems)
    return show(site, viewer, it)


def _store(site: ClubSite, decision: ReviewDecision) -> None:
    """Have the log take the event first: a decision that cannot be logged is not taken."""
    site.consent.event(
        ProposalAnswered(
            person=decision.person,
            role=decision.role,
            athlete=decision.athlete,
            proposal=decision.proposal_id,
            answer=ProposalAnswer(decision.answer.value),
        )
    )
    try:
        site.journal.record(decision)
    except AlreadyDecided:
        return  # the same form sent twice: the first decision holds and is shown


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
            chosen_au=load_of(sent.load, proposal.planned.load_au) if answer is ReviewAnswer.MODIFY else None,
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
        proposal=proposal.proposal_id,
        form=reason_form(proposal, answer, problems),
        sent=sent,
        reasons=[(reason.value, text) for reason, text in REASON_TEXT.items()],
        problems=problems,
    )
