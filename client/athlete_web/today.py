"""Today: the athlete's own light and what led to it, the plan, what is proposed and decided, and their answer to it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.codes import OwnSiteDeed
from chassis.text import weekday_date
from chassis.texts.catalogue import mark
from client.athlete_web.morning import OwnMorning, own_morning, own_risk_lines
from client.athlete_web.site import HOME, AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.proposal import Proposal
from client.coaching.readiness import FALSE_AMBER_PER_100, FALSE_RED_PER_100, Light
from client.coaching.regression import Level
from client.coaching.review import REASON_TEXT, ReviewAnswer
from client.features.morning_answers import morning_items_used
from client.learning.expected_words import expected_in_figures
from client.learning.tomorrow import MovedBy
from client.statements.answers import AthleteAnswer, AthleteAnswerKind, BadAnswer, answered
from client.web import text
from client.web.rows.evidence_rows import EvidenceRow, evidence_rows
from client.web.site import to

ANSWER: Final = "/me/answer"
CONFLICT, WRONG = 409, 422
FINDINGS: Final = {
    Light.GREEN: mark("As usual this morning"),
    Light.AMBER: mark("Below usual this morning"),
    Light.RED: mark("Well below usual this morning"),
    Light.GREY: mark("Not enough data for a light this morning"),
}
QUESTIONS: Final = {
    Level.AS_PLANNED: mark("A shorter session today?"),
    Level.CAUTION: mark("A little less today?"),
    Level.REGRESS: mark("An easier session today?"),
    Level.REST: mark("Rest today?"),
}
DECIDED: Final = {
    ReviewAnswer.ACCEPT: mark("The proposal is used"),
    ReviewAnswer.MODIFY: mark("Another load"),
    ReviewAnswer.REJECT: mark("The plan is kept"),
}
ANSWERED: Final = {
    AthleteAnswerKind.ACCEPT: mark("You accepted it."),
    AthleteAnswerKind.EASIER: mark("You asked for at most %(load)s AU."),
    AthleteAnswerKind.TALK: mark("You want to talk about it first."),
}


class AnswerOfAthlete(BaseModel):
    """What the form said, before it is believed. Whose answer it is comes from the session and from nowhere else."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    proposal: str = Field(max_length=64)
    answer: AthleteAnswerKind
    load: str = Field(default="", max_length=20)


