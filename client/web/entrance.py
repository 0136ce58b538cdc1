"""Signing in and out: a code from the club's desk, or one click for a persona while the demo runs on loopback."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import StaffSignedIn
from chassis.web.page_errors import Closed
from client.web.sessions import COOKIE, ROLE_NAMES
from client.web.site import ClubSite, check_origin, to
from policies.vocabulary import PersonId, Role

LOOPBACK = ("127.0.0.1", "::1", "testclient")
PERSONAS = {
    "coach": (PersonId("demo-coach"), "Robin Dale", Role.COACH),
    "medical": (PersonId("demo-medical"), "Mika Stone", Role.MEDICAL),
}


def router(site: ClubSite) -> APIRouter:
    """Routes of the entrance."""
    routes = APIRouter()

    @routes.get("/")
    def root() -> Response:
        return to("/board")

    @routes.get("/sign-in")
    def sign_in_page() -> Response:
        return _page(site, wrong=False)

    @routes.post("/sign-in")
    def sign_in(request: Request, code: Annotated[str, Form(max_length=60)]) -> Response:
        check_origin(request)
        staff = site.issuer.check(code)
        if staff is None:
            return _page(site, wrong=True)
        return _begin(site, request, staff.person, staff.name, staff.role)

    @routes.post("/demo/sign-in")
    def demo_sign_in(request: Request, persona: Annotated[str, Form(max_length=20)]) -> Response:
        check_origin(request)
        is_local = request.client is not None and request.client.host in LOOPBACK
        if not site.demo or not is_local or persona not in PERSONAS:
            raise Closed
        return _begin(site, request, *PERSONAS[persona])

    @routes.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        site.poster(request, csrf)
        site.sessions.end(request.cookies.get(COOKIE))
        response = to("/sign-in")
        response.delete_cookie(COOKIE)
        return response

    return routes


def _page(site: ClubSite, *, wrong: bool) -> Response:
    personas = [
        {"key": key, "name": name, "role": ROLE_NAMES[role]} for key, (_, name, role) in PERSONAS.items() if site.demo
    ]
    problems = (
        [{"field": "code", "text": "Expected a code that the desk issued in the last 12 hours."}] if wrong else []
    )
    return site.page(
        "sign_in.html", None, status=422 if wrong else 200, title="Sign in", personas=personas, problems=problems
    )


def _begin(site: ClubSite, request: Request, person: PersonId, name: str, role: Role) -> Response:
    site.consent.event(StaffSignedIn(person=person, role=role))
    site.sessions.end(request.cookies.get(COOKIE))
    response = to("/board")
    response.set_cookie(
        COOKIE,
        site.sessions.begin(person=person, name=name, role=role),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response
