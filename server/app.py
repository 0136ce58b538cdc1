"""Wires the coordinator's pages: front office and operator. The Fleet API is another application on another port."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.clock import Clock
from chassis.operations.health import ALWAYS_WELL, ProgramHealth
from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.own_forms import OwnFormsOnly
from chassis.web.page_errors import Closed, NotForThisRole, Refused, SignInNeeded, page_of_form
from chassis.web.pages import Pages, add_base_layout
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress
from server.errors import ConsentAskedTooOften, ConsentServiceFailed, LeagueKeyNotTaken, NothingForThisLeague
from server.federation.roster import Roster
from server.settings import CoordinatorSettings
from server.store import CoordinatorStore
from server.web import entrance, office, operator
from server.web.league_sign_in import LeagueSignIn
from server.web.site import TEMPLATES, LeagueSite, SquadConsent, to


def build_app(
    settings: CoordinatorSettings,
    *,
    engine: Engine,
    consent: SquadConsent,
    roster: Roster,
    clock: Clock = lambda: datetime.now(UTC),
    demo: bool = False,
    site: SiteAddress = OWN_MACHINE_ONLY,
    health: ProgramHealth = ALWAYS_WELL,
) -> FastAPI:
    """Return the application of the web port. `demo` opens one-click personas; the caller ensures loopback.

    site: where the pages are reached. health: what /health tells everybody.
    """
    league = LeagueSite(
        settings=settings,
        store=CoordinatorStore(engine, clock=clock),
        consent=consent,
        roster=roster,
        clock=clock,
        pages=Pages(TEMPLATES),
        sign_in=LeagueSignIn.over(engine, clock=clock, demo=demo),
        cookie=SessionCookie(f"homefield-{settings.league}", site),
    )
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(OwnFormsOnly, refusal=_refusal(league), site=site)
    add_base_layout(app)
    for routes in (entrance.router(league), office.router(league), operator.router(league)):
        app.include_router(routes)
    app.add_api_route("/health", health.public)
    _close_on_errors(app, league)
    return app


def _refusal(site: LeagueSite) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await site.closed(Request(scope), status=403)(scope, receive, send)

    return refuse


def _close_on_errors(app: FastAPI, site: LeagueSite) -> None:
    """One page for everything that is not shown; the reason goes nowhere but the operational log."""

    def closed(status: int) -> Callable[[Request, Exception], Response]:
        return lambda request, _error: site.closed(request, status=status)

    def not_shown(request: Request, error: Exception) -> Response:
        cause = error.__cause__
        if isinstance(cause, ConsentAskedTooOften):
            return site.busy(request, retry_after_s=cause.retry_after_s)
        if isinstance(cause, NothingForThisLeague):
            return site.not_in_league(request)
        if isinstance(cause, LeagueKeyNotTaken):
            return site.not_accepted(request)
        return site.closed(request, status=503 if isinstance(cause, ConsentServiceFailed) else 404)

    def no_page_of_its_own(request: Request, _error: Exception) -> Response:
        """A form's address that a browser loads again leads back to the page of the form."""
        return to(page_of_form(request.url.path)) if request.method == "GET" else site.closed(request, status=405)

    app.add_exception_handler(SignInNeeded, lambda _request, _error: to("/sign-in"))
    app.add_exception_handler(Closed, not_shown)
    app.add_exception_handler(NotForThisRole, lambda request, _error: site.not_for_this_role(request))
    app.add_exception_handler(Refused, closed(403))
    app.add_exception_handler(404, closed(404))
    app.add_exception_handler(405, no_page_of_its_own)
    app.add_exception_handler(Exception, closed(500))
