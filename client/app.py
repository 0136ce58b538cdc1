"""The node's pages, wired: everything that holds a clock, a file or a socket is made or passed here."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from audit.errors import AuditError
from chassis.clock import Clock, utc_now
from chassis.errors import ChassisError
from chassis.web.page_errors import Closed, Refused, SignInNeeded
from chassis.web.pages import Pages, add_base_layout
from client.coaching.journal import CoachingJournal
from client.errors import ClientError, ConsentBusy
from client.settings import NodeSettings
from client.vault.store import Vault
from client.web import athlete, athletes, board, decide, entrance, imports, league_model
from client.web.access import ConsentDecisions
from client.web.sessions import COOKIE, StaffSessions
from client.web.site import TEMPLATES, ClubSite, to
from client.web.staff_codes import FILE_NAME, StaffCodeIssuer
from client.web.tables import Tables
from models.errors import ModelError
from policies.errors import PolicyError

log = logging.getLogger(__name__)

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")

Handler = Callable[[Request, Exception], Awaitable[Response]]


def build_app(
    settings: NodeSettings,
    *,
    vault: Vault,
    consent_client: ConsentDecisions,
    clock: Clock = utc_now,
    demo: bool = False,
    hosts: Sequence[str] = LOOPBACK_HOSTS,
) -> FastAPI:
    """Return the node's pages over an open vault.

    demo: one-click personas on loopback, and the newest recorded morning in place of today.
    hosts: names under which the pages may be asked for; any other is refused (DNS rebinding).
    """
    site = build_site(settings, vault=vault, consent_client=consent_client, clock=clock, demo=demo)
    app = FastAPI(title="Homefield node", docs_url=None, redoc_url=None, openapi_url=None)
    _close_on_errors(app, site)  # first: what is added later stands around it and sees its answers
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    add_base_layout(app)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    for area in (entrance, board, athletes, decide, athlete, imports, league_model):
        app.include_router(area.router(site))
    return app


def build_site(
    settings: NodeSettings, *, vault: Vault, consent_client: ConsentDecisions, clock: Clock, demo: bool
) -> ClubSite:
    """Return what the pages share, with the journal opened."""
    return ClubSite(
        settings=settings,
        vault=vault,
        consent=consent_client,
        clock=clock,
        pages=Pages(TEMPLATES),
        sessions=StaffSessions(clock),
        issuer=StaffCodeIssuer(settings.keys / FILE_NAME, clock),
        tables=Tables(vault),
        journal=CoachingJournal(settings.journal_path, lambda one: vault.seal_of(one)[2]),
        demo=demo,
    )


def _close_on_errors(app: FastAPI, site: ClubSite) -> None:
    """Every refusal and every failure ends in the same closed page; its kind and place go to the operational log."""

    def closed(request: Request, status: int) -> Response:
        return site.closed(site.sessions.find(request.cookies.get(COOKIE)), status=status)

    def answering(status: int) -> Handler:
        async def answer(request: Request, error: Exception) -> Response:
            if status >= 500:
                _log_place(error)
            return closed(request, status)

        return answer

    async def sign_in(request: Request, error: Exception) -> Response:
        return to("/sign-in")

    @app.middleware("http")
    async def last_resort(request: Request, call_next: RequestResponseEndpoint) -> Response:
        try:
            return await call_next(request)
        except Exception as error:
            # Not passed on: the server would log its message, which may hold a reading or a name.
            _log_place(error)
            return closed(request, 503)

    async def busy(request: Request, error: Exception) -> Response:
        viewer = site.sessions.find(request.cookies.get(COOKIE))
        return site.busy(viewer, retry_after_s=getattr(error, "retry_after_s", 1))

    app.add_exception_handler(ConsentBusy, busy)
    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(Closed, answering(404))
    app.add_exception_handler(HTTPException, answering(404))
    app.add_exception_handler(Refused, answering(403))
    app.add_exception_handler(RequestValidationError, answering(422))
    for failure in (AuditError, ChassisError, ClientError, ModelError, PolicyError):
        app.add_exception_handler(failure, answering(503))


def _log_place(error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
    log.error("a page was closed: %s in %s", type(error).__name__, place)
