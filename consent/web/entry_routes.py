"""Coming in and going out: one-time sign-in code, demo personas, settings, signing out."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from chassis.errors import TooManyTries
from chassis.sign_in.entrance_words import HAS_ENDED, wrong_code
from chassis.text import counted
from consent.errors import NotFound, SignInRefused
from consent.web.portal import Portal, see_other
from consent.web.request_context import (
    THEME_COOKIE,
    THEME_LIFE_S,
    THEMES,
    CheckedForm,
    FormFields,
    PortalHere,
    SessionId,
    SignedIn,
    Theme,
)
from consent.web.sharing.change_form import ChangeProblem
from policies.vocabulary import AthleteId

router = APIRouter()


@router.get("/")
def front() -> Response:
    """Lead to the first screen."""
    return see_other("/shared")


@router.get("/sign-in")
def sign_in_page(portal: PortalHere, held: SessionId, theme: Theme) -> HTMLResponse:
    """Ask for a one-time sign-in code; in demo mode also point to the personas."""
    is_over = held is not None and portal.sessions.read(held) is None
    return _sign_in(portal, theme, has_ended=HAS_ENDED if is_over else "")


@router.post("/sign-in")
def sign_in(request: Request, portal: PortalHere, fields: FormFields, held: SessionId, theme: Theme) -> Response:
    """Spend a one-time sign-in code; a code that opens nothing gets one and the same answer."""
    code, address = fields.get("code", ""), portal.cookie.site.caller(request.client.host if request.client else None)
    try:
        opened = portal.sessions.sign_in_with_code(code, address=address, replaces=held)
    except SignInRefused:
        problem = ChangeProblem("code", wrong_code("the union’s desk"))
        return _sign_in(portal, theme, problem=problem)
    except TooManyTries as error:
        problem = ChangeProblem("code", f"Too many wrong codes came from here. {_later(error)}")
        response = _sign_in(portal, theme, problem=problem, status=429)
        response.headers["Retry-After"] = str(error.wait_s)
        return response
    return _welcome(portal, opened)


@router.get("/demo")
def demo_page(portal: PortalHere, theme: Theme) -> HTMLResponse:
    """List the demo personas, each one click away; nothing outside demo mode."""
    members = portal.sessions.personas()
    if not members:
        raise NotFound("demo personas are closed here")
    by_club = groupby(sorted(members, key=lambda m: (m.club, m.shirt_no, m.name)), key=lambda m: m.club)
    clubs = [(portal.store.org(club).name, list(players)) for club, players in by_club]
    return portal.signed_out_page("demo.html", title="Choose a demo athlete", theme=theme, clubs=clubs)


@router.post("/demo/sign-in")
def demo_sign_in(portal: PortalHere, fields: FormFields, held: SessionId) -> Response:
    """Sign in as one demo persona; refused outside demo mode."""
    return _welcome(portal, portal.sessions.sign_in_as_persona(AthleteId(fields.get("athlete", "")), replaces=held))


@router.post("/sign-out")
def sign_out(portal: PortalHere, context: SignedIn, form: CheckedForm, held: SessionId) -> Response:
    """End the session on the server, then in the browser."""
    portal.sessions.close(held)
    response = see_other("/sign-in")
    portal.cookie.drop(response)
    return response


@router.get("/settings")
def settings_page(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """Show how the pages look in this browser."""
    return portal.page(
        context, "settings.html", title="Settings", here="/settings", themes=THEMES, chosen=context.theme or "system"
    )


@router.post("/settings")
def keep_settings(portal: PortalHere, context: SignedIn, form: CheckedForm) -> Response:
    """Keep the theme in this browser; the server needs to know it only while it draws a page."""
    theme = form.get("theme", "")
    if theme not in THEMES:
        raise NotFound("expected one of the offered themes")
    response = see_other("/settings")
    secure = portal.cookie.site.is_public
    if theme == "system":
        response.delete_cookie(THEME_COOKIE, path="/", httponly=True, samesite="lax", secure=secure)
    else:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=THEME_LIFE_S, path="/", httponly=True, samesite="lax", secure=secure
        )
    return response


def _later(error: TooManyTries) -> str:
    return f"Try again in {counted(-(-error.wait_s // 60), 'minute')}."


def _sign_in(
    portal: Portal,
    theme: str | None,
    *,
    problem: ChangeProblem | None = None,
    status: int = 422,
    has_ended: str = "",
) -> HTMLResponse:
    return portal.signed_out_page(
        "sign_in.html",
        title="Sign in",
        theme=theme,
        status=status if problem else 200,
        problems=[problem] if problem else [],
        has_ended=has_ended,
        idle_min=portal.settings.idle_s // 60,
        has_personas=bool(portal.sessions.personas()),
    )


def _welcome(portal: Portal, opened: str) -> Response:
    response = see_other("/shared")
    portal.cookie.keep(response, opened)
    return response
