"""What a change of the plan does: the week before it and with it, and who would be above their own largest day."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.text import short_date
from client.planning.plan_for import PlanFor
from client.planning.week import WeekFigures
from client.web.planning.done import DoneLoads
from client.web.planning.week_plans import WeekPlans
from client.web.planning.week_view import change_words, largest_words, monotony_words, short_day


@dataclass(frozen=True, slots=True)
class WeekEffect:
    """One figure of the week as it stands, and as it would be."""

    what: str
    before: str
    after: str

    @property
    def is_other(self) -> bool:
        """True where the change makes a difference."""
        return self.before != self.after


def effects(week: WeekPlans, changed: WeekPlans, whom: PlanFor) -> list[WeekEffect]:
    """Return sum, change, monotony and largest day, before and with the change."""
    before, after = _words(week, whom), _words(changed, whom)
    return [WeekEffect(what, before[what], after[what]) for what in before]


def _words(week: WeekPlans, whom: PlanFor) -> dict[str, str]:
    this, last, change = week.figures(whom)
    return {
        "Week": total_words(this),
        "Against the week before": change_words(change),
        "The week before": total_words(last),
        "Monotony": monotony_words(this),
        "Largest day": largest_words(this, week.loads(whom, week.days), week.days),
    }


def total_words(figures: WeekFigures) -> str:
    """Return the sum of a week, and over how many days it goes where some have no plan."""
    if figures.planned == 0:
        return "no plan"
    days = "" if figures.planned == 7 else f" on {figures.planned} of 7 days"
    return f"{figures.total_au:,.0f} AU{days}"


def finding(week: WeekPlans, changed: WeekPlans, whom: PlanFor | None) -> str:
    """Return the title: what the week adds up to, or would with a change that is not saved."""
    if whom is None:
        return "There is nobody to plan for yet"
    name = week.name(whom)
    this, _, change = changed.figures(whom)
    if this.planned == 0:
        return f"{name}: no plan for this week yet"
    compared = "" if change is None else f", {_compared(change)}"
    if changed is not week and changed.plans != week.plans:
        return f"Not saved yet. {name}: {total_words(this)} planned{compared}"
    return f"{name}: {total_words(this)} planned{compared}"


def _compared(change: float) -> str:
    number = round(100 * abs(change))
    if number == 0:
        return "as much as the week before"
    return f"{number} % {'more' if change > 0 else 'less'} than the week before"


def warnings(week: WeekPlans, done: DoneLoads, of: PlanFor | None = None) -> Sequence[str]:
    """Return a sentence for each planned day above the own largest day of four weeks, of whom may be shown.

    of: only the athletes of this squad or group, or this athlete.
    """
    members = {one.athlete for one in (week.people if of is None else week.members(of))}
    names = {one.athlete: one.name for one in week.people}
    found = done.above(week)
    return [
        f"{names[athlete]}, {short_day(one.day)}: {one.planned_au:,.0f} AU is above the largest own day of the four "
        f"weeks to {short_date(done.today)}, {one.largest_au:,.0f} AU."
        for athlete in sorted(found, key=lambda one: names[one].casefold())
        if athlete in members
        for one in found[athlete]
    ]
