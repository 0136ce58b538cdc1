"""The week plan: what is planned and done for whom, a week to change with what it would add up to, and its undoing.

Opening it is a look at the load of everyone on it. Saving shows nothing, and is logged as the plan that it sets.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.clubs import ClubPageOpened, PlanSet
from audit.entries.details.codes import ClubPage
from chassis.text import date_range, sentence, weekday_date
from chassis.web.page_errors import Closed
from client.coaching.training_session import BadPlan
from client.planning.csv_file import days_of, write_plan
from client.planning.plan_for import EVERYONE, PlanFor
from client.planning.records import PlanSave, Slot
from client.planning.sessions import MOST_SLOTS, SessionText
from client.planning.week import days_of_week, week_begins
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.planning.addresses import plan_address
from client.web.planning.done import DoneLoads
from client.web.planning.effects import effects, finding, warnings
from client.web.planning.grouping import Grouping, GroupSent, grouping, put_group
from client.web.planning.limits import caps_of, lowered_by_limits
from client.web.planning.said_before import past_saves, undoable
from client.web.planning.week_form import (
    DRILLS_HINT,
    WeekRead,
    WeekSent,
    copied,
    form_rows,
    other_weeks,
    read_week,
    texts_of,
)
from client.web.planning.week_plans import WeekPlans
from client.web.planning.week_view import every_line, group_lines, heads, own_lines
from client.web.site import ClubSite, to
from client.web.viewer import Viewer


class WeekSought(BaseModel):
    """What of the plan is looked at, from its address. copy: a day of the week whose plan fills the form."""

    model_config = ConfigDict(frozen=True)

    week: date | None = None
    who: str = Field(default="", max_length=100)
    copy_of: date | None = Field(default=None, alias="copy")
    sessions: int = Field(default=1, ge=1, le=MOST_SLOTS)
    group: str = Field(default="", max_length=100)


class PlanUndoSent(BaseModel):
    """What the form of undoing said. save: the name of the act."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    week: date
    who: str = Field(default="", max_length=100)
    save: str = Field(max_length=32)


@dataclass(frozen=True, slots=True)
class WeekDraft:
    """A week that is being changed. read: None before anything was sent. copied: the week that filled it, if any."""

    whom: PlanFor
    texts: Mapping[Slot, SessionText]
    read: WeekRead | None = None
    save: str = ""
    sessions: int = 1
    is_saving: bool = False
    copied: date | None = None


