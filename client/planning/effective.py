"""What is planned for one athlete: of each session the narrowest plan counts; a day is the sum of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from client.coaching.training_session import LARGEST_LOAD_AU, PlanSource, SessionPlan, TrainingSession
from client.planning.plan_for import PlanFor
from client.planning.records import Planned, Slot
from client.planning.sessions import PlannedSession


def narrowest(plans: Mapping[PlanFor, Planned], reached_by: Sequence[PlanFor]) -> dict[Slot, PlannedSession]:
    """Return the sessions that count. reached_by: the plans that reach whoever is asked about, the widest first."""
    found: dict[Slot, PlannedSession] = {}
    for whom in reached_by:
        found.update(plans.get(whom, {}))
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """The sessions that count for one athlete over some days."""

    sessions: Planned

    def on(self, day: date) -> list[PlannedSession]:
        """Return the sessions of a day in their order."""
        return [one for (planned, _), one in self.sessions.items() if planned == day]

    def of_day(self, day: date) -> SessionPlan | None:
        """Return a day as it is assessed: the one session, or the sum of several; None without a plan."""
        found = self.on(day)
        if not found:
            return None
        title = ", then ".join(one.title for one in found if one.title)
        is_match, starts = any(one.match for one in found), self.first_start(day)
        return SessionPlan(day_load(found), PlanSource.SET, title, is_match, starts=starts)

    @property
    def match_days(self) -> frozenset[date]:
        """The days with a match."""
        return match_days(self.sessions)

    def first_start(self, day: date) -> time | None:
        """Return when the first session of a day starts, where one of them says so."""
        return min((one.starts for one in self.on(day) if one.starts is not None), default=None)


def match_days(sessions: Planned) -> frozenset[date]:
    """Return the days of a plan with a match."""
    return frozenset(day for (day, _), one in sessions.items() if one.match)


def day_load(found: Sequence[PlannedSession]) -> TrainingSession:
    """Return the one session of a day, or the sum of the loads of several, of which there is no one effort."""
    if len(found) == 1:
        return found[0].load
    return TrainingSession(min(sum(one.load.load_au for one in found), LARGEST_LOAD_AU))


def day_loads(sessions: Planned, days: Iterable[date]) -> list[float | None]:
    """Return the planned load of each day in AU; None for a day without a plan, which is not rest."""
    own = OwnPlan(sessions)
    return [day_load(found).load_au if (found := own.on(day)) else None for day in days]
