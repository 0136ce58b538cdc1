"""The node's pages, wired: everything that holds a clock, a file or a socket is made or passed here."""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp, Receive, Scope, Send

from audit.errors import AuditError
from chassis.clock import Clock, utc_now
from chassis.error_place import place_of
from chassis.errors import ChassisError
from chassis.operations.health import ALWAYS_WELL, ProgramHealth
from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.own_forms import OwnFormsOnly
from chassis.text import sentence
from chassis.web.page_errors import Closed, PageLocked, Refused, SignInNeeded, page_of_form
from chassis.web.pages import Pages, add_base_layout
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress
from client.coaching.journal import CoachingJournal
from client.errors import ClientError, ClockApart, ConsentBusy, NodeKeyNotTaken
from client.questions.session_questions import open_questions
from client.reports import page as report_page
from client.settings import NodeSettings
from client.staff.database import StaffFile
from client.uploads.forgetting import forgetting_uploads
from client.uploads.limits import LARGEST_UPLOAD, UPLOAD_PATH
from client.uploads.reading import UploadReader
from client.uploads.session_uploads import SessionUploads
from client.uploads.spool import Spool
from client.vault.history.kept_by_version import KeptByVersion
from client.vault.journal import imports as import_records
from client.vault.store import Vault
from client.web import athlete, athletes, board, entrance, imports, league_model
from client.web.access import ConsentDecisions
from client.web.campaigns import page as campaign_page
from client.web.deciding import ask, decide
from client.web.site import TEMPLATES, ClubSite, to
from client.web.staff_sign_in import StaffSignIn
from client.web.tables import Tables
from client.web.uploads import routes as uploads
from client.web.uploads.gone import GONE, NoLongerHere
from models.errors import ModelError
from policies.errors import PolicyError

logger = logging.getLogger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]


def build_app(
    settings: NodeSettings,
    *,
    vault: Vault,
    consent_client: ConsentDecisions,
    clock: Clock = utc_now,
    demo: bool = False,
    site: SiteAddress = OWN_MACHINE_ONLY,
    health: ProgramHealth = ALWAYS_WELL,
) -> FastAPI:
    """Return the node's pages over an open vault.

    demo: one-click personas on loopback, and the newest recorded morning in place of today.
    site: where the pages are reached. health: what /health tells everybody.
    """
    club = build_site(settings, vault=vault, consent_client=consent_client, clock=clock, demo=demo, address=site)
    app = FastAPI(
        title="Homefield node",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lambda _: forgetting_uploads(club.uploads, club.sign_in.sessions),
    )
    app.state.uploads, app.state.sessions, app.state.site = club.uploads, club.sign_in.sessions, club
    _close_on_errors(app, club)  # first: what is added later stands around it and sees its answers
    _say_what_to_do(app, club)  # first: what is added later stands around it and sees its answers
    app.add_middleware(OwnFormsOnly, refusal=_refusal(club), site=site, uploads={UPLOAD_PATH: LARGEST_UPLOAD})
    add_base_layout(app)
    app.add_api_route("/health", health.public, methods=["GET"])
    pages = (entrance, board, ask, athletes, decide, athlete, imports, uploads, league_model, campaign_page)
    for area in (*pages, report_page):
        app.include_router(area.router(club))
    return app


