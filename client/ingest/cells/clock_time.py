"""A clock time and a zone in cells of their own, beside a day."""

import re
from datetime import UTC, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from client.ingest.cells.typed_cell import TypedCell

_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:[.,]\d{1,9})?)?\s*([ap])?\.?m?\.?", re.ASCII | re.IGNORECASE
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?", re.ASCII | re.IGNORECASE)
_ZERO = frozenset({"z", "utc", "gmt"})


@lru_cache(maxsize=4096)
def _read_clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None or (found[2] is None and found[4] is None):
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if found[4] is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def read_clock(text: str) -> time | None:
    """Return the time of day in a cell (17:30, 5:30 PM, 17.30.05), None for anything else.

    A spreadsheet's number from 0 to below 1 is the share of a day that has gone by.
    """
    if isinstance(text, TypedCell):
        if isinstance(text.value, float):
            return _share(text.value)
        return text.value.time() if hasattr(text.value, "time") else None
    return _read_clock(str(text))


def _share(day: float) -> time | None:
    if not 0 <= day < 1:
        return None
    seconds = min(round(day * 86_400), 86_399)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


@lru_cache(maxsize=256)
def read_zone(text: str) -> tzinfo | None:
    """Return the zone in a cell (UTC+01:00, +0530, Z, Europe/Oslo); None for anything else, letters such as CET too."""
    word = text.strip()
    if word.lower() in _ZERO:
        return UTC
    found = _OFFSET.fullmatch(word)
    if found is not None:
        length = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if length > timedelta(hours=14) or int(found[3] or 0) > 59:
            return None
        return timezone(length if found[1] == "+" else -length)
    return ZoneInfo(word) if word in available_timezones() and "/" in word else None
