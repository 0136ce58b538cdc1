"""The report's page, and the same as PDF and JSON; each opening is one access event, and no file bears a name."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from chassis.text import sentence
from client.reports.document import document
from client.reports.opening import NoReport, open_report
from client.reports.pdf import report_pdf
from client.reports.value import Report, report_json
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.viewer import Viewer

ReportDay = Annotated[date | None, Query(alias="date")]


def router(site: ClubSite) -> APIRouter:
    """Routes of the report; date: its day, today if not given."""
    routes = APIRouter()

    @routes.get("/report")
    def page(request: Request, day: ReportDay = None) -> Response:
        viewer = site.viewer(request)
        return _opened(site, viewer, day, lambda *opened: _page(site, viewer, *opened))

    @routes.get("/report.pdf")
    def pdf(request: Request, day: ReportDay = None) -> Response:
        return _opened(site, site.viewer(request), day, _pdf)

    @routes.get("/report.json")
    def as_json(request: Request, day: ReportDay = None) -> Response:
        return _opened(site, site.viewer(request), day, _json)

    return routes


def _opened(
    site: ClubSite, viewer: Viewer, day: date | None, shown: Callable[[Report, PageAccess], Response]
) -> Response:
    try:
        report, access = open_report(site, viewer, day)
    except NoReport as error:
        return site.closed(viewer, status=404, heading="There is no report", text=f"{sentence(str(error))}.")
    return shown(report, access)


def _page(site: ClubSite, viewer: Viewer, report: Report, access: PageAccess) -> Response:
    return site.page(
        "report.html",
        viewer,
        here="/board",
        access=access,
        title=f"Report of {report.day.isoformat()}",
        it=document(report),
        day=report.day.isoformat(),
    )


def _pdf(report: Report, _: PageAccess) -> Response:
    content = report_pdf(document(report), made=report.opened)
    return Response(content, media_type="application/pdf", headers=_as_file(report, "pdf"))


def _json(report: Report, _: PageAccess) -> Response:
    return JSONResponse(report_json(report), headers=_as_file(report, "json"))


def _as_file(report: Report, ending: str) -> dict[str, str]:
    name = file_name(report, ending)
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def file_name(report: Report, ending: str) -> str:
    """Return the name of a report's file: its day and variant, and nobody's name."""
    return f"report-{report.day.isoformat()}-{report.variant.value}.{ending}"