def router(site: AthleteSite) -> APIRouter:
    """Routes of the page and of the answer."""
    routes = APIRouter()

    @routes.get(HOME)
    def today(request: Request) -> Response:
        return _page(site, site.viewer(request))

    @routes.post(ANSWER)
    def answer(request: Request, sent: Annotated[AnswerOfAthlete, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        proposal = own_morning(site, viewer.athlete).one.proposal
        if proposal is None or proposal.proposal_id != sent.proposal:
            return site.closed(request, status=CONFLICT)
        try:
            given = answered(proposal, sent.answer, sent.load, at=site.clock())
        except BadAnswer as error:
            return _page(site, viewer, wrong=f"{error}. {site.words('Nothing was sent.')}", typed=sent.load)
        before = site.answers.newest(viewer.athlete, given.day)
        if before is None or _content(before) != _content(given):  # the same form sent twice is one answer
            site.report(viewer.athlete, OwnSiteDeed.ANSWERED)
            site.answers.add(given)
        return to(HOME)

    return routes


def _content(one: AthleteAnswer) -> tuple[str, AthleteAnswerKind, float | None]:
    return one.proposal_id, one.kind, one.load_au


def _page(site: AthleteSite, viewer: AthleteViewer, *, wrong: str = "", typed: str = "") -> Response:
    morning = own_morning(site, viewer.athlete)
    one, say = morning.one, site.words
    return site.page(
        "own_today.html",
        viewer,
        here=HOME,
        status=WRONG if wrong else 200,
        title=say("Today"),
        finding=say(_finding(one)),
        day=weekday_date(one.day),
        is_past=one.day != site.now().date(),
        light=one.light.value,
        beside=_beside_own_days(site, one),
        lacks=text.light_lacks(one.evidence, site.weights),
        moved=[row for row in _rows(morning) if row.light != Light.GREEN.value],
        usual=[row for row in _rows(morning) if row.light == Light.GREEN.value],
        false_red=FALSE_RED_PER_100,
        false_amber=FALSE_AMBER_PER_100,
        stands=site.said.of(viewer.athlete),
        limit=one.stated,
        proposal=_proposal(site, one.proposal) if one.proposal is not None and one.decision is None else None,
        answer=_answer(site, viewer, one.proposal),
        decision=_decision(site, one),
        plan=text.plan(one.plan, one.day),
        no_change=one.proposal is None and one.decision is None,
        told=_told(site, one),
        expected=_expected(morning),
        risk=own_risk_lines(site, viewer.athlete, morning.table),
        problems=[{"field": "load", "text": wrong}] if wrong else [],
        typed=typed,
    )


def _finding(one: DailyAssessment) -> str:
    """The title: what the athlete said comes first, then what is asked, then the light."""
    if one.evidence.flags.not_ok:
        return mark("You are not OK today")
    if one.proposal is not None and one.decision is None:
        return mark("What comes next?") if one.proposal.review else QUESTIONS[one.proposal.level]
    return FINDINGS[one.light]


def _beside_own_days(site: AthleteSite, one: DailyAssessment) -> str:
    """Where this morning stands among the athlete's own, as a number of mornings in a hundred."""
    readiness, say = one.evidence.readiness, site.words
    if readiness.z is None or readiness.percentile is None or one.evidence.is_grey:
        return ""
    higher = min(max(round(100 - readiness.percentile), 1), 99)
    if readiness.z < 0:
        return say("Lower than on about %(n)s of 100 of your own mornings.", n=higher)
    return say("Higher than on about %(n)s of 100 of your own mornings.", n=100 - higher)


def _rows(morning: OwnMorning) -> list[EvidenceRow]:
    return evidence_rows(morning.one.evidence, morning_items_used(morning.table))


def _proposal(site: AthleteSite, one: Proposal) -> dict[str, Any]:
    full, example = text.proposal_in_full(one)
    because = one.because
    if one.told_not_ok:
        because = site.words("You are not OK. That comes before any number.")
    return {
        "id": one.proposal_id,
        "words": full,
        "example": example,
        "because": because,
        "unless": one.counterfactual,
        "most": round(one.adjusted.load_au),
        "can_accept": not one.review,
        "can_ease": one.adjusted.load_au > 0 and not one.review,
    }


def _answer(site: AthleteSite, viewer: AthleteViewer, proposal: Proposal | None) -> str:
    given = site.answers.newest(viewer.athlete, site.day())
    if given is None or proposal is None or given.proposal_id != proposal.proposal_id:
        return ""
    load = "" if given.load_au is None else f"{given.load_au:,.0f}"
    return site.words(ANSWERED[given.kind], load=load)


def _decision(site: AthleteSite, one: DailyAssessment) -> dict[str, str]:
    decision = one.decision
    if decision is None:
        return {}
    say, at = site.words, decision.at.astimezone(site.settings.timezone)
    return {
        say("Decision"): say(DECIDED[decision.answer]),
        say("Load"): say(
            "%(chosen)s of %(planned)s AU planned",
            chosen=f"{decision.chosen_au:,.0f}",
            planned=f"{decision.planned_au:,.0f}",
        ),
        say("By"): site.name_of(decision.person),
        say("When"): f"{at:%H:%M}",
        say("Why"): REASON_TEXT[decision.reason] if decision.reason else say("no reason was asked for"),
    }


def _told(site: AthleteSite, one: DailyAssessment) -> str:
    """What staff noted that the athlete told them today: they see what is kept of it."""
    if one.check_in is None:
        return ""
    words = {"fine": mark("fine"), "not_ok": mark("not OK"), "not_reached": mark("could not be reached")}
    return site.words(
        "%(name)s asked how you are, and noted at %(at)s: %(answer)s.",
        name=site.name_of(one.check_in.person),
        at=f"{one.check_in.at.astimezone(site.settings.timezone):%H:%M}",
        answer=site.words(words[one.check_in.answer.value]),
    )


def _expected(morning: OwnMorning) -> dict[str, str]:
    return {} if morning.expected is None else expected_in_figures(morning.expected, set(MovedBy))
