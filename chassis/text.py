"""Numbers, dates and times as the auditor's pages write them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

FEWEST_SHOWN = 10
"""Counts below this are not shown (ours; docs/pages.md §6)."""
LONGEST_ECHO = 40
_MONTHS = (
    "January February March April May June July August September October November December"  # fixed, not the locale's
).split()
_SMALL = "no one two three four five six seven eight nine ten".split()


def long_date(day: date) -> str:
    """Return for example "24 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, *, this_year: int | None = None) -> str:
    """Return for example "24 Nov 2026", or "24 Nov" if it is in `this_year`."""
    text = f"{day.day} {_MONTHS[day.month - 1][:3]}"
    return text if day.year == this_year else f"{text} {day.year}"


def period(first: date, last: date) -> str:
    """Return for example "1 to 30 November 2026", as short as both days allow."""
    if first == last:
        return long_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {long_date(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} to {long_date(last)}"
    return f"{long_date(first)} to {long_date(last)}"


def month(day: date) -> str:
    """Return for example "November 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def moment(at: datetime) -> str:
    """Return for example "24 November 2026, 06:00 UTC"."""
    at = at.astimezone(UTC)
    return f"{long_date(at.date())}, {at:%H:%M} UTC"


def moment_of(timestamp_s: int) -> datetime | None:
    """Return a POSIX time; None for 0, which states no time, and for one that no calendar has."""
    try:
        return datetime.fromtimestamp(timestamp_s, UTC) if timestamp_s else None
    except (OverflowError, ValueError, OSError):
        return None


def thousands(number: int) -> str:
    """Return for example "48,213"."""
    return f"{number:,}"


def count(number: int) -> str:
    """Return the number in words that hide small cells: "fewer than 10" below ten."""
    return thousands(number) if number >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"


def spelled(number: int) -> str:
    """Return a small number as a word, "no" for none; larger ones in figures."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else thousands(number)


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def plural(number: int, one: str, many: str) -> str:
    """Return for example "1 entry" or "48,213 entries"."""
    return f"{thousands(number)} {one if number == 1 else many}"


def shortened(text: str) -> str:
    """Return what somebody typed, short enough for a message."""
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}…"
