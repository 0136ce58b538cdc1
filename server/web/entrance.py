"""Signing in and out: a code from the issuer, or one click for a persona while the demo runs on loopback."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.codes import LeagueRole
from audit.entries.details.league import LeagueStaffSignedIn
from chassis.web.page_errors import Closed, Refused
from server.errors import ConsentServiceFailed
from server.web.site import COOKIE, LOOPBACK, LeagueSite, check_origin, to
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole


def personas(site: LeagueSite) -> dict[str, LeagueStaff]:
    """One front office for each enrolled club and one operator; nobody unless the demo runs."""
    if not site.demo:
        return {}
    offices = {
        f"office:{node.club}": LeagueStaff("T. W.", StaffRole.FRONT_OFFICE, node.club) for node in site.store.nodes()
    }
    return offices | {"operator": LeagueStaff("A. N.", StaffRole.OPERATOR)}


def router(site: LeagueSite) -> APIRouter:
    """Routes of the entrance."""
    routes = APIRouter()

    @routes.get("/")
    def root(request: Request) -> Response:
        context = site.visits.find(request.cookies.get(COOKIE))
        return to(context.staff.home if context else "/sign-in")

    @routes.get("/sign-in")
    def sign_in_page() -> Response:
        return _page(site, wrong=False)

    @routes.post("/sign-in")
    def sign_in(request: Request, code: Annotated[str, Form(max_length=60)]) -> Response:
        check_origin(request)
        staff = site.issuer.redeem(code, before=lambda staff: _report(site, staff))
        return _page(site, wrong=True) if staff is None else _begin(site, request, staff)

    @routes.post("/demo/sign-in")
    def demo_sign_in(request: Request, persona: Annotated[str, Form(max_length=80)]) -> Response:
        check_origin(request)
        is_local = request.client is not None and request.client.host in LOOPBACK
        staff = personas(site).get(persona) if is_local else None
        if staff is None:
            raise Closed
        _report(site, staff)
        return _begin(site, request, staff)

    @routes.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        check_origin(request)
        cookie = request.cookies.get(COOKIE)
        context = site.visits.find(cookie)
        if context is None or not context.is_own_csrf(csrf):
            raise Refused
        site.visits.end(cookie)
        response = to("/sign-in")
        response.delete_cookie(COOKIE)
        return response

    return routes


def _page(site: LeagueSite, *, wrong: bool) -> Response:
    text = "Expected a code that the desk made in the last half hour and that was not used yet."
    problems = [{"field": "code", "text": text}] if wrong else []
    shown = [
        {"key": key, "label": staff.label, "club": site.clubs.of(staff.club) if staff.club else ""}
        for key, staff in personas(site).items()
    ]
    status = 422 if wrong else 200
    return site.page("sign_in.html", None, status=status, title="Sign in", personas=shown, problems=problems)


def _report(site: LeagueSite, staff: LeagueStaff) -> None:
    """Have the sign-in logged before it opens anything; raises Closed if that cannot be."""
    details = LeagueStaffSignedIn(person=staff.person, role=LeagueRole(staff.role.value), club=staff.club)
    try:
        site.consent.event(details)
    except ConsentServiceFailed as error:
        raise Closed from error


def _begin(site: LeagueSite, request: Request, staff: LeagueStaff) -> Response:
    site.visits.end(request.cookies.get(COOKIE))
    response = to(staff.home)
    response.set_cookie(
        COOKIE,
        site.visits.begin(staff),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response
