"""The morning board: who is not OK, who needs a decision, whom to ask, and everyone else folded away.

Every enrolled athlete of a person's squads has a row, whatever they share: one that is gone would tell a withdrawal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from chassis.hidden_characters import cleaned
from chassis.text import listed, weekday_date
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.readiness import FALSE_AMBER_PER_100, FALSE_RED_PER_100, Light
from client.planning.effective import OwnPlan, narrowest
from client.planning.plan_for import EVERYONE, PlanFor
from client.uploads.brought import Upload
from client.vault.store import Athlete
from client.web import text
from client.web.access import PageAccess
from client.web.imports import newest_import
from client.web.rows.board_file import board_file
from client.web.rows.board_groups import (
    HEADINGS,
    PAST_HEADINGS,
    BoardGroup,
    finding,
    group_of,
    is_lowered,
    lead,
    past_finding,
)
from client.web.rows.board_rows import GroupRows, RowWords, board_line
from client.web.rows.board_sought import Sought
from client.web.rows.own_words import own_word
from client.web.rows.undo_names import undo_name
from client.web.rows.week_strip import week_strip
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId

PAST_LEAD = (
    "A morning that is past, as it was known on it: what came later is no part of it. Nothing of it can be decided any "
    "more. What is not shared with you now, or was never recorded, is not here either."
)


@dataclass(frozen=True, slots=True)
class Morning:
    """Everybody's morning as one look shows it, by group. is_over: it is past, and shown as it was known on it."""

    day: date
    groups: Mapping[BoardGroup, Sequence[tuple[Athlete, DailyAssessment]]]
    is_over: bool = False

    @property
    def counts(self) -> dict[BoardGroup, int]:
        """How many stand in each group."""
        return {group: len(found) for group, found in self.groups.items()}

    @property
    def everybody(self) -> list[DailyAssessment]:
        """All of them."""
        return [one for found in self.groups.values() for _, one in found]


def router(site: ClubSite) -> APIRouter:
    """Routes of the board."""
    routes = APIRouter()

    @routes.get("/board")
    def board(request: Request, sought: Annotated[Sought, Query()]) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.board(viewer)
        return _page(site, viewer, access, site.uploads.of(site.cookie.read(request)), sought)

    @routes.get("/board/table")
    def table(request: Request, day: date | None = None) -> Response:
        viewer = site.viewer(request)
        morning = _morning(site, site.access_requests.board(viewer), day)
        _note_lights(site, viewer, morning)
        return board_file(_groups(site, viewer, morning, Sought()), morning.day)

    return routes


def _page(site: ClubSite, viewer: Viewer, access: PageAccess, uploads: Sequence[Upload], sought: Sought) -> Response:
    morning = _morning(site, access, sought.day)
    day, counts, is_over = morning.day, morning.counts, morning.is_over
    _note_lights(site, viewer, morning)
    out = [_out_words(*one) for one in morning.groups[BoardGroup.OUT]]
    return site.page(
        "board.html",
        viewer,
        here="/board",
        access=access,
        title="Morning board",
        finding=(past_finding if is_over else finding)(counts, sum(map(is_lowered, morning.everybody))),
        day=weekday_date(day),
        prepared=text.clock_time(site.now()),
        is_past=not is_over and day != site.now().date(),
        is_over=is_over,
        week=week_strip(day, today=site.day(), matches_of=partial(_match_days, site, viewer.squads)),
        plan_today=common_plan(site, viewer.squads, day),
        is_empty=not sum(counts.values()),
        lead=PAST_LEAD if is_over else lead(counts),
        groups=_groups(site, viewer, morning, sought),
        sought=sought,
        out=listed(out) if out else "",
        light_needs=text.LIGHT_NEEDS if counts[BoardGroup.ASK] else "",
        table_query=f"?day={day.isoformat()}" if is_over else "",
        false_red=FALSE_RED_PER_100,
        false_amber=FALSE_AMBER_PER_100,
        imported=newest_import(site, access, uploads),
        clock=text.clocks(access.skew),
    )


def _morning(site: ClubSite, access: PageAccess, wanted: date | None) -> Morning:
    """Everybody's morning: today's, or that of a day before; a day that has not come is today."""
    today = site.day()
    day = min(wanted or today, today)
    context = site.context(day)
    groups: dict[BoardGroup, list[tuple[Athlete, DailyAssessment]]] = {group: [] for group in BoardGroup}
    for athlete in site.listed(access):
        one = site.assessment(access, athlete.athlete, context)
        groups[group_of(one)].append((athlete, one))
    return Morning(day, groups, is_over=day < today)


def _note_lights(site: ClubSite, viewer: Viewer, morning: Morning) -> None:
    """Keep whose light this person is shown today: it stands beside an athlete of whom there is none later."""
    if morning.is_over:
        return
    shown = [one.athlete for one in morning.everybody if one.light is not Light.GREY]
    site.journal.lights_shown.note(viewer.person, shown, morning.day)


def _groups(site: ClubSite, viewer: Viewer, morning: Morning, sought: Sought) -> list[GroupRows]:
    asked = [athlete.athlete for athlete, _ in morning.groups[BoardGroup.ASK]]
    last = site.journal.lights_shown.last(viewer.person, asked, before=morning.day)
    words = RowWords(
        day=morning.day,
        name_of=site.sign_in.name_of,
        clock=lambda at: _local(site, at),
        last_light=lambda athlete: last.get(AthleteId(athlete)),
        undo_of=lambda one: undo_name(one, role=viewer.role, now=site.now()),
        own_word=lambda one: "" if morning.is_over else own_word(site, viewer, one),
        is_over=morning.is_over,
    )
    headings = PAST_HEADINGS if morning.is_over else HEADINGS
    shown = {
        group: [board_line(*one, group, words) for one in found if sought.is_met_by(one[0], group)]
        for group, found in morning.groups.items()
        if group in headings
    }
    return [GroupRows(group.value, *headings[group], rows) for group, rows in shown.items() if rows]


def _out_words(athlete: Athlete, one: DailyAssessment) -> str:
    return f"{athlete.name} ({one.stated})" if one.stated else athlete.name


def _local(site: ClubSite, at: datetime) -> str:
    return text.clock_time(at.astimezone(site.zone))


def _common(site: ClubSite, squads: Collection[str], first: date, last: date) -> OwnPlan:
    reach = [EVERYONE, *(PlanFor(squad) for squad in squads if len(squads) == 1)]
    return OwnPlan(narrowest(site.plans.records.in_effect(first, last, reach), reach))


def _match_days(site: ClubSite, squads: Collection[str], first: date, last: date) -> frozenset[date]:
    return _common(site, squads, first, last).match_days


def common_plan(site: ClubSite, squads: Collection[str], day: date) -> str:
    """Return what is planned on `day` for all of these squads, in words: for everyone, or for the one squad."""
    plan = _common(site, squads, day, day).of_day(day)
    if plan is None or plan.session is None:
        return ""
    kind = "Match today" if plan.match_day else "Plan"
    title = f"{cleaned(plan.title)}, " if plan.title else ""
    return f"{kind}: {title}{text.session(plan.session)}"
