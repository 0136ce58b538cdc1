"""A season in plain words for the club: its exchanges with their dates, what became of each, and what each costs."""

from datetime import datetime, tzinfo

from chassis.text import counted, long_date
from client.campaigns.course import CampaignCourse
from policies.campaign import CampaignManifest
from policies.campaigns.season_cost import ExchangeWindow, SeasonCost, exchange_windows


def exchange_rows(
    manifest: CampaignManifest, course: CampaignCourse, *, now: datetime, zone: tzinfo
) -> list[tuple[str, str]]:
    """One row for each exchange: when it is open, whether this node answered it, and whether its model has come."""
    return [(f"Exchange {one.number}", _exchange(one, course, now, zone)) for one in exchange_windows(manifest)]


def how_often(cost: SeasonCost) -> str:
    """How many exchanges there are, and where each starts."""
    return (
        f"{cost.exchanges}, {counted(cost.every_days, 'day')} apart; the first starts at public weights, each other "
        "one at what the one before has published, which this node computes again itself"
    )


def _exchange(one: ExchangeWindow, course: CampaignCourse, now: datetime, zone: tzinfo) -> str:
    first, last = (long_date(at.astimezone(zone).date()) for at in (one.opens, one.closes))
    return f"{first} to {last}: {_state(one, course, now)}"


def _state(one: ExchangeWindow, course: CampaignCourse, now: datetime) -> str:
    is_answered, is_published = one.number in course.answered, one.number in course.published
    if is_published:
        return "answered, and its model has come" if is_answered else "not answered here; its model has come"
    if is_answered:
        return "answered"
    if now >= one.closes:
        return "not answered here"
    return "not answered yet" if now >= one.opens else "not asked yet"
