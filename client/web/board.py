"""The morning board: who needs a decision, whom to ask, and everyone else folded away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fastapi import APIRouter, Request, Response

from chassis.hidden_characters import cleaned
from chassis.text import listed, sentence, spelled, weekday_date
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.readiness import FALSE_AMBER_PER_100, FALSE_RED_PER_100, Light
from client.coaching.training_session import SessionPlan
from client.uploads.brought import Upload
from client.vault.store import Athlete
from client.web import text
from client.web.access import PageAccess
from client.web.imports import newest_import
from client.web.site import ClubSite
from client.web.viewer import ROLE_GROUPS, Viewer


class BoardGroup(StrEnum):
    """The board's groups, in the order of the page."""

    DECIDE = "decide"
    ASK = "ask"
    BELOW = "below"
    DECIDED = "decided"
    PLANNED = "planned"
    OUT = "out"


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
        return _page(site, viewer, site.access_requests.board(viewer), site.uploads.of(site.cookie.read(request)))

    return routes


def _page(site: ClubSite, viewer: Viewer, access: PageAccess, uploads: Sequence[Upload]) -> Response:
    athletes = site.athletes(access)
    day = site.day()
    context = site.context(day)
    groups: dict[BoardGroup, list[tuple[Athlete, DailyAssessment]]] = {group: [] for group in BoardGroup}
    for athlete in athletes:
        one = site.assessment(access, athlete.athlete, context)
        groups[group_of(one)].append((athlete, one))
    counts = {group: len(found) for group, found in groups.items()}
    lowered = sum(is_lowered(one) for found in groups.values() for _, one in found)
    out = [athlete.name for athlete, _ in groups[BoardGroup.OUT]]
    return site.page(
        "board.html",
        viewer,
        here="/board",
        access=access,
        title="Morning board",
        finding=finding(counts, lowered),
        day=weekday_date(day),
        prepared=text.clock_time(site.now()),
        is_past=day != site.now().date(),
        plan_today=_common_plan(site, day),
        is_empty=not athletes,
        lead=lead(ROLE_GROUPS[viewer.role], counts),
        decide=_rows(groups[BoardGroup.DECIDE], day),
        ask=_rows(groups[BoardGroup.ASK], day),
        below=_rows(groups[BoardGroup.BELOW], day),
        decided=_rows(groups[BoardGroup.DECIDED], day),
        planned=_rows(groups[BoardGroup.PLANNED], day),
        out=listed(out) if out else "",
        light_needs=text.LIGHT_NEEDS if any(one.to_ask for _, one in groups[BoardGroup.ASK]) else "",
        false_red=FALSE_RED_PER_100,
        false_amber=FALSE_AMBER_PER_100,
        imported=newest_import(site, access, uploads),
        role=ROLE_GROUPS[viewer.role],
        clock=text.clocks(access.skew),
    )


def group_of(one: DailyAssessment) -> BoardGroup:
    """Return where an athlete stands: a light below usual or a reported problem is never folded away."""
    if one.available == "out":
        return BoardGroup.OUT
    if one.to_decide:
        return BoardGroup.DECIDE
    if one.to_ask:
        return BoardGroup.ASK
    if one.decision is not None:
        return BoardGroup.DECIDED
    if one.evidence.flags.any:  # no load to lower, so nothing is proposed
        return BoardGroup.ASK
    return BoardGroup.BELOW if one.light in (Light.AMBER, Light.RED) else BoardGroup.PLANNED


def is_lowered(one: DailyAssessment) -> bool:
    """True if a person decided that somebody who trains with the team gets less load than planned today."""
    return one.decision is not None and one.decision.is_lower and one.available != "out"


def finding(counts: Mapping[BoardGroup, int], lowered: int) -> str:
    """Return the board's title: the morning's finding, made from what the page shows.

    lowered: how many train less today by a decision, in whatever group they stand.
    """
    if not sum(counts.values()):
        return "No readiness to show this morning"
    named = ((BoardGroup.DECIDE, "to decide"), (BoardGroup.ASK, "to ask"), (BoardGroup.BELOW, "below usual"))
    parts = [f"{spelled(counts[group])} {words}" for group, words in named if counts.get(group)]
    if lowered:
        parts.append(f"{spelled(lowered)} with less load today")
    if parts:
        return sentence(", ".join(parts))
    if counts.get(BoardGroup.DECIDED):
        return "All is decided, each plan is kept"
    return "Nothing to change this morning" if counts.get(BoardGroup.PLANNED) else "Nobody is available"


def lead(group: str, counts: Mapping[BoardGroup, int]) -> str:
    """What holds without a decision; for an empty board, whom it would list."""
    if not sum(counts.values()):
        return f"Athletes appear here when they share readiness with {group}."
    others = "For everyone else available nothing is changed. " if counts.get(BoardGroup.PLANNED) else ""
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
