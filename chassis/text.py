"""Numbers, dates and lists as every page writes them: fixed English words, whatever the server's locale.

Where a function takes a day, a datetime is read in UTC.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

LONGEST_ECHO = 40
_MONTHS = (
    "January February March April May June July August September October November December"  # fixed, not the locale's
).split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SMALL = "no one two three four five six seven eight nine ten".split()


def long_date(day: date) -> str:
    """Return for example "24 November 2026"."""
    day = _utc_day(day)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, *, this_year: int | None = None) -> str:
    """Return for example "24 Nov 2026", or "24 Nov" if it is in `this_year`."""
    day = _utc_day(day)
    text = f"{day.day} {_MONTHS[day.month - 1][:3]}"
    return text if day.year == this_year else f"{text} {day.year}"


def weekday(day: date) -> str:
    """Return for example "Tuesday"."""
    return _WEEKDAYS[_utc_day(day).weekday()]


def weekday_date(day: date) -> str:
    """Return for example "Tuesday 24 November 2026"."""
    return f"{weekday(day)} {long_date(day)}"


def date_range(first: date, last: date) -> str:
    """Return for example "1 to 30 November 2026", as short as both days allow."""
    first, last = _utc_day(first), _utc_day(last)
    if first == last:
        return long_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {long_date(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} to {long_date(last)}"
    return f"{long_date(first)} to {long_date(last)}"


def month_of_year(day: date) -> str:
    """Return for example "November 2026"."""
    day = _utc_day(day)
    return f"{_MONTHS[day.month - 1]} {day.year}"


def moment(at: datetime) -> str:
    """Return for example "24 November 2026, 06:00 UTC"."""
    return f"{long_date(at)}, {at.astimezone(UTC):%H:%M} UTC"


def moment_of(timestamp_s: int) -> datetime | None:
    """Return a POSIX time; None for 0, which states no time, and for one that no calendar has."""
    try:
        return datetime.fromtimestamp(timestamp_s, UTC) if timestamp_s else None
    except (OverflowError, ValueError, OSError):
        return None


def thousands(number: int) -> str:
    """Return for example "48,213"."""
    return f"{number:,}"


def spelled(number: int) -> str:
    """Return a small number as a word, "no" for none; larger ones in figures."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else thousands(number)


def plural(number: int, one: str, many: str) -> str:
    """Return for example "1 entry" or "48,213 entries"."""
    return f"{thousands(number)} {one if number == 1 else many}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return for example "no requests", "one request" or "10 requests": a word below ten, figures from there on."""
    word = spelled(number) if number < 10 else thousands(number)
    return f"{word} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def sentence(text: str) -> str:
    """Return the text with a capital first letter; the rest keeps its case."""
    return text[:1].upper() + text[1:]


def shortened(text: str) -> str:
    """Return what somebody typed, short enough for a message."""
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}…"


def _utc_day(day: date) -> date:
    return day.astimezone(UTC).date() if isinstance(day, datetime) else day
