"""The addresses of the auditor's pages and downloads, and what they answer when the log cannot be shown."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, StreamingResponse
from starlette.exceptions import HTTPException

from audit.errors import AuditError
from audit.verification.verify import read_checkpoint
from audit.web.auditor import PLAIN, Auditor, as_file, download
from audit.web.check_page import check_page, keys_text, policy_bytes, shown_policy
from audit.web.entries import exports
from audit.web.entries.entry_page import entry_page, leaf_file, proof_file
from audit.web.entries.filter_form import parse_form
from audit.web.entries.find import find
from audit.web.entries.log_page import log_page
from audit.web.figures.summaries import organisations
from audit.web.overview_pages import ledger_page, rules_page
from audit.web.report.report_page import report_page
from audit.web.trouble_pages import evidence_file, trouble_page
from audit.web.verified.checked_log import Checked
from audit.web.verified.watch_figures import watch_health
from chassis.web.page_errors import ClosedWords

EXPORT_LOOKS_FOR_S = 20.0
"""How long an export looks through files for a hash (our choice)."""


def add_routes(app: FastAPI, auditor: Auditor) -> None:
    """Add the pages, downloads and error pages to `app`."""
    _add_pages(app, auditor)
    _add_files(app, auditor)
    _add_error_pages(app, auditor)


def _add_pages(app: FastAPI, auditor: Auditor) -> None:
    @app.get("/", response_class=HTMLResponse)
    def log(request: Request) -> Response:
        return auditor.read(lambda checked: log_page(auditor, checked, request.query_params))

    @app.get("/entries/{index}", response_class=HTMLResponse)
    def entry(index: int) -> Response:
        return auditor.read(lambda checked: entry_page(auditor, checked, index))

    @app.get("/rules", response_class=HTMLResponse)
    def rules() -> Response:
        return auditor.read(lambda checked: rules_page(auditor, checked))

    @app.get("/ledger", response_class=HTMLResponse)
    def ledger() -> Response:
        return auditor.read(lambda checked: ledger_page(auditor, checked))

    @app.get("/report", response_class=HTMLResponse)
    def report(request: Request) -> Response:
        return auditor.read(lambda checked: report_page(auditor, checked, request.query_params))

    @app.get("/check", response_class=HTMLResponse)
    def check() -> Response:
        return check_page(auditor)

    app.add_api_route("/health", watch_health(auditor.watch).public, methods=["GET"])


def _add_files(app: FastAPI, auditor: Auditor) -> None:
    @app.get("/entries/{index}/leaf")
    def leaf(index: int) -> Response:
        return auditor.read(lambda checked: leaf_file(checked, index))

    @app.get("/entries/{index}/proof")
    def proof(index: int) -> Response:
        return auditor.read(lambda checked: proof_file(checked, index))

    @app.get("/checkpoint")
    def checkpoint() -> Response:
        return download(read_checkpoint(auditor.source), "checkpoint.txt", PLAIN)

    @app.get("/policy")
    def policy() -> Response:
        return download(policy_bytes(auditor.policy), "policy.txt", PLAIN)

    @app.get("/keys")
    def keys() -> Response:
        return download(keys_text(auditor.policy).encode(), "log-keys.txt", PLAIN)

    @app.get("/evidence")
    def evidence() -> Response:
        failure = auditor.watch.failure()
        if failure is None:
            raise HTTPException(404)
        return evidence_file(auditor, failure)

    @app.get("/export.csv")
    def export_csv(request: Request) -> Response:
        return auditor.read(lambda checked: _csv(checked, request.query_params))

    @app.get("/export.json")
    def export_json(request: Request) -> Response:
        return auditor.read(lambda checked: _json(auditor, checked, request.query_params))


def _add_error_pages(app: FastAPI, auditor: Auditor) -> None:
    @app.exception_handler(AuditError)
    def trouble(request: Request, error: AuditError) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return trouble_page(auditor, error, address)

    @app.exception_handler(HTTPException)
    @app.exception_handler(RequestValidationError)
    def no_such_page(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        heading = "There is no such page" if status == 404 else "This page does not work that way"
        text = "Entries are numbered from 0. Start from the list of the log."
        return auditor.page("closed.html", heading, "", status=status, closed=ClosedWords(heading, text))


def _csv(checked: Checked, query: Mapping[str, str]) -> Response:
    indices, _ = _wanted(checked, query)
    headers = as_file("entries.csv")
    return StreamingResponse(exports.csv_lines(checked, indices), media_type="text/csv; charset=utf-8", headers=headers)


def _json(auditor: Auditor, checked: Checked, query: Mapping[str, str]) -> Response:
    indices, is_complete = _wanted(checked, query)
    parts = exports.json_parts(
        checked,
        indices,
        vkeys=[log.verifier.vkey for log in auditor.policy.logs],
        policy=shown_policy(auditor.policy),
        is_complete=is_complete,
    )
    return StreamingResponse(parts, media_type="application/json", headers=as_file("entries.json"))


def _wanted(checked: Checked, query: Mapping[str, str]) -> tuple[list[int], bool]:
    """Return the newest entries that the filter selects, as many as one export holds, and whether these are all."""
    wanted = parse_form(query, organisations(checked.counters))
    if wanted.problems:
        raise HTTPException(422)
    limit = exports.MOST_EXPORTED
    found = find(checked, wanted, before=checked.size, limit=limit + 1, looks_for_s=EXPORT_LOOKS_FOR_S)
    return list(found.indices[:limit]), len(found.indices) <= limit and not found.searched_from
