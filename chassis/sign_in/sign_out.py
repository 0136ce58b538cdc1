"""The form by which a signed-in person ends the session: on the server first, then in the browser."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.csrf import is_own_token
from chassis.web.page_errors import Refused

SEE_OTHER = 303


def add_sign_out(routes: APIRouter, cookie: SessionCookie, end: Callable[[str | None], object]) -> None:
    """Add the route. end: ends the session with this id, open or not."""

    @routes.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        held = cookie.read(request)
        if not is_own_token(csrf, held):
            raise Refused
        end(held)
        response = RedirectResponse("/sign-in", status_code=SEE_OTHER)
        cookie.drop(response)
        return response
