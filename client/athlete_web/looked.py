"""Who looked: each person of the staff who asked for the athlete's data at this node, a line for each day."""

from typing import Final

from fastapi import APIRouter, Request, Response

from chassis.text import weekday_date
from client.access_records.looks import KEPT, DayOfLooks
from client.athlete_web.site import AthleteSite
from client.settings import portal_origin
from client.web.viewer import ROLE_NAMES

LOOKED: Final = "/me/looked"


def router(site: AthleteSite) -> APIRouter:
    """The route of the page."""
    routes = APIRouter()

    @routes.get(LOOKED)
    def looked(request: Request) -> Response:
        viewer = site.viewer(request)
        days: dict[str, list[dict[str, str]]] = {}
        for one in site.looks.of(viewer.athlete):
            days.setdefault(weekday_date(one.day), []).append(_line(site, one))
        portal = portal_origin(site.settings)
        return site.page(
            "own_looked.html",
            viewer,
            here=LOOKED,
            title=site.words("Who looked"),
            days=days,
            kept=KEPT.days,
            portal=f"{portal}/looked" if portal else "",
        )

    return routes


def _line(site: AthleteSite, one: DayOfLooks) -> dict[str, str]:
    """One person on one day, such as "Robin Dale, 31 times, 07:02–09:10"."""
    zone, say = site.settings.timezone, site.words
    first, last = (f"{at.astimezone(zone):%H:%M}" for at in (one.first, one.last))
    times = say.counted("once", "%(n)s times", one.times)
    unshown = one.times - one.shown
    return {
        "who": site.name_of(one.person),
        "role": ROLE_NAMES.get(one.role, ""),
        "words": f"{times}, {first}" + (f"–{last}" if last != first else ""),
        "unshown": say.counted("%(n)s time nothing could be shown", "%(n)s times nothing could be shown", unshown)
        if unshown
        else "",
    }