def build_site(
    settings: NodeSettings,
    *,
    vault: Vault,
    consent_client: ConsentDecisions,
    clock: Clock,
    demo: bool,
    address: SiteAddress,
) -> ClubSite:
    """Return what the pages share, with the journal and the staff's file opened."""

    def squads() -> frozenset[str]:
        return frozenset(one.squad for one in vault.athletes())

    def today() -> date:
        return clock().astimezone(settings.timezone).date()

    return ClubSite(
        settings=settings,
        vault=vault,
        consent=consent_client,
        clock=clock,
        pages=Pages(TEMPLATES),
        sign_in=StaffSignIn.over(StaffFile(settings.directory), clock=clock, squads=squads, demo=demo),
        # The club stands in it: two nodes on one machine would share a cookie of one name.
        cookie=SessionCookie(f"homefield-node-{settings.club}", address),
        tables=Tables(
            vault,
            without_wearables=settings.without_wearables,
            today=today,
            repeats=lambda one, held: [asked.pair for asked in open_questions(vault, one, held).questions],
        ),
        journal=CoachingJournal(settings.journal_path, lambda one: vault.seal_of(one)[2]),
        uploads=SessionUploads(Spool(settings.directory), UploadReader(vault, settings.timezone, clock)),
        questions=KeptByVersion(vault, lambda held, one: open_questions(held, one).questions),
        imports=KeptByVersion(vault, lambda held, one: tuple(import_records(held, one))),
        demo=demo,
    )


def _close_on_errors(app: FastAPI, site: ClubSite) -> None:
    """Every refusal and every failure ends in the same closed page; its kind and place go to the operational log."""

    def closed(request: Request, status: int) -> Response:
        return site.closed(site.sign_in.viewer(site.cookie.read(request)), status=status)

    def answering(status: int) -> Handler:
        async def answer(request: Request, error: Exception) -> Response:
            if status >= 500:
                _log_place(error)
            return closed(request, status)

        return answer

    async def sign_in(request: Request, error: Exception) -> Response:
        return to("/sign-in")

    async def no_such_page(request: Request, error: Exception) -> Response:
        """A form's address that a browser loads again leads back to the page of the form."""
        is_form = isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        return to(page_of_form(request.url.path)) if is_form and request.method == "GET" else closed(request, 404)

    @app.middleware("http")
    async def last_resort(request: Request, call_next: RequestResponseEndpoint) -> Response:
        try:
            return await call_next(request)
        except Exception as error:
            # Not passed on: the server would log its message, which may hold a reading or a name.
            _log_place(error)
            return closed(request, 503)

    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(Closed, answering(404))
    app.add_exception_handler(HTTPException, no_such_page)
    app.add_exception_handler(Refused, answering(403))
    app.add_exception_handler(RequestValidationError, answering(422))
    for failure in (AuditError, ChassisError, ClientError, ModelError, PolicyError):
        app.add_exception_handler(failure, answering(503))


def _say_what_to_do(app: FastAPI, site: ClubSite) -> None:
    """What whoever sees the page can do something about is said there: a clock, key, locked device or spent budget."""

    async def clock_apart(request: Request, error: Exception) -> Response:
        logger.error("a page was closed", extra={"error": type(error).__name__, "detail": error})
        viewer = site.sign_in.viewer(site.cookie.read(request))
        return site.closed(viewer, status=503, text=f"Nothing is opened. {sentence(str(error))}.")

    async def key_not_taken(request: Request, error: Exception) -> Response:
        logger.error("a page was closed", extra={"error": type(error).__name__})
        return site.not_accepted(site.sign_in.viewer(site.cookie.read(request)))

    async def gone(request: Request, error: Exception) -> Response:
        return site.closed(site.sign_in.viewer(site.cookie.read(request)), status=404, text=GONE)

    async def locked(request: Request, error: Exception) -> Response:
        return entrance.locked_page(site, request)

    async def busy(request: Request, error: Exception) -> Response:
        viewer = site.sign_in.viewer(site.cookie.read(request))
        return site.busy(viewer, retry_after_s=getattr(error, "retry_after_s", 1))

    app.add_exception_handler(ConsentBusy, busy)
    app.add_exception_handler(ClockApart, clock_apart)
    app.add_exception_handler(NodeKeyNotTaken, key_not_taken)
    app.add_exception_handler(PageLocked, locked)
    app.add_exception_handler(NoLongerHere, gone)


def _refusal(site: ClubSite) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await site.closed(None, status=403)(scope, receive, send)

    return refuse


def _log_place(error: Exception) -> None:
    logger.error("a page was closed", extra={"error": type(error).__name__, "at": place_of(error)})
