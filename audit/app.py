"""Wires the auditor's pages over one log."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI

from audit.note import Verifier
from audit.sources import open_source
from audit.web.auditor import Auditor, add_routes
from audit.web.pages import furnish


def utc_now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def build_app(
    *, source: str, vkey: str, run_by: str = "Governing body", clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    """Return the auditor's pages over the log at `source`, a directory or an http(s) address.

    vkey: the log's verification key; nothing is shown that it does not vouch for. run_by: who runs these
    pages, shown in the masthead. Raises a child of AuditError for a key or source that cannot be one.
    """
    app = FastAPI(title="Homefield audit", docs_url=None, redoc_url=None, openapi_url=None)
    furnish(app)
    verifier = Verifier.from_vkey(vkey)
    add_routes(app, Auditor(open_source(source), verifier, place=source, run_by=run_by, clock=clock))
    return app
