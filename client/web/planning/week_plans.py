"""The plans of one week for whom one person sees, with the week before, as saved or as they would be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from client.planning.effective import OwnPlan, day_loads, match_days, narrowest
from client.planning.plan_for import EVERYONE, PlanFor, reaching
from client.planning.planner import Planner
from client.planning.records import Planned, PlannedRow
from client.planning.week import AFTER_D, BEFORE_D, WeekFigures, change, days_of_week, match_label, week_figures
from client.vault.store import Athlete
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class WeekPlans:
    """Plans by whom they are for. begins: a Monday. people: the athletes one person sees; groups: of each its name."""

    begins: date
    people: Sequence[Athlete]
    groups: Mapping[AthleteId, str]
    plans: Mapping[PlanFor, Planned]

    @classmethod
    def of(cls, planner: Planner, people: Sequence[Athlete], begins: date) -> "WeekPlans":
        """Read the plans of the week, of the one before, and of the days around in which a match has a name."""
        span = begins - timedelta(days=7), begins + timedelta(days=6 + BEFORE_D)
        groups = planner.groups.of([one.athlete for one in people])
        asked = [EVERYONE, *planner.of_people(people)]
        return cls(begins, people, groups, planner.records.in_effect(*span, asked))

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days."""
        return days_of_week(self.begins)

    @property
    def days_before(self) -> tuple[date, ...]:
        """The seven days before them."""
        return days_of_week(self.begins - timedelta(days=7))

    def with_rows(self, rows: Iterable[PlannedRow]) -> "WeekPlans":
        """Return the plans as they would be with these rows."""
        plans = {whom: dict(sessions) for whom, sessions in self.plans.items()}
        for row in rows:
            sessions = plans.setdefault(row.whom, {})
            sessions.pop((row.day, row.slot), None)
            if row.session is not None:
                sessions[row.day, row.slot] = row.session
        return replace(self, plans=plans)

    def set_for(self, whom: PlanFor) -> Planned:
        """Return what was set for exactly these."""
        return self.plans.get(whom, {})

    def counting(self, whom: PlanFor) -> OwnPlan:
        """Return what counts for a squad, a group or an athlete."""
        return OwnPlan(narrowest(self.plans, self._reaching(whom)))

    def loads(self, whom: PlanFor, days: Sequence[date]) -> list[float | None]:
        """Return the planned load of each day that counts for them, in AU; None without a plan."""
        return day_loads(self.counting(whom).sessions, days)

    def figures(self, whom: PlanFor) -> tuple[WeekFigures, WeekFigures, float | None]:
        """Return the figures of the week, of the one before, and the change of the sum."""
        this, last = (week_figures(self.loads(whom, days)) for days in (self.days, self.days_before))
        return this, last, change(this, last)

    def label(self, day: date, whom: PlanFor | None = None) -> str:
        """Return a day's place beside the matches of `whom`, or of all squads and groups."""
        asked = [whom] if whom is not None else [one for one in self.plans if one.athlete is None]
        matches = {match for one in asked for match in match_days(self.counting(one).sessions)}
        near = [match for match in matches if -AFTER_D <= (match - day).days <= BEFORE_D]
        return match_label(day, near)

    def members(self, whom: PlanFor) -> list[Athlete]:
        """Return who is in a squad or a group, or the one athlete."""
        if whom.athlete is not None:
            return [one for one in self.people if one.athlete == whom.athlete]
        in_squad = [one for one in self.people if one.squad == whom.squad]
        return [one for one in in_squad if not whom.group or self.groups.get(one.athlete) == whom.group]

    def is_known(self, whom: PlanFor) -> bool:
        """True for a squad, a group or an athlete of these people."""
        if whom.group:
            return any(one.squad == whom.squad and self.groups.get(one.athlete) == whom.group for one in self.people)
        return bool(self.members(whom))

    def choices(self) -> list[tuple[str, str]]:
        """Return whom a plan can be for, as a form offers them: squads, groups, then athletes by name."""
        squads = sorted({one.squad for one in self.people})
        groups = sorted({(one.squad, self.groups[one.athlete]) for one in self.people if one.athlete in self.groups})
        people = sorted(self.people, key=lambda one: one.name.casefold())
        found = [PlanFor(squad) for squad in squads] + [PlanFor(*group) for group in groups]
        found += [PlanFor(athlete=one.athlete) for one in people]
        return [(one.key, self.name(one)) for one in found]

    def name(self, whom: PlanFor) -> str:
        """Return how a page names them."""
        if whom.athlete is not None:
            return next((one.name for one in self.people if one.athlete == whom.athlete), "")
        return whom.group or squad_name(whom.squad)

    def _reaching(self, whom: PlanFor) -> Sequence[PlanFor]:
        if whom.athlete is not None:
            squad = next((one.squad for one in self.people if one.athlete == whom.athlete), "")
            return reaching(whom.athlete, squad, self.groups.get(whom.athlete, ""))
        wide = [EVERYONE, PlanFor(whom.squad)] if whom.squad else [EVERYONE]
        return [*wide, whom] if whom.group else wide


def squad_name(squad: str) -> str:
    """Return for example "First team"."""
    words = squad.replace("-", " ")
    return words[:1].upper() + words[1:]
