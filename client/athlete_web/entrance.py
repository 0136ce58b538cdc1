"""Signing in to and out of the athlete's own site, with a code from the club's desk."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.codes import OwnSiteDeed
from chassis.errors import TooManyTries
from chassis.sign_in.code_text import LONGEST_TYPED
from chassis.sign_in.csrf import is_own_token
from chassis.web.page_errors import Refused
from client.athlete_web.site import HOME, SIGN_IN, SIGN_OUT, AthleteSite
from client.web.site import to

TOO_MANY, WRONG = 429, 422


def router(site: AthleteSite) -> APIRouter:
    """Routes of the entrance."""
    routes = APIRouter()

    @routes.get(SIGN_IN)
    def sign_in_page(request: Request) -> Response:
        held = site.cookie.read(request)
        return _page(site, has_ended=held is not None and site.sign_in.viewer(held) is None)

    @routes.post(SIGN_IN)
    def sign_in(request: Request, code: Annotated[str, Form(max_length=LONGEST_TYPED)]) -> Response:
        try:
            held = site.sign_in.with_code(
                code,
                address=site.cookie.site.caller(request.client.host if request.client else None),
                replaces=site.cookie.read(request),
                before=lambda one: site.report(one, OwnSiteDeed.SIGNED_IN_BY_CODE),
            )
        except TooManyTries as error:
            return _busy(site, error)
        return _wrong(site) if held is None else opened(site, held)

    @routes.post(SIGN_OUT)
    def sign_out(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        held = site.cookie.read(request)
        if not is_own_token(csrf, held):
            raise Refused
        site.sign_in.sessions.end(held)
        response = to(SIGN_IN)
        site.cookie.drop(response)
        return response

    return routes


def opened(site: AthleteSite, held: str) -> Response:
    """Give the browser the session's id and lead it to the first page."""
    response = to(HOME)
    site.cookie.keep(response, held)
    return response


def _page(site: AthleteSite, *, wrong: str = "", status: int = 200, has_ended: bool = False) -> Response:
    return site.page(
        "own_sign_in.html",
        None,
        status=status,
        title=site.words("Sign in"),
        has_ended=has_ended,
        problems=[{"field": "code", "text": wrong}] if wrong else [],
    )


def _wrong(site: AthleteSite) -> Response:
    text = site.words(
        "This code opens nothing here. Perhaps it was mistyped: compare each sign. It also opens nothing once it was "
        "used, or after half an hour; then ask the club’s desk for a new one."
    )
    return _page(site, wrong=text, status=WRONG)


def _busy(site: AthleteSite, error: TooManyTries) -> Response:
    minutes = -(-error.wait_s // 60)
    text = site.words.counted(
        "Too many wrong codes came from here. Try again in %(n)s minute.",
        "Too many wrong codes came from here. Try again in %(n)s minutes.",
        minutes,
    )
    response = _page(site, wrong=text, status=TOO_MANY)
    response.headers["Retry-After"] = str(error.wait_s)
    return response
