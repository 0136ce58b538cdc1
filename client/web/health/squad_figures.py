"""What the medical page says of the squad: episodes that ended, and injuries and days lost per hours of exposure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from chassis.text import long_date, plural
from client.health.episodes import Episode
from client.health.incidence import Incidence, exposed, incidence
from client.web import text
from client.web.access import PageAccess
from client.web.health.looking import seen_episodes
from client.web.health.record_words import what_and_where
from client.web.site import ClubSite
from policies.vocabulary import AthleteId, Category

CLOSED_D: Final = 365
BOTH: Final = frozenset({Category.INJURY, Category.TRAINING_LOAD})


def closed_lines(known: Sequence[Episode], names: Mapping[AthleteId, str], today: date) -> list[dict[str, str]]:
    """Return the episodes that ended in the last 365 days, the newest return first."""
    since = today - timedelta(days=CLOSED_D)
    ended = [(one.ended, one) for one in known if one.ended is not None and one.ended > since]
    ordered = sorted(ended, key=lambda pair: (-pair[0].toordinal(), names[pair[1].athlete]))
    return [
        {
            "athlete": one.athlete,
            "name": names[one.athlete],
            "line": f"{what_and_where(one)}: {plural(one.days(day), 'day', 'days')} lost, back {long_date(day)}",
        }
        for day, one in ordered
    ]


def squad_season(site: ClubSite, access: PageAccess) -> Incidence | None:
    """Return the squad's figures, of those who share injuries and training with this reader."""
    day = site.day()
    shown = [one.athlete for one in site.listed(access) if access.of(one.athlete) >= BOTH]
    of = [exposed(site.table(access, one), seen_episodes(site, access, one), day) for one in shown]
    return incidence(one for one in of if one is not None)


def season_lines(found: Incidence | None) -> dict[str, str]:
    """Return the figures of the last 365 days in words; nothing where too few hours are recorded."""
    if found is None:
        return {}
    burden = f"{found.burden:,.0f} per 1,000 h"
    if found.burden_low is not None and found.burden_high is not None:
        burden += f" ({found.burden_low:,.0f} to {found.burden_high:,.0f} by the number of injuries)"
    rate = f"{text.minus(found.rate, 1)} per 1,000 h (95\u00a0% interval {found.low:.1f} to {found.high:.1f})"
    return {
        "Exposure": f"about {_two_figures(found.hours):,.0f} h",
        "Injuries that cost time": f"{found.injuries}: {rate}",
        "Days lost": f"{found.days_lost}: {burden}",
    }


def _two_figures(hours: float) -> float:
    """Hours to two figures: exact ones, compared from day to day, would tell who stopped sharing."""
    return float(f"{hours:.1e}")
