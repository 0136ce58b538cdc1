"""Times of Fitbit exports, in the three forms they have: ISO, ISO with a space, and month/day/year of the download."""

import re
from datetime import UTC, datetime

from client.biometrics.quality import QualityCounters
from client.ingest.clock import LocalClock, Moment

OWN_FORM = "%m/%d/%y"
"""How the form of days in the download begins; one with four figures of the year is that of a spreadsheet."""
# The download writes 01/31/26, with or without a time of day; the month always stands first.
_DATE, _CLOCK = r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AP])M)?"
_MONTH_FIRST = re.compile(rf"{_DATE}(?:[ ,T]+{_CLOCK})?", re.IGNORECASE)


def local_time(field: object, clock: LocalClock, counters: QualityCounters) -> Moment | None:
    """Place a time that is local unless it carries an offset: sleep, resting heart rate, scores."""
    found = _parsed(field, counters)
    return None if found is None else clock.of(found, counters)


def utc_time(field: object, clock: LocalClock, counters: QualityCounters) -> Moment | None:
    """Place a time that is UTC unless it carries an offset: exercises (docs/ingest.md §6.2)."""
    found = _parsed(field, counters)
    if found is None:
        return None
    return clock.of(found, counters) if found.tzinfo else clock.placed(found.replace(tzinfo=UTC), counters)


def _parsed(field: object, counters: QualityCounters) -> datetime | None:
    try:
        text = field.strip() if isinstance(field, str) else ""
        match = _MONTH_FIRST.fullmatch(text)
        return _month_first(match) if match else datetime.fromisoformat(text)
    except ValueError:
        counters.count("dropped:time_unreadable")
        return None


def _month_first(match: re.Match[str]) -> datetime:
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    half = (match[7] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("an hour of a half day is 1 to 12")
        hour = hour % 12 + (12 if half == "P" else 0)
    return datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second)  # noqa: DTZ001 - placed by the caller
