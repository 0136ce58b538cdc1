"""Signing in, unlocking and signing out: a code from the club's issuer, or one click for a persona of the demo."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import StaffSignedIn
from chassis.errors import TooManyTries
from chassis.sign_in.csrf import csrf_token, is_own_token
from chassis.sign_in.entrance_words import HAS_ENDED, wrong_code
from chassis.sign_in.pin import is_sound_pin
from chassis.sign_in.sessions import MOST_PIN_TRIES
from chassis.sign_in.sign_out import add_sign_out
from chassis.text import counted, sentence
from chassis.web.page_errors import Closed, Refused
from client.staff.people import StaffPerson
from client.web.site import ClubSite, to
from client.web.staff_sign_in import PERSONAS
from client.web.viewer import ROLE_NAMES

LOOPBACK = ("127.0.0.1", "::1", "testclient")
HOME = "/board"
SIGN_IN = "/sign-in"
WRONG_CODE = wrong_code("the club’s desk")
WEAK_PIN = "Expected six figures that are not all the same and not in a row."
WRONG_PIN = "This is not the PIN that you chose when you signed in on this device."
SIGNED_OUT = "Five wrong PINs signed this device out. The desk makes you a new code."
LOCKED, TOO_MANY, WRONG = 423, 429, 422
_OWN_PATH = re.compile(r"/[A-Za-z0-9/_-]*", re.ASCII)

PinText = Annotated[str, Form(max_length=20)]


def router(site: ClubSite) -> APIRouter:
    """Routes of the entrance."""
    routes = APIRouter()
    _add_sign_in(routes, site)

    @routes.get("/")
    def root() -> Response:
        return to(HOME)

    @routes.post("/unlock")
    def unlock(
        request: Request, csrf: Annotated[str, Form(max_length=100)], pin: PinText, back: Annotated[str, Form()] = HOME
    ) -> Response:
        held = site.cookie.read(request)
        if not is_own_token(csrf, held):
            raise Refused
        was_locked = site.sign_in.is_locked(held)
        if site.sign_in.sessions.unlock(held, pin) or site.sign_in.viewer(held) is not None:
            return to(_own_path(back))  # also where another tab has unlocked this device meanwhile
        if site.sign_in.is_locked(held):
            return locked_page(site, request, wrong=WRONG_PIN, back=back)
        return _page(site, code=SIGNED_OUT) if was_locked else to(SIGN_IN)

    def end(held: str | None) -> None:
        site.sign_in.sessions.end(held)
        site.uploads.end_session(held)

    add_sign_out(routes, site.cookie, end)
    return routes


def _add_sign_in(routes: APIRouter, site: ClubSite) -> None:
    @routes.get("/sign-in")
    def sign_in_page(request: Request) -> Response:
        held = site.cookie.read(request)
        is_over = held is not None and site.sign_in.viewer(held) is None and not site.sign_in.is_locked(held)
        return _page(site, has_ended=HAS_ENDED if is_over else "")

    @routes.post("/sign-in")
    def sign_in(request: Request, code: Annotated[str, Form(max_length=60)], pin: PinText = "") -> Response:
        if not is_sound_pin(pin):
            return _page(site, pin=WEAK_PIN, typed=code)
        address = site.cookie.site.caller(request.client.host if request.client else None)
        try:
            held = site.sign_in.with_code(
                code, pin, address=address, replaces=site.cookie.read(request), before=lambda one: _report(site, one)
            )
        except TooManyTries as error:
            return _busy(site, error)
        return _page(site, code=WRONG_CODE) if held is None else _opened(site, held)

    @routes.post("/demo/sign-in")
    def demo_sign_in(request: Request, persona: Annotated[str, Form(max_length=20)]) -> Response:
        is_local = request.client is not None and request.client.host in LOOPBACK
        if not is_local:
            raise Closed
        replaces = site.cookie.read(request)
        held = site.sign_in.as_persona(persona, replaces=replaces, before=lambda one: _report(site, one))
        if held is None:
            raise Closed
        return _opened(site, held)


def locked_page(site: ClubSite, request: Request, *, wrong: str = "", back: str = "") -> Response:
    """The page that asks for the PIN; afterwards it leads to the page that was asked for, or to the first one."""
    asked = request.url.path if request.method == "GET" else back or HOME
    held = site.cookie.read(request) or ""
    left = site.sign_in.sessions.pin_tries_left(held)
    told = sentence(f"{counted(left, 'try is', 'tries are')} left; then you are signed out.")
    problem = f"{wrong} {told}" if wrong else ""
    return site.page(
        "locked.html",
        None,
        status=WRONG if problem else LOCKED,
        title="Locked",
        problems=[{"field": "pin", "text": problem}] if problem else [],
        token=csrf_token(held),
        tries_used=left < MOST_PIN_TRIES,
        tries_left=told,
        back=_own_path(asked),
    )


def _page(
    site: ClubSite, *, code: str = "", pin: str = "", typed: str = "", status: int = WRONG, has_ended: str = ""
) -> Response:
    wrong = {"code": code, "pin": pin}
    problems = [{"field": name, "text": text} for name, text in wrong.items() if text]
    personas = [
        {"key": key, "name": name, "role": ROLE_NAMES[role]}
        for key, (_, name, role) in PERSONAS.items()
        if site.sign_in.demo
    ]
    return site.page(
        "sign_in.html",
        None,
        status=status if problems else 200,
        title="Sign in",
        personas=personas,
        problems=problems,
        wrong=wrong,
        typed=typed,
        has_ended=has_ended,
    )


def _busy(site: ClubSite, error: TooManyTries) -> Response:
    wait = counted(-(-error.wait_s // 60), "minute")
    response = _page(site, code=f"Too many wrong codes came from here. Try again in {wait}.", status=TOO_MANY)
    response.headers["Retry-After"] = str(error.wait_s)
    return response


def _own_path(path: str) -> str:
    return path if _OWN_PATH.fullmatch(path) and not path.startswith("//") else HOME


def _report(site: ClubSite, one: StaffPerson) -> None:
    site.consent.event(StaffSignedIn(person=one.person, role=one.role))


def _opened(site: ClubSite, held: str) -> Response:
    response = to(HOME)
    site.cookie.keep(response, held)
    return response
