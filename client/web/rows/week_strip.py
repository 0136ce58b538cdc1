"""The week above the board: seven days around the one that is shown, none after today, and which are match days."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from chassis.text import long_date, weekday

DAYS = 7


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day of the strip. is_shown: the board is about it."""

    href: str
    weekday: str
    number: int
    full: str
    is_match: bool
    is_shown: bool


def week_strip(shown: date, *, today: date, matches_of: Callable[[date, date], Collection[date]]) -> list[WeekDay]:
    """Return the days, oldest first: those around the day that is shown, none after today.

    matches_of: the match days from one day to another, both included.
    """
    last = min(today, shown + timedelta(days=DAYS // 2))
    days = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    matches = matches_of(days[0], days[-1])
    return [
        WeekDay(
            href="/board" if day == today else f"/board?day={day.isoformat()}",
            weekday=weekday(day)[:3],
            number=day.day,
            full=long_date(day),
            is_match=day in matches,
            is_shown=day == shown,
        )
        for day in days
    ]
