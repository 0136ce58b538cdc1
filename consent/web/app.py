"""The athlete portal: full pages and plain forms, no script. Also the way a program drives it.

Sign in with POST /sign-in {code}, or in demo mode POST /demo/sign-in {athlete}. Every other form needs the
hidden field `csrf` of the page it stands on, and every one a browser's `Origin` or `Sec-Fetch-Site`.

    POST /change/{category}          give.<org>.<role> = off | cohort | band | index | daily | raw (at most the
                                     ceiling), ends.<org>.<role> = YYYY-MM-DD, or one `ends` for the whole row;
                                     answers with the check page
    POST /change/{category}/confirm  the same fields; 303 to /receipts/{id}
    POST /change/{category}/stop     recipient = <org>.<role>; acts at once, 303 to /receipts/{id}
    POST /shared/stop                recipient = <org>.<role>; acts at once, 303 to /receipts/{id}
    POST /shared/stop-all            acts at once, 303 to /receipts/{id}
    POST /shared/unfreeze            cause = athlete | recovery; acts at once, 303 to /shared
    POST /budget/freeze              acts at once, 303 to /shared
    POST /asked/{id}                 answer = yes | no | later; answers with the check page
    POST /asked/{id}/confirm         answer, sha256 of the exact bytes (hidden on the check page); 303 to receipt
    POST /asked/{id}/stop            takes an approved band back at once; 303 to receipt
    POST /notices/{version}          answer = yes | keep; acts at once, 303 to receipt, or to /asked for keep
    POST /notices/{version}/stop     ends what the notice asks about, at once; 303 to receipt
    POST /budget/cap, .../confirm    parts = whole number; the check page adds micro_rho; 303 to /budget
    POST /settings                   theme = system | light | dark
    POST /sign-out

Each form that gives, answers or lifts a freeze also needs the hidden field `shown` of its page: it stands for what
the page showed, and once that has changed the answer is 409 and nothing is recorded. What only ends needs none.

A wrong entry gives 422 with the same page. Whatever cannot be shown gives one closed page, whatever the reason; the
address of a form, asked for with GET, leads to the page of the form.
"""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from audit.errors import AuditError
from chassis.clock import Clock
from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.own_forms import SAFE_METHODS, OwnFormsOnly
from chassis.web.page_errors import page_of_form
from chassis.web.pages import Pages
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress
from consent.athlete.node_tickets import NodeTickets
from consent.athlete.shown_choices import ShownChoices
from consent.errors import ConsentError, NotFound, StoreUnavailable, TooOften
from consent.identity.sessions import AthleteSessions
from consent.settings import ConsentSettings
from consent.store import ConsentStore
from consent.web import entry_routes
from consent.web.budget import routes as budget_routes
from consent.web.history import routes as record_routes
from consent.web.own_data import routes as own_data_routes
from consent.web.portal import Portal, see_other
from consent.web.request_context import ForgedForm, SignedOut, UnreadableForm, chosen_theme
from consent.web.requests import notice_routes
from consent.web.requests import routes as asked_routes
from consent.web.sharing import routes as sharing_routes

HERE = Path(__file__).parent
ROOMS = ("sharing", "requests", "history", "budget", "own_data")
TEMPLATES = (HERE / "templates", *(HERE / room / "templates" for room in ROOMS))
FORBIDDEN, MISSING, NO_SUCH_METHOD, NOT_NOW, UNPROCESSABLE, BROKEN, UNAVAILABLE = 403, 404, 405, 409, 422, 500, 503


def add_portal(
    app: FastAPI,
    *,
    store: ConsentStore,
    sessions: AthleteSessions,
    settings: ConsentSettings,
    clock: Clock,
    site: SiteAddress = OWN_MACHINE_ONLY,
) -> None:
    """Serve the portal for every path that `app` has no route for yet: call it last.

    It is an application of its own, so that its closed page never answers for the interface under /v1.
    """
    portal = Portal(
        store=store,
        choices=ShownChoices(store.transactions),
        tickets=NodeTickets(store.transactions, is_public=site.is_public),
        sessions=sessions,
        settings=settings,
        clock=clock,
        pages=Pages(*TEMPLATES),
        cookie=SessionCookie("homefield-portal", site),
    )
    pages = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.state.portal = portal
    of_requests = (asked_routes, notice_routes)
    for routes in (entry_routes, sharing_routes, *of_requests, record_routes, budget_routes, own_data_routes):
        pages.include_router(routes.router)
    _close_on_errors(pages, portal)
    pages.add_middleware(OwnFormsOnly, refusal=_refusal(portal), site=site)
    app.mount("/", pages, name="portal")


def _close_on_errors(pages: FastAPI, portal: Portal) -> None:
    """One page for every refusal and failure; only the status tells a program which kind it was."""

    def closed(status: int) -> Callable[[Request, Exception], Response]:
        return lambda request, _error: portal.closed(status, theme=chosen_theme(request))

    def http(request: Request, error: Exception) -> Response:
        """A form's address that a browser loads again leads back to the page of the form."""
        status = error.status_code if isinstance(error, HTTPException) else BROKEN
        if status == NO_SUCH_METHOD and request.method == "GET":
            return see_other(page_of_form(request.url.path))
        return portal.closed(status, theme=chosen_theme(request))

    def signed_out(request: Request, _error: Exception) -> Response:
        if request.method in SAFE_METHODS:
            return see_other("/sign-in")
        return portal.closed(FORBIDDEN, theme=chosen_theme(request))

    def busy(request: Request, error: Exception) -> Response:
        return portal.busy(getattr(error, "retry_after_s", 1), theme=chosen_theme(request))

    pages.add_exception_handler(TooOften, busy)
    pages.add_exception_handler(SignedOut, signed_out)
    pages.add_exception_handler(ForgedForm, closed(FORBIDDEN))
    pages.add_exception_handler(UnreadableForm, closed(UNPROCESSABLE))
    pages.add_exception_handler(NotFound, closed(MISSING))
    pages.add_exception_handler(RequestValidationError, closed(MISSING))
    pages.add_exception_handler(ConsentError, closed(NOT_NOW))
    pages.add_exception_handler(StoreUnavailable, closed(UNAVAILABLE))
    pages.add_exception_handler(AuditError, closed(UNAVAILABLE))
    pages.add_exception_handler(HTTPException, http)
    pages.add_exception_handler(Exception, closed(BROKEN))


def _refusal(portal: Portal) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await portal.closed(FORBIDDEN, theme=chosen_theme(Request(scope)))(scope, receive, send)

    return refuse
