"""Dates and times as the portal writes them, and the end dates that a form may hold."""

from datetime import UTC, date, datetime, time, timedelta

LONGEST = timedelta(days=365)  # to the same day next year: within policies.grant.LONGEST_GRANT at any time of day
SEASON_END = (6, 30)  # ours: proposed end where nothing is shared yet
SHORTEST_PROPOSAL = timedelta(days=30)  # ours: nearer than this, propose a year instead

_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # fixed words: the page must not follow the server's locale
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def long_date(day: date) -> str:
    """Return "24 November 2026"; a datetime is read in UTC."""
    day = _utc_day(day)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """Return "24 Nov 2026" for tables."""
    day = _utc_day(day)
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def weekday_date(day: date) -> str:
    """Return "Tuesday 24 November 2026"."""
    return f"{_DAYS[_utc_day(day).weekday()]} {long_date(day)}"


def moment(at: datetime) -> str:
    """Return "24 November 2026, 08:14 UTC"."""
    return f"{long_date(at)}, {at.astimezone(UTC):%H:%M} UTC"


def latest_end(today: date) -> date:
    """Return the last day that a grant given today may run to."""
    return today + LONGEST


def proposed_end(today: date) -> date:
    """Return the end proposed for a new choice: the end of the season, or a year where that is near."""
    month, day = SEASON_END
    season = date(today.year, month, day)
    if season < today:
        season = date(today.year + 1, month, day)
    return season if season - today >= SHORTEST_PROPOSAL else latest_end(today)


def end_of_day(day: date) -> datetime:
    """Return the last second of `day` in UTC: a choice holds through the day it names."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def _utc_day(day: date) -> date:
    return day.astimezone(UTC).date() if isinstance(day, datetime) else day
