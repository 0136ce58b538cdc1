"""The list of the enrolled athletes of a person's squads, whatever they share."""

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import counted, long_date, sentence
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
        for athlete in site.listed(access):
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
        finding = sentence(counted(len(rows), "athlete")) if rows else "Nobody is enrolled yet"
        return site.page(
            "athletes.html", viewer, here="/athletes", access=access, title="Athletes", finding=finding, rows=rows
        )

    return routes
