"""The witness over HTTP: one address for logs to submit to, one for everybody to look up, and a page for people."""

from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from audit.errors import AuditError, LogUnavailable
from audit.witness.evidence import EvidenceKind
from audit.witness.figures import RecordKeeping, witness_health
from audit.witness.witness import MAX_BODY, PLAIN, Watched, Witness, WitnessResponse
from chassis.text import moment, thousands
from chassis.web.pages import Pages, add_base_layout

TEMPLATES = Path(__file__).parent / "templates"
UNAVAILABLE = "This witness cannot keep its record right now. Nothing was countersigned. Try again later.\n"
BROKEN = "This witness cannot read its record of this log. It countersigns nothing until that is put right.\n"


def build_witness_app(witness: Witness, *, records: RecordKeeping | None = None) -> FastAPI:
    """Return the application of one witness; both prefixes of the protocol are its root.

    records: told whether requests found a record that can be kept.
    """
    records = records or RecordKeeping()
    app = FastAPI(title="Homefield witness", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    add_base_layout(app)
    pages = Pages(TEMPLATES)
    _add_protocol(app, witness, records)

    @app.get("/", response_class=HTMLResponse)
    def status() -> Response:
        return _page(pages, witness)

    app.add_api_route("/health", witness_health(witness, records).public, methods=["GET"])

    @app.exception_handler(HTTPException)
    def not_here(_: Request, error: HTTPException) -> Response:
        reason = HTTPStatus(error.status_code).phrase
        return PlainTextResponse(f"{reason}\n", status_code=error.status_code, headers=error.headers)

    @app.exception_handler(AuditError)
    def cannot(_: Request, error: AuditError) -> Response:
        records.is_kept = False
        if isinstance(error, LogUnavailable):
            return PlainTextResponse(UNAVAILABLE, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        return PlainTextResponse(BROKEN, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)

    return app


def _add_protocol(app: FastAPI, witness: Witness, records: RecordKeeping) -> None:
    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        body = await _limited_body(request)
        if body is None:
            told = f"expected a request of at most {MAX_BODY} bytes\n"
            return _response(WitnessResponse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, told))
        answer = await run_in_threadpool(witness.add_checkpoint, body)
        records.is_kept = True
        return _response(answer)

    @app.get("/{log_id}/checkpoint")
    def latest(log_id: str) -> Response:
        note = witness.latest(log_id)
        if note is None:
            return _response(WitnessResponse(HTTPStatus.NOT_FOUND, "nothing is countersigned for such a log\n"))
        return Response(note, headers={"Content-Type": PLAIN})


async def _limited_body(request: Request) -> bytes | None:
    """Return the body, or None once it is longer than any request may be; the rest is not read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _response(answer: WitnessResponse) -> Response:
    # As a header, so that the framework does not add a character set to the specification's own type.
    return Response(answer.body, status_code=answer.status, headers={"Content-Type": answer.content_type})


def _page(pages: Pages, witness: Witness) -> Response:
    watched = witness.watched()
    split = [one for one in watched if _kinds(one) & {EvidenceKind.SPLIT_VIEW}]
    return pages.render(
        "status.html",
        title="Witness",
        surface="Witness",
        run_by=witness.config.name,
        heading=_heading(len(watched), len(split)),
        rows=[_row(one) for one in watched],
        has_split=bool(split),
        keys=witness.config.vkeys,
        checkpoints=[{"origin": one.log.origin, "log_id": one.log.log_id} for one in watched if one.seen is not None],
    )


def _heading(logs: int, split: int) -> str:
    if split:
        return "A log has shown two histories" if split == 1 else f"{split} logs have shown two histories"
    if not logs:
        return "This witness watches no log yet"
    return "This witness watches one log" if logs == 1 else f"This witness watches {logs} logs"


_GROWN = {"style": "tag ok", "icon": "proven", "words": "Has only grown"}
_WAITING = {"style": "tag", "icon": "waiting", "words": "Waiting for its first checkpoint"}
_SPLIT = {"style": "tag rest", "icon": "cross", "words": "Has shown two histories"}


def _row(one: Watched) -> dict[str, object]:
    kinds = _kinds(one)
    return {
        "origin": one.log.origin,
        "size": thousands(one.seen.checkpoint.size) if one.seen else "",
        "at": moment(datetime.fromtimestamp(one.seen.timestamp_s, UTC)) if one.seen else "",
        "state": _SPLIT if EvidenceKind.SPLIT_VIEW in kinds else _GROWN if one.seen else _WAITING,
        "is_unproven": EvidenceKind.UNPROVEN in kinds,
    }


def _kinds(one: Watched) -> set[EvidenceKind]:
    return {piece.kind for piece in one.evidence}
