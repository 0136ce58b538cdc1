"""Who planned what of a week, and which act may be undone now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.text import date_range, weekday_date
from client.coaching.check_in import can_undo
from client.planning.plan_for import EVERYONE
from client.planning.planner import Planner
from client.planning.records import AT_TERMINAL, PlanSave, SaveInHistory
from client.web import text
from client.web.planning.week_plans import WeekPlans
from client.web.site import ClubSite
from client.web.viewer import ROLE_NAMES


@dataclass(frozen=True, slots=True)
class PastSave:
    """An act of planning in words. undone: by whom and when, "" while it counts."""

    who: str
    at: str
    what: str
    undone: str


def past_saves(site: ClubSite, week: WeekPlans) -> list[PastSave]:
    """Return who planned what of this week, newest first."""
    return [_words(site, week, one) for one in _history(site.plans, week)]


def undoable(site: ClubSite, week: WeekPlans) -> SaveInHistory | None:
    """Return the newest act that may be undone: on its own day, and only by whom all of it is theirs to plan."""
    for one in _history(site.plans, week):
        if one.undone is None:
            is_theirs = all(week.is_known(whom) for whom in site.plans.records.whom_of(one.save.name))
            return one if is_theirs and can_undo(one.save.at, now=site.now()) else None
    return None


def _history(planner: Planner, week: WeekPlans) -> Sequence[SaveInHistory]:
    asked = [EVERYONE, *planner.of_people(week.people)]
    return planner.records.history(week.days[0], week.days[-1], asked)


def _words(site: ClubSite, week: WeekPlans, one: SaveInHistory) -> PastSave:
    names = ", ".join("everyone" if whom == EVERYONE else week.name(whom) for whom in one.whom)
    undone = f"undone by {_who(site, one.undone)}, {_at(site, one.undone.at)}" if one.undone else ""
    what = f"{names}: {date_range(one.days[0], one.days[-1])}"
    return PastSave(_who(site, one.save), _at(site, one.save.at), what, undone)


def _who(site: ClubSite, save: PlanSave) -> str:
    if save.person == AT_TERMINAL or save.role is None:
        return "at the node’s own terminal"
    return f"{site.sign_in.name_of(save.person)}, {ROLE_NAMES[save.role].lower()}"


def _at(site: ClubSite, at: datetime) -> str:
    local = at.astimezone(site.zone)
    return f"{weekday_date(local.date())}, {text.clock_time(local)}"
