"""The list of athletes who share something with the person who looks."""

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import long_date, sentence, spelled
from client.web import text
from client.web.site import ClubSite


def router(site: ClubSite) -> APIRouter:
    """Routes of the list."""
    routes = APIRouter()

    @routes.get("/athletes")
    def page(request: Request) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.squad(viewer, ClubPage.ATHLETES)
        rows = []
        for athlete in site.athletes(access):
            table = site.table(access, athlete.athlete)
            newest = long_date(table.newest_day) if table.newest_day else text.NOT_RECORDED
            rows.append(
                {
                    "name": athlete.name,
                    "href": f"/athletes/{athlete.athlete}",
                    "shirt_no": athlete.shirt_no,
                    "newest": newest,
                }
            )
        shown = "One athlete shares" if len(rows) == 1 else f"{sentence(spelled(len(rows)))} athletes share"
        finding = f"{shown} something with you" if rows else "Nothing to show here yet"
        return site.page(
            "athletes.html", viewer, here="/athletes", access=access, title="Athletes", finding=finding, rows=rows
        )

    return routes
