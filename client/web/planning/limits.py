"""A plan beside the limits that coaches were told of: what a day may be at most, and whose day is lowered to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from client.coaching.training_session import above_cap
from client.health.statements import AvailabilityStatements, standing_of
from client.planning.effective import day_loads
from client.planning.plan_for import PlanFor
from client.web.planning.week_plans import WeekPlans
from client.web.planning.week_view import short_day
from policies.vocabulary import AthleteId


def caps_of(statements: AvailabilityStatements, athlete: AthleteId, days: Iterable[date]) -> dict[date, float]:
    """Return the largest load in AU of each of these days that has a limit, as far as limits are stated today."""
    counting = [one for one, gone in statements.history(athlete) if gone is None]
    standing = {day: standing_of(counting, day) for day in days} if counting else {}
    return {day: one.cap_au for day, one in standing.items() if one is not None and one.cap_au is not None}


def above_caps(loads: Mapping[date, float | None], caps: Mapping[date, float]) -> dict[date, str]:
    """Return a sentence for each day that is planned above what a limit leaves, with both numbers."""
    return {
        day: f"{above_cap(load, caps[day])}."
        for day, load in loads.items()
        if load is not None and day in caps and load > caps[day]
    }


def lowered_by_limits(
    statements: AvailabilityStatements, week: WeekPlans, today: date, of: PlanFor | None = None
) -> Sequence[str]:
    """Return a sentence for each day from today on that a limit lowers, of these people or of the members of `of`."""
    people = week.people if of is None else week.members(of)
    days = [day for day in week.days if day >= today]
    found = list[str]()
    for one in sorted(people, key=lambda each: each.name.casefold()):
        caps = caps_of(statements, one.athlete, days)
        loads = day_loads(week.counting(PlanFor(athlete=one.athlete)).sessions, caps)
        said = above_caps(dict(zip(caps, loads, strict=True)), caps)
        found += [f"{one.name}, {short_day(day)}: {text}" for day, text in said.items()]
    return found
