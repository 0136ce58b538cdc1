"""Numbers and dates as the auditor's pages write them."""

from datetime import date

FEWEST_SHOWN = 10
"""Counts below this are not shown (UI §12)."""
_MONTHS = (
    "January February March April May June July August September October November December"  # fixed, not the locale's
).split()


def long_date(day: date) -> str:
    """Return for example "24 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, *, this_year: int | None = None) -> str:
    """Return for example "24 Nov 2026", or "24 Nov" if it is in `this_year`."""
    text = f"{day.day} {_MONTHS[day.month - 1][:3]}"
    return text if day.year == this_year else f"{text} {day.year}"


def month(day: date) -> str:
    """Return for example "November 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def thousands(number: int) -> str:
    """Return for example "48,213"."""
    return f"{number:,}"


def count(number: int) -> str:
    """Return the number in words that hide small cells: "fewer than 10" below ten."""
    return thousands(number) if number >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"
