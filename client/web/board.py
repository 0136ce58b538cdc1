"""The morning board: who needs a decision, whom to ask, and everyone else folded away."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response

from chassis.hidden_characters import cleaned
from chassis.text import listed, sentence, spelled, weekday_date
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.readiness import FALSE_AMBER_PER_100, FALSE_RED_PER_100, Light
from client.coaching.training_session import SessionPlan
from client.vault.store import Athlete
from client.web import text
from client.web.access import PageAccess
from client.web.imports import newest_import
from client.web.site import ClubSite
from client.web.viewer import ROLE_GROUPS, Viewer


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One athlete on the board, in words."""

    name: str
    href: str
    quiet: str
    light: str
    trend: str
    arrow: str
    available: str
    plan: str
    proposed: str

    @property
    def trend_word(self) -> str:
        """The trend's first word, which stays on one line with its arrow."""
        return self.trend.partition(", ")[0]

    @property
    def trend_rest(self) -> str:
        """What follows the first word, with its comma; often nothing."""
        return self.trend.removeprefix(self.trend_word)


def router(site: ClubSite) -> APIRouter:
    """Routes of the board."""
    routes = APIRouter()

    @routes.get("/board")
    def board(request: Request) -> Response:
        viewer = site.viewer(request)
        return _page(site, viewer, site.access_requests.board(viewer))

    return routes


def _page(site: ClubSite, viewer: Viewer, access: PageAccess) -> Response:
    athletes = site.athletes(access)
    day = site.day()
    context = site.context(day)
    assessments = [(a, site.assessment(access, a.athlete, context)) for a in athletes]
    decide = [(a, m) for a, m in assessments if m.to_decide]
    ask = [(a, m) for a, m in assessments if m.to_ask and not m.to_decide]
    out = [a.name for a, m in assessments if m.available == "out"]
    planned = [(a, m) for a, m in assessments if not (m.to_decide or m.to_ask or m.available == "out")]
    return site.page(
        "board.html",
        viewer,
        here="/board",
        access=access,
        title="Morning board",
        finding=finding(len(decide), len(ask), shown=len(assessments)),
        day=weekday_date(day),
        prepared=text.clock_time(site.now()),
        is_past=day != site.now().date(),
        plan_today=_common_plan(site, day),
        is_empty=not assessments,
        lead=_lead(ROLE_GROUPS[viewer.role], shown=len(assessments), planned=len(planned)),
        decide=_rows(decide, day),
        ask=_rows(ask, day),
        planned=_rows(planned, day),
        unfold=any(m.light is Light.RED for _, m in planned),
        out=listed(out) if out else "",
        false_red=FALSE_RED_PER_100,
        false_amber=FALSE_AMBER_PER_100,
        imported=newest_import(site, access),
        role=ROLE_GROUPS[viewer.role],
        clock=text.clocks(access.skew),
    )


def finding(decide: int, ask: int, *, shown: int) -> str:
    """Return the board's title: the morning's finding."""
    if not shown:
        return "No readiness to show this morning"
    parts = [f"{spelled(decide)} to decide"] if decide else []
    parts += [f"{spelled(ask)} to ask"] if ask else []
    return sentence(", ".join(parts)) if parts else "Everyone trains as planned"


def _lead(group: str, *, shown: int, planned: int) -> str:
    """What holds without a decision; for an empty board, whom it would list."""
    if not shown:
        return f"Athletes appear here when they share readiness with {group}."
    others = "Everyone else trains as planned. " if planned else ""
    rule = "Without a decision the plan stays as it is."
    return f"{others}{rule} Readiness compares each athlete with their own last 28 days."


def _common_plan(site: ClubSite, day: date) -> str:
    plan = site.journal.plans(day).get(None)
    if plan is None:
        return ""
    kind = "Match today" if plan.match_day else "Plan"
    title = f"{cleaned(plan.title)}, " if plan.title else ""
    return f"{kind}: {title}{text.session(plan.session)}"


def _rows(assessments: list[tuple[Athlete, DailyAssessment]], day: date) -> list[BoardLine]:
    return [_row(athlete, one, day) for athlete, one in assessments]


def _row(athlete: Athlete, one: DailyAssessment, day: date) -> BoardLine:
    return BoardLine(
        name=athlete.name,
        href=f"/athletes/{athlete.athlete}",
        quiet=text.quiet(one),
        light=one.light.value,
        trend=text.trend(one),
        arrow=one.trend or "",
        available=text.AVAILABLE_WORDS[one.available],
        plan=_plan_words(one, day),
        proposed=text.proposed(one.proposal) if one.proposal else "",
    )


def _plan_words(one: DailyAssessment, day: date) -> str:
    if one.decision is not None:
        decided = one.decision
        return f"Decided: {decided.chosen_au:,.0f} AU of {decided.planned_au:,.0f} AU planned"
    plan: SessionPlan = one.plan
    return text.plan(plan, day)
