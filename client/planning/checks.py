"""A plan beside what an athlete is used to: days above the own largest day of four weeks (docs/indices.md §7.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from client.coaching.histories import index_of, largest_own_day
from client.features.daily import DailyTable


@dataclass(frozen=True, slots=True)
class AboveLargest:
    """A planned day above every own day of the four weeks before today, in AU."""

    day: date
    planned_au: float
    largest_au: float


def largest_before(table: DailyTable, today: date) -> float | None:
    """Return the largest own day of the 28 days before `today` in AU; None where too little is known."""
    placed = index_of(table, today)
    return None if placed is None else largest_own_day(*placed)


def above_largest(loads: Mapping[date, float | None], largest_au: float | None, today: date) -> list[AboveLargest]:
    """Return the days from today on that are planned above `largest_au`; none where it is not known."""
    if largest_au is None:
        return []
    return [
        AboveLargest(day, load, largest_au)
        for day, load in loads.items()
        if day >= today and load is not None and load > largest_au
    ]
