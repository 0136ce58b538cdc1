"""The node's pages, wired: everything that holds a clock, a file or a socket is made or passed here."""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp, Receive, Scope, Send

from audit.errors import AuditError
from chassis.clock import Clock, utc_now
from chassis.error_place import place_of
from chassis.errors import ChassisError
from chassis.operations.health import ALWAYS_WELL, ProgramHealth
from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.own_forms import OtherOrigin, OwnFormsOnly
from chassis.text import sentence
from chassis.web.page_errors import Closed, PageLocked, Refused, SignInNeeded, page_of_form
from chassis.web.pages import Pages, add_base_layout
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress
from client.access_records.looks import Looks
from client.athlete_web.composition import add_own_pages, own_site
from client.athlete_web.site import SIGN_IN as OWN_SIGN_IN
from client.athlete_web.site import AthleteSite, OwnSignInNeeded
from client.athlete_web.ticket_entrance import ENTER as TICKET_PATH
from client.athlete_web.ticket_entrance import refused_ticket
from client.coaching.journal import CoachingJournal
from client.coaching.records.journal_file import AthleteSeal
from client.errors import ClientError, ClockApart, ConsentBusy, NodeKeyNotTaken
from client.health.episodes import episodes
from client.health.health_records import HealthRecords
from client.questions.session_questions import open_questions
from client.reports import page as report_page
from client.settings import NodeSettings, portal_origin
from client.staff.database import StaffFile
from client.statements.answers import AthleteAnswers
from client.statements.records import Statements
from client.statements.standing import StandingStatements
from client.uploads.forgetting import forgetting_uploads
from client.uploads.limits import LARGEST_UPLOAD, UPLOAD_PATH
from client.uploads.reading import UploadReader
from client.uploads.session_uploads import SessionUploads
from client.uploads.spool import Spool
from client.vault.history.kept_by_version import KeptByVersion, NewestByPlace, VersionMemory
from client.vault.journal import imports as import_records
from client.vault.store import Vault
from client.web import athlete, athletes, board, entrance, imports, league_model
from client.web.access import ConsentDecisions
from client.web.campaigns import page as campaign_page
from client.web.deciding import ask, decide
from client.web.health import athlete_record, availability_board, health_list, stating
from client.web.health import signing as health_signing
from client.web.health.looking import FOR_MEDICAL, MedicalOnly
from client.web.noted_decisions import NotedDecisions
from client.web.planning import page as week_plan
from client.web.site import TEMPLATES, ClubSite, day_of_pages, to
from client.web.staff_sign_in import StaffSignIn
from client.web.tables import Tables
from client.web.uploads import routes as uploads
from client.web.uploads.gone import GONE, NoLongerHere
from models.errors import ModelError
from policies.errors import PolicyError
from policies.vocabulary import AthleteId

logger = logging.getLogger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]


class ClosedPage(Protocol):
    """Renders the page that is shown instead of another. text: what it says instead of the words of its status."""

    def __call__(self, request: Request, status: int, text: str = "") -> Response:
        """Return the page of the surface to which the request came."""


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
    own = own_site(club, address=site)
    app.state.uploads, app.state.sessions, app.state.site = club.uploads, club.sign_in.sessions, club
    app.state.said = club.said.records
    closed = _closing(club, own)
    _close_on_errors(app, closed)  # first: what is added later stands around it and sees its answers
    _say_what_to_do(app, club, closed)  # first: what is added later stands around it and sees its answers
    app.add_middleware(
        OwnFormsOnly,
        refusal=_refusal(closed, own),
        site=site,
        other=OtherOrigin(TICKET_PATH, portal_origin(settings)),
        uploads={UPLOAD_PATH: LARGEST_UPLOAD},
    )
    add_base_layout(app)
    app.add_api_route("/health", health.public, methods=["GET"])
    pages = (entrance, board, ask, athletes, decide, athlete, imports, uploads, league_model, campaign_page)
    for area in (*pages, week_plan, report_page):
        app.include_router(area.router(club))
    add_own_pages(app, own)
    for area in (health_list, athlete_record, health_signing, stating, availability_board):
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

    def seal_of(athlete: AthleteId) -> AthleteSeal:
        return vault.seal_of(athlete)[2]

    tables = Tables(
        vault,
        without_wearables=settings.without_wearables,
        today=today,
        repeats=lambda one, held: [asked.pair for asked in open_questions(vault, one, held).questions],
    )
    looks = Looks(settings.journal_path, seal_of)
    return ClubSite(
        settings=settings,
        vault=vault,
        consent=NotedDecisions(consent_client, looks, vault.athletes, clock, settings.timezone),
        clock=clock,
        pages=Pages(TEMPLATES),
        sign_in=StaffSignIn.over(StaffFile(settings.directory), clock=clock, squads=squads, demo=demo),
        # The club stands in it: two nodes on one machine would share a cookie of one name.
        cookie=SessionCookie(f"homefield-node-{settings.club}", address),
        tables=tables,
        journal=CoachingJournal(settings.journal_path, seal_of),
        mornings=VersionMemory(vault),
        charts=NewestByPlace(vault),
        said=_standing(settings, seal_of, clock, lambda: day_of_pages(today(), tables, is_demo=demo)),
        answers=AthleteAnswers(settings.journal_path, seal_of),
        looks=looks,
        uploads=SessionUploads(Spool(settings.directory), UploadReader(vault, settings.timezone, clock)),
        questions=KeptByVersion(vault, lambda held, one: open_questions(held, one).questions),
        imports=KeptByVersion(vault, lambda held, one: tuple(import_records(held, one))),
        episodes=KeptByVersion(vault, lambda held, one: tuple(episodes(held, one))),
        health=HealthRecords(settings.journal_path, seal_of),
        demo=demo,
    )