def router(site: ClubSite) -> APIRouter:
    """Routes of the plan."""
    routes = APIRouter()

    @routes.get("/plan")
    def page(request: Request, sought: Annotated[WeekSought, Query()]) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.squad(viewer, ClubPage.WEEK_PLAN)
        people = site.listed(access)
        week = _week(site, people, sought.week)
        return _page(site, viewer, access, week, _draft(site, week, sought), groups=grouping(week, sought.group))

    @routes.get("/plan/table")
    def table(request: Request, sought: Annotated[WeekSought, Query()]) -> Response:
        viewer = site.viewer(request)
        site.consent.event(ClubPageOpened(page=ClubPage.WEEK_PLAN, person=viewer.person, role=viewer.role))
        return _table(_week(site, _people(site, viewer), sought.week))

    @routes.post("/plan/week")
    def change(request: Request, sent: Annotated[WeekSent, Form()]) -> Response:
        return _changed(site, site.poster(request, sent.csrf), sent)

    @routes.post("/plan/groups")
    def group(request: Request, sent: Annotated[GroupSent, Form()]) -> Response:
        return _grouped(site, site.poster(request, sent.csrf), sent)

    @routes.post("/plan/undo")
    def undo(request: Request, sent: Annotated[PlanUndoSent, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        _undo(site, viewer, sent)
        return to(plan_address(week_begins(sent.week), who=sent.who))

    return routes


def _people(site: ClubSite, viewer: Viewer) -> list[Athlete]:
    """The athletes of this person's squads, for a deed that shows nothing of them."""
    return [one for one in site.vault.athletes() if one.squad in viewer.squads]


def _week(site: ClubSite, people: Sequence[Athlete], day: date | None) -> WeekPlans:
    return WeekPlans.of(site.plans, people, week_begins(day or site.day()))


def _target(week: WeekPlans, who: str) -> PlanFor | None:
    """Whom the form is for: a squad, group or athlete of this person; None for nobody of theirs."""
    try:
        whom = PlanFor.of(who)
    except BadPlan:
        return None
    return whom if whom != EVERYONE and week.is_known(whom) else None


def _draft(site: ClubSite, week: WeekPlans, sought: WeekSought) -> WeekDraft | None:
    """The form as it is opened: what is set, or the plan of another week."""
    if not week.people:
        return None
    whom = _target(week, sought.who) or PlanFor(min(one.squad for one in week.people))
    texts = texts_of(whom, week)
    if sought.copy_of is None:
        return WeekDraft(whom, texts, sessions=sought.sessions)
    source = _week(site, week.people, sought.copy_of)
    texts = {**texts, **copied(whom, source, week)}
    as_sent = WeekSent.of(texts, week.begins, whom.key)
    read = _read(site, as_sent, whom, week)
    return WeekDraft(whom, texts, read, sessions=sought.sessions, copied=week_begins(sought.copy_of))


def _changed(site: ClubSite, viewer: Viewer, sent: WeekSent) -> Response:
    """Save what the form says, or show it with what it would add up to, or with what is to be put right."""
    week = _week(site, _people(site, viewer), sent.week)
    whom = _target(week, sent.who)
    if whom is None:
        raise Closed
    read = _read(site, sent, whom, week)
    if sent.do == "save" and read.rows and not read.wrong:
        _save(site, viewer, whom, read, sent.save)
        return to(plan_address(week.begins, who=whom.key))
    access = site.access_requests.squad(viewer, ClubPage.WEEK_PLAN)
    shown = _week(site, site.listed(access), sent.week)
    slots = max((slot for _, slot in sent.texts()), default=1)
    draft = WeekDraft(whom, sent.texts(), read, sent.save, slots, is_saving=sent.do == "save")
    problems = read.problems if draft.is_saving or read.wrong else []
    return _page(site, viewer, access, shown, draft, groups=grouping(shown, ""), problems=problems)


def _read(site: ClubSite, sent: WeekSent, whom: PlanFor, week: WeekPlans) -> WeekRead:
    caps = caps_of(site.statements, whom.athlete, week.days) if whom.athlete else {}
    return read_week(sent, whom, week, site.day(), caps)


def _grouped(site: ClubSite, viewer: Viewer, sent: GroupSent) -> Response:
    """Put athletes into a group, or show the form with what is to be put right."""
    try:
        name = put_group(site, viewer, sent)
    except BadPlan as error:
        wrong = sentence(str(error)) + "."
    else:
        return to(f"{plan_address(week_begins(sent.week), group=name)}#groups")
    access = site.access_requests.squad(viewer, ClubPage.WEEK_PLAN)
    week = _week(site, site.listed(access), sent.week)
    again = grouping(week, sent.group, chosen=sent.member, wrong=wrong)
    problems = [{"field": "group", "text": wrong}]
    return _page(site, viewer, access, week, _draft(site, week, WeekSought()), groups=again, problems=problems)


def _save(site: ClubSite, viewer: Viewer, whom: PlanFor, read: WeekRead, name: str) -> None:
    """Have the log take the event first, then store; a form sent twice is one act."""
    days = days_of(read.rows)
    _log(site, viewer, whom, days)
    save = PlanSave(name or secrets.token_hex(16), site.clock(), viewer.person, viewer.role)
    site.plans.records.save(save, read.rows)


def _log(site: ClubSite, viewer: Viewer, whom: PlanFor, days: Sequence[date]) -> None:
    site.consent.event(PlanSet(day=days[0], until=days[-1], athlete=whom.athlete, person=viewer.person))


def _undo(site: ClubSite, viewer: Viewer, sent: PlanUndoSent) -> None:
    """Undo a save that may be undone now; anything else changes nothing."""
    week = _week(site, _people(site, viewer), sent.week)
    one = undoable(site, week)
    if one is None or one.save.name != sent.save:
        return
    for whom in one.whom:
        _log(site, viewer, whom, one.days)
    undoing = PlanSave(secrets.token_hex(16), site.clock(), viewer.person, viewer.role, undoes=one.save.name)
    site.plans.records.save(undoing)


def _table(week: WeekPlans) -> Response:
    plans = {
        whom: {slot: one for slot, one in sessions.items() if slot[0] in week.days}
        for whom, sessions in week.plans.items()
    }
    headers = {"Content-Disposition": f'attachment; filename="plan-{week.begins.isoformat()}.csv"'}
    text = write_plan({whom: held for whom, held in plans.items() if held}, week.name)
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _page(
    site: ClubSite,
    viewer: Viewer,
    access: PageAccess,
    week: WeekPlans,
    draft: WeekDraft | None,
    *,
    groups: Grouping,
    problems: Sequence[Mapping[str, str]] = (),
) -> Response:
    today = site.day()
    read = draft.read if draft else None
    changed = week.with_rows(read.rows) if read else week
    done = DoneLoads.of(site, access, week.people, week.days)
    return site.page(
        "plan.html",
        viewer,
        here="/plan",
        access=access,
        status=422 if problems else 200,
        title="Plan",
        finding=finding(week, changed, draft.whom if draft else None),
        day=weekday_date(today),
        is_past=today != site.now().date(),
        span=date_range(week.days[0], week.days[-1]),
        before=_neighbour(week, -1, draft),
        after=_neighbour(week, 1, draft),
        heads=heads(week, today),
        groups=group_lines(week, done),
        own=own_lines(week, done),
        everybody=every_line(week, done),
        above=warnings(week, done),
        lowered=lowered_by_limits(site.statements, week, today),
        problems=problems,
        saves=past_saves(site, week),
        undo=undoable(site, week),
        begins=week.begins.isoformat(),
        grouping=groups,
        **(_form(site, week, changed, draft, done) if draft else {"form": None}),
    )


def _neighbour(week: WeekPlans, weeks: int, draft: WeekDraft | None) -> dict[str, str]:
    begins = week.begins + timedelta(days=7 * weeks)
    who = draft.whom.key if draft else ""
    return {"href": plan_address(begins, who=who), "text": date_range(begins, days_of_week(begins)[-1])}


def _form(site: ClubSite, week: WeekPlans, changed: WeekPlans, draft: WeekDraft, done: DoneLoads) -> dict[str, object]:
    """The form of the week, and what the change does."""
    whom, read, earlier, more = draft.whom, draft.read, other_weeks(week.begins), draft.sessions + 1
    rows = form_rows(
        whom, changed, draft.texts, today=site.day(), most=draft.sessions, wrong=read.wrong if read else None
    )
    is_changed = read is not None and bool(read.rows)
    return {
        "form": rows,
        "whom": whom.key,
        "whom_name": week.name(whom),
        "choices": week.choices(),
        "weeks": [(one.isoformat(), date_range(one, days_of_week(one)[-1])) for one in earlier],
        "copied": draft.copied.isoformat() if draft.copied else "",
        "last_week": plan_address(week.begins, who=whom.key, copy=earlier[0].isoformat()),
        "second": "" if more > MOST_SLOTS else plan_address(week.begins, who=whom.key, sessions=more),
        "save_name": draft.save or secrets.token_hex(16),
        "is_changed": is_changed,
        "is_same": read is not None and not read.rows and not read.wrong,
        "effects": effects(week, changed, whom),
        "would_be_lowered": lowered_by_limits(site.statements, changed, site.day(), whom) if is_changed else [],
        "would_be_above": warnings(changed, done, of=whom) if is_changed else [],
        "drills_hint": DRILLS_HINT,
    }
