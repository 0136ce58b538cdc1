"""The end dates that a form of the portal may hold."""

from datetime import UTC, date, datetime, time, timedelta

LONGEST = timedelta(days=365)  # to the same day next year: within policies.grant.LONGEST_GRANT at any time of day
SEASON_END = (6, 30)  # ours: proposed end where nothing is shared yet
SHORTEST_PROPOSAL = timedelta(days=30)  # ours: nearer than this, propose a year instead


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