def _closing(club: ClubSite, own: AthleteSite) -> ClosedPage:
    """Return what renders the closed page of the surface that was asked: the club's, or the athlete's own."""

    def closed(request: Request, status: int, text: str = "") -> Response:
        if own.holds(request.url.path):
            return own.closed(request, status=status, text=text)
        return club.closed(club.sign_in.viewer(club.cookie.read(request)), status=status, text=text)

    return closed


def _standing(
    settings: NodeSettings, seal_of: Callable[[AthleteId], AthleteSeal], clock: Clock, day: Callable[[], date]
) -> StandingStatements:
    return StandingStatements(Statements(settings.journal_path, seal_of), settings.timezone, clock, day)


def _close_on_errors(app: FastAPI, closed: ClosedPage) -> None:
    """Every refusal and every failure ends in the same closed page; its kind and place go to the operational log."""

    def answering(status: int) -> Handler:
        async def answer(request: Request, error: Exception) -> Response:
            if status >= 500:
                _log_place(error)
            return closed(request, status)

        return answer

    async def sign_in(request: Request, error: Exception) -> Response:
        return to("/sign-in")

    async def own_sign_in(request: Request, error: Exception) -> Response:
        return to(OWN_SIGN_IN)

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
    app.add_exception_handler(OwnSignInNeeded, own_sign_in)
    app.add_exception_handler(Closed, answering(404))
    app.add_exception_handler(HTTPException, no_such_page)
    app.add_exception_handler(Refused, answering(403))
    app.add_exception_handler(RequestValidationError, answering(422))
    for failure in (AuditError, ChassisError, ClientError, ModelError, PolicyError):
        app.add_exception_handler(failure, answering(503))


def _say_what_to_do(app: FastAPI, site: ClubSite, closed: ClosedPage) -> None:
    """What whoever sees the page can do something about is said there: a clock, key, locked device or spent budget."""

    async def clock_apart(request: Request, error: Exception) -> Response:
        logger.error("a page was closed", extra={"error": type(error).__name__, "detail": error})
        return closed(request, 503, f"Nothing is opened. {sentence(str(error))}.")

    async def key_not_taken(request: Request, error: Exception) -> Response:
        logger.error("a page was closed", extra={"error": type(error).__name__})
        return site.not_accepted(site.sign_in.viewer(site.cookie.read(request)))

    async def gone(request: Request, error: Exception) -> Response:
        return closed(request, 404, GONE)

    async def locked(request: Request, error: Exception) -> Response:
        return entrance.locked_page(site, request)

    async def busy(request: Request, error: Exception) -> Response:
        viewer = site.sign_in.viewer(site.cookie.read(request))
        return site.busy(viewer, retry_after_s=getattr(error, "retry_after_s", 1))

    async def medical_only(request: Request, error: Exception) -> Response:
        return site.closed(
            site.sign_in.viewer(site.cookie.read(request)), status=403, text=FOR_MEDICAL, heading="For the medical team"
        )

    app.add_exception_handler(ConsentBusy, busy)
    app.add_exception_handler(MedicalOnly, medical_only)
    app.add_exception_handler(ClockApart, clock_apart)
    app.add_exception_handler(NodeKeyNotTaken, key_not_taken)
    app.add_exception_handler(PageLocked, locked)
    app.add_exception_handler(NoLongerHere, gone)


def _refusal(closed: ClosedPage, own: AthleteSite) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        is_ticket = scope["path"] == TICKET_PATH and scope["method"] == "POST"
        try:
            answer = await run_in_threadpool(refused_ticket, own) if is_ticket else closed(Request(scope), 403)
        except (ChassisError, ClientError, PolicyError) as error:
            _log_place(error)
            answer = closed(Request(scope), 503)
        await answer(scope, receive, send)

    return refuse


def _log_place(error: Exception) -> None:
    logger.error("a page was closed", extra={"error": type(error).__name__, "at": place_of(error)})
