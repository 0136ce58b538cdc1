"""The front office's pages. Each look asks the consent service anew; nothing is kept here between two looks.

Whatever is not released is one text. This module never learns why, so it cannot show it (docs/invariants.md §2).
"""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from chassis.text import moment
from chassis.web.page_errors import Closed
from server.consent_client import OfficeView, SquadPageLine
from server.errors import ConsentServiceFailed
from server.web.site import LeagueSite
from server.web.staff_role import StaffRole


def router(site: LeagueSite) -> APIRouter:
    """Routes of the front office."""
    routes = APIRouter()

    @routes.get("/squad")
    def squad(request: Request) -> Response:
        context = site.context(request, StaffRole.FRONT_OFFICE)
        try:
            view = site.consent.office(context.staff.club, person=context.staff.person)
        except ConsentServiceFailed as error:
            raise Closed from error
        site.clubs.learn(context.staff.club, view.club_name)
        return site.page(
            "squad.html",
            context,
            here="/squad",
            title="Squad",
            published=_published(view),
            rows=[_line(row) for row in sorted(view.rows, key=lambda row: (row.no, row.name))],
        )

    @routes.get("/meaning")
    def meaning(request: Request) -> Response:
        context = site.context(request, StaffRole.FRONT_OFFICE)
        return site.page("meaning.html", context, here="/meaning", title="What these figures mean")

    return routes


def _line(row: SquadPageLine) -> dict[str, object]:
    """What the template gets of one row: a dash of typography, and no other difference between rows."""
    band = row.band.replace("-", "–") if row.band else None
    spread = row.range.replace("-", "–") if row.range else None
    return {"no": row.no, "name": row.name, "band": band, "range": spread}


def _published(view: OfficeView) -> str | None:
    if view.published is None:
        return None
    try:
        at = datetime.fromisoformat(view.published)
    except ValueError:
        return None
    return moment(at) if at.tzinfo else None
