"""What was done of a plan, only of who may be shown day by day to this reader; of others not enough data."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from client.features.daily import DailyTable
from client.planning.checks import AboveLargest, above_largest, largest_before
from client.planning.plan_for import PlanFor
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.planning.week_plans import WeekPlans
from client.web.site import ClubSite
from policies.vocabulary import AthleteId, Category

LACKING = "not enough data"
LEAST_FOR_A_RANGE = 4  # ours: fewer have no middle half


@dataclass(frozen=True, slots=True)
class DoneLoads:
    """Loads of the week's days by athlete, in AU, of those who may be shown; largest: own largest day of four weeks."""

    today: date
    loads: Mapping[AthleteId, Mapping[date, float]]
    largest: Mapping[AthleteId, float]

    @classmethod
    def of(cls, site: ClubSite, access: PageAccess, people: Iterable[Athlete], days: Sequence[date]) -> "DoneLoads":
        """Read what this look allows."""
        today = site.day()
        shown = [one.athlete for one in people if access.is_daily(one.athlete, Category.TRAINING_LOAD)]
        tables = {athlete: site.table(access, athlete) for athlete in shown}
        known = {athlete: largest_before(table, today) for athlete, table in tables.items()}
        return cls(
            today,
            {athlete: _loads(table, [day for day in days if day <= today]) for athlete, table in tables.items()},
            {athlete: largest for athlete, largest in known.items() if largest is not None},
        )

    def words(self, members: Sequence[Athlete], day: date) -> str:
        """Return what was done on a day in words; "" for a day to come, and today until it is known.

        Of several athletes the median, and of enough the middle half.
        """
        if day > self.today:
            return ""
        known = [load for one in members if (load := self.loads.get(one.athlete, {}).get(day)) is not None]
        if not known:
            return "" if day == self.today else f"done: {LACKING}"
        low, middle, high = (float(value) for value in np.quantile(known, (0.25, 0.5, 0.75)))
        spread = f" ({low:,.0f}–{high:,.0f})" if len(known) >= LEAST_FOR_A_RANGE else ""
        return f"done {middle:,.0f}{spread}"

    def above(self, week: WeekPlans) -> dict[AthleteId, list[AboveLargest]]:
        """Return of each athlete who may be shown the days that are planned above the own largest day."""
        found = {
            athlete: above_largest(
                dict(zip(week.days, week.loads(PlanFor(athlete=athlete), week.days), strict=True)), largest, self.today
            )
            for athlete, largest in self.largest.items()
        }
        return {athlete: days for athlete, days in found.items() if days}


def _loads(table: DailyTable, days: Iterable[date]) -> dict[date, float]:
    series = table.column("load_au")
    known = {day: float(series[table.dates.index(day)]) for day in days if day in table.dates}
    return {day: load for day, load in known.items() if math.isfinite(load)}
