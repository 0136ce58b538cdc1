"""The operator's listener: `GET /metrics` and `GET /ready` on a port of their own, loopback unless said otherwise.

It stands apart from what a program serves to others: the size of a tree that is not published yet, seen as it grows,
would tell when somebody decided, which the shuffle of a publication hides.
"""

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from chassis.operations.exposition import exposed
from chassis.operations.figures import ProgramFigures
from chassis.operations.health import ProgramHealth
from chassis.web.serving import LOOPBACK, Listener, listen
from chassis.web.site_address import OWN_MACHINE_ONLY

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def build_operator_app(figures: ProgramFigures, health: ProgramHealth) -> FastAPI:
    """Return the application with the two routes and nothing else."""
    app = FastAPI(title="Homefield operations", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(exposed(figures), headers={"Content-Type": CONTENT_TYPE})

    @app.get("/ready")
    def ready() -> JSONResponse:
        reason = health.reason()
        return JSONResponse({"ready": reason is None, "reason": reason}, status_code=200 if reason is None else 503)

    return app


def operator_listeners(
    figures: ProgramFigures, health: ProgramHealth, *, host: str, port: int | None
) -> list[Listener]:
    """Return the listener with its port taken, or none without a port; raises CannotServe if it cannot be taken.

    On loopback it answers to names of this machine only, so that no web site can read it through a browser.
    """
    if port is None:
        return []
    site = OWN_MACHINE_ONLY if host in LOOPBACK else None
    return [listen(build_operator_app(figures, health), host=host, port=port, site=site)]
