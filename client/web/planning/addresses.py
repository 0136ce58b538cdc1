"""Addresses of the plan's pages: a week, and whom or which group its form is about."""

from datetime import date
from urllib.parse import urlencode


def plan_address(begins: date, **about: str | int) -> str:
    """Return the page of a week. about: what of `WeekSought` differs from its default."""
    said = {name: value for name, value in about.items() if value}
    return f"/plan?{urlencode({'week': begins.isoformat(), **said})}"
