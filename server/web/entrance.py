"""Signing in and out: a code from the issuer, or one click for a persona while the demo runs on loopback."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.codes import LeagueRole
from audit.entries.details.league import LeagueStaffSignedIn
from chassis.errors import TooManyTries
from chassis.sign_in.entrance_words import HAS_ENDED, wrong_code
from chassis.sign_in.sign_out import add_sign_out
from chassis.text import counted
from chassis.web.page_errors import Closed
from server.errors import ConsentServiceFailed
from server.web.site import LOOPBACK, LeagueSite, to
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole

WRONG_CODE = wrong_code("the league’s desk")


def personas(site: LeagueSite) -> dict[str, LeagueStaff]:
    """One front office for each enrolled club and one operator; nobody unless the demo runs."""
    if not site.sign_in.demo:
        return {}
    offices = {
        f"office:{node.club}": LeagueStaff("T. W.", StaffRole.FRONT_OFFICE, node.club) for node in site.store.nodes()
    }
    return offices | {"operator": LeagueStaff("A. N.", StaffRole.OPERATOR)}


def router(site: LeagueSite) -> APIRouter:
    """Routes of the entrance."""
    routes = APIRouter()
    _add_sign_in(routes, site)

    @routes.get("/")
    def root(request: Request) -> Response:
        context = site.sign_in.find(site.cookie.read(request))
        return to(context.staff.home if context else "/sign-in")

    add_sign_out(routes, site.cookie, site.sign_in.sessions.end)
    return routes


def _add_sign_in(routes: APIRouter, site: LeagueSite) -> None:
    @routes.get("/sign-in")
    def sign_in_page(request: Request) -> Response:
        held = site.cookie.read(request)
        is_over = held is not None and site.sign_in.find(held) is None
        return _page(site, has_ended=HAS_ENDED if is_over else "")

    @routes.post("/sign-in")
    def sign_in(request: Request, code: Annotated[str, Form(max_length=60)]) -> Response:
        address = site.cookie.site.caller(request.client.host if request.client else None)
        replaces = site.cookie.read(request)
        try:
            opened = site.sign_in.with_code(
                code, address=address, replaces=replaces, before=lambda staff: _report(site, staff)
            )
        except TooManyTries as error:
            return _busy(site, error)
        return _page(site, problem=WRONG_CODE) if opened is None else _opened(site, *opened)

    @routes.post("/demo/sign-in")
    def demo_sign_in(request: Request, persona: Annotated[str, Form(max_length=80)]) -> Response:
        is_local = request.client is not None and request.client.host in LOOPBACK
        staff = personas(site).get(persona) if is_local else None
        if staff is None:
            raise Closed
        _report(site, staff)
        return _opened(site, site.sign_in.as_persona(staff, replaces=site.cookie.read(request)), staff)


def _page(site: LeagueSite, *, problem: str = "", status: int = 422, has_ended: str = "") -> Response:
    problems = [{"field": "code", "text": problem}] if problem else []
    shown = [
        {"key": key, "label": staff.label, "club": site.clubs.of(staff.club) if staff.club else ""}
        for key, staff in personas(site).items()
    ]
    status = status if problem else 200
    return site.page(
        "sign_in.html",
        None,
        status=status,
        title="Sign in",
        personas=shown,
        problems=problems,
        has_ended=has_ended,
    )


def _busy(site: LeagueSite, error: TooManyTries) -> Response:
    wait = counted(-(-error.wait_s // 60), "minute")
    response = _page(site, problem=f"Too many wrong codes came from here. Try again in {wait}.", status=429)
    response.headers["Retry-After"] = str(error.wait_s)
    return response


def _report(site: LeagueSite, staff: LeagueStaff) -> None:
    """Have the sign-in logged before it opens anything; raises Closed if that cannot be."""
    details = LeagueStaffSignedIn(person=staff.person, role=LeagueRole(staff.role.value), club=staff.club)
    try:
        site.consent.event(details)
    except ConsentServiceFailed as error:
        raise Closed from error


def _opened(site: LeagueSite, held: str, staff: LeagueStaff) -> Response:
    response = to(staff.home)
    site.cookie.keep(response, held)
    return response
