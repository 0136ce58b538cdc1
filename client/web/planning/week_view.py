"""The week as the page shows it: a line for each squad, group and athlete with a plan of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.hidden_characters import cleaned
from chassis.text import listed, plural, weekday
from client.planning.effective import day_load
from client.planning.plan_for import PlanFor, in_order
from client.planning.sessions import PlannedSession
from client.planning.week import WeekFigures
from client.vault.store import Athlete
from client.web.planning.done import DoneLoads
from client.web.planning.week_plans import WeekPlans

NO_PLAN = "No plan"


@dataclass(frozen=True, slots=True)
class DayHead:
    """A day over its column: "Tue 24", "D−4", and whether it is today."""

    day: str
    label: str
    is_today: bool

    @property
    def whole(self) -> str:
        """Both in one, for a card on a phone."""
        return f"{self.day}, {self.label}" if self.label else self.day


@dataclass(frozen=True, slots=True)
class PlanCell:
    """One day of one line. load: "480 AU", "Rest" or "No plan"; done: "" for a day to come."""

    load: str
    title: str
    done: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the table. key: whom it is for, as the form names them."""

    key: str
    name: str
    about: str
    cells: Sequence[PlanCell]
    week: str
    week_about: str
    change: str
    monotony: str


def heads(week: WeekPlans, today: date) -> list[DayHead]:
    """Return the days over the columns."""
    return [DayHead(short_day(day), week.label(day), day == today) for day in week.days]


def short_day(day: date) -> str:
    """Return for example "Tue 24"."""
    return f"{weekday(day)[:3]} {day.day}"


def group_lines(week: WeekPlans, done: DoneLoads) -> list[PlanLine]:
    """Return a line for each squad, and for each group that has a plan of its own."""
    squads = {PlanFor(one.squad) for one in week.people}
    groups = {PlanFor(one.squad, week.groups[one.athlete]) for one in week.people if one.athlete in week.groups}
    return [_line(week, done, one) for one in in_order(squads | groups)]


def own_lines(week: WeekPlans, done: DoneLoads) -> list[PlanLine]:
    """Return a line for each athlete with a session of their own this week."""
    own = [one for one in week.plans if one.athlete and any(day in week.days for day, _ in week.set_for(one))]
    return [_line(week, done, one) for one in sorted(own, key=lambda one: week.name(one).casefold())]


def every_line(week: WeekPlans, done: DoneLoads) -> list[PlanLine]:
    """Return a line for each athlete, by name: what counts for them, and what was done."""
    people = sorted(week.people, key=lambda one: (one.name.casefold(), one.athlete))
    return [_line(week, done, PlanFor(athlete=one.athlete)) for one in people]


def _line(week: WeekPlans, done: DoneLoads, whom: PlanFor) -> PlanLine:
    members, counting = week.members(whom), week.counting(whom)
    this, _, change = week.figures(whom)
    return PlanLine(
        key=whom.key,
        name=week.name(whom),
        about=_about(whom, members, week),
        cells=[_cell(counting.on(day), done.words(members, day), day == done.today) for day in week.days],
        week=f"{this.total_au:,.0f}" if this.planned else "none",
        week_about=_unplanned(this),
        change=change_words(change),
        monotony=monotony_words(this),
    )


def _about(whom: PlanFor, members: Sequence[Athlete], week: WeekPlans) -> str:
    if whom.athlete is None:
        return plural(len(members), "athlete", "athletes")
    return week.groups.get(whom.athlete, "")


def _cell(sessions: Sequence[PlannedSession], done: str, is_today: bool) -> PlanCell:
    if not sessions:
        return PlanCell(NO_PLAN, "", done, is_today)
    load = day_load(sessions).load_au
    titles = [cleaned(one.title) or ("Match" if one.match else "") for one in sessions]
    is_rest = all(one.is_rest for one in sessions)
    words = "Rest" if is_rest else f"{load:,.0f} AU"
    shown = [title for title in titles if title and not (is_rest and title.casefold() == "rest")]
    return PlanCell(words, ", then ".join(shown), done, is_today)


def _unplanned(figures: WeekFigures) -> str:
    if figures.planned in (0, 7):
        return ""
    return f"{plural(7 - figures.planned, 'day', 'days')} without a plan"


def change_words(change: float | None) -> str:
    """Return "+12 %", "−3 %", "0 %", or that there is nothing to compare."""
    if change is None:
        return "no comparison"
    number = round(100 * change)
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{abs(number)} %"


def monotony_words(figures: WeekFigures) -> str:
    """Return the monotony of a week with one digit, or that it is not defined."""
    return "not defined" if figures.monotony is None else f"{figures.monotony:.1f}"


def largest_words(figures: WeekFigures, loads: Sequence[float | None], days: Sequence[date]) -> str:
    """Return the load of the largest day and which it is."""
    if figures.largest is None:
        return "none"
    return f"{loads[figures.largest] or 0:,.0f} AU, {short_day(days[figures.largest])}"


def names_words(names: Sequence[str], most: int = 6) -> str:
    """Return some names in a sentence, and how many more there are."""
    if len(names) <= most:
        return listed(names)
    return listed([*names[:most], f"{len(names) - most} more"])
