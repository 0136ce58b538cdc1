"""The consent service as one web application: interface under /v1, public log under /log, portal for the rest.

While it serves, a thread publishes the log at its fixed times, and others answer commands of its operator.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from audit.web.log_files import mount_log
from chassis.clock import Clock
from chassis.http.answer_time import TimedAnswers
from chassis.http.budgets import Budget
from chassis.web.pages import add_base_layout
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress
from consent.api import campaigns, decisions, events, key_changes, leagues, membership, node_site, releases
from consent.api.entry import CallBudgets, add_error_answers
from consent.api.outcomes import DeliveryRecorder
from consent.api.shared_acts import SharedActs
from consent.api.turns import CallTurns
from consent.operator.channel import operator_channel
from consent.service import Service, StartMode, open_service
from consent.settings import ConsentSettings
from consent.web.app import add_portal


def build_app(
    settings: ConsentSettings, *, clock: Clock, site: SiteAddress = OWN_MACHINE_ONLY, mode: StartMode = StartMode()
) -> FastAPI:
    """Open the service and return its application, which closes it on shutdown. site: where its pages are reached.

    Raises InvalidSettings (demo mode off loopback, for one), StoreUnavailable or LogUnavailable.
    """
    return app_of(open_service(settings, clock=clock, mode=mode), clock=clock, site=site)


def app_of(service: Service, *, clock: Clock, site: SiteAddress = OWN_MACHINE_ONLY) -> FastAPI:
    """Return the application over an open service."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        schedule, channel = service.schedule(clock), operator_channel(service)
        channel.start()
        schedule.start()
        yield
        await run_in_threadpool(channel.stop)
        await run_in_threadpool(schedule.stop)
        service.close()

    app = FastAPI(
        title="Homefield consent",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.store, app.state.requests = service.store, service.requests
    app.state.budgets = CallBudgets(Budget(service.settings.requests_a_minute), Budget(service.settings.items_a_minute))
    app.state.turns, app.state.acts = CallTurns(), SharedActs(service.store)
    app.state.service_key = service.keys.service.verify_key.text
    app.state.log_vkeys, app.state.log_origin = list(service.log.vkeys), service.log.origin
    add_error_answers(app)
    for routes in (membership, node_site, key_changes, leagues, decisions, campaigns, releases, events):
        app.router.routes += routes.router.routes  # an included router would be searched twice for every request
    app.state.figures, app.state.health = service.figures, service.health
    app.add_api_route("/health", service.health.public, methods=["GET"])
    app.add_api_route("/log/trust.policy", partial(_trust_policy, service.trust.text), methods=["GET", "HEAD"])
    app.add_api_route("/v1/{rest:path}", _nothing_here, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    mount_log(app, service.settings.log_directory)
    add_base_layout(app)
    app.add_middleware(TimedAnswers, clock=clock, below="/v1/")
    app.add_middleware(DeliveryRecorder, acts=app.state.acts)
    add_portal(app, store=service.store, sessions=service.sessions, settings=service.settings, clock=clock, site=site)
    return app


def _nothing_here(rest: str) -> JSONResponse:
    """Programs get a program's answer, never the portal's page."""
    return JSONResponse({"error": "there is nothing at this address"}, status_code=404)


def _trust_policy(text: str) -> PlainTextResponse:
    """Whom to believe about the log. Better had from somebody one trusts: whoever serves this could serve another."""
    return PlainTextResponse(text)
