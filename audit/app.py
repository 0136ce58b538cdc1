"""Wires the auditor's pages over one log."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import HttpSource, LogSource, open_source
from audit.web.auditor import Auditor
from audit.web.auditor_routes import add_routes
from audit.web.verified.watch import LogWatch
from audit.web.verified.watch_figures import watch_figures, watch_health
from chassis.clock import Clock, utc_now
from chassis.web.pages import add_base_layout

NO_ADDRESS = "ADDRESS-OF-THE-LOG"
"""What readers replace where whoever runs these pages did not say where the log is served."""


def build_app(
    *, source: str, policy: TrustPolicy, run_by: str = "Governing body", log_url: str = "", clock: Clock = utc_now
) -> FastAPI:
    """Return the auditor's pages over the log at `source`, a directory or an http(s) address.

    policy: whom to believe about the log; nothing is shown that it does not accept. run_by: who runs these pages,
    shown in the header. log_url: where readers find the files of a log that these pages read from a directory. The
    first verification begins when the application is started.
    Raises a child of AuditError for a source that cannot be one.
    """
    opened = open_source(source)
    watch = LogWatch(opened, policy, clock=clock)

    @contextlib.asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        watch.start()
        yield

    app = FastAPI(
        title="Homefield audit", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life, redirect_slashes=False
    )
    add_base_layout(app)
    app.state.figures, app.state.health = watch_figures(watch, clock=clock), watch_health(watch)
    add_routes(
        app,
        Auditor(opened, policy, place=_shown_place(opened, source, log_url), run_by=run_by, clock=clock, watch=watch),
    )
    return app


def _shown_place(opened: LogSource, source: str, log_url: str) -> str:
    """Return where readers find the log: its web address, never a folder of who runs these pages, and never them."""
    return log_url or (source if isinstance(opened, HttpSource) else NO_ADDRESS)
