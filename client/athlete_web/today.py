"""Today: the first page of the athlete's own site."""

from fastapi import APIRouter, Request, Response

from chassis.text import long_date
from client.athlete_web.site import HOME, AthleteSite


def router(site: AthleteSite) -> APIRouter:
    """The route of the page."""
    routes = APIRouter()

    @routes.get(HOME)
    def today(request: Request) -> Response:
        viewer, day = site.viewer(request), site.day()
        title = site.words("Today, %(day)s", day=long_date(day))
        return site.page("own_today.html", viewer, here=HOME, title=title)

    return routes
