"""The auditor's pages: the log, its entries with their proofs, the rules, the privacy ledger, and how to check."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from audit import merkle
from audit.errors import AuditError, SourceUnavailable
from audit.events import Entry, sentence
from audit.note import Verifier
from audit.sources import Source
from audit.tlog_proof import TlogProof
from audit.verify import read_checkpoint
from audit.web import exports, words
from audit.web.access_chart import access_chart
from audit.web.checked import Checked, LogChecker
from audit.web.filters import FIELDS, GROUPS, Filter, parse_filter
from audit.web.pages import Pages
from audit.web.summaries import LEDGER, ledger_by_month, rules_in_force, weekly_counts

ROWS_PER_PAGE = 25
NAV = (
    {"href": "/", "label": "Log"},
    {"href": "/rules", "label": "Rules in force"},
    {"href": "/ledger", "label": "Privacy ledger"},
    {"href": "/check", "label": "Check it yourself"},
)
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of entries; `rules` are the first six digits."""

    index: int
    number: str
    what: str
    day: str
    org: str
    rules: str
    state: str


class Auditor:
    """Everything the pages share: the log checker, the templates and the words in the masthead."""

    def __init__(
        self, source: Source, verifier: Verifier, *, place: str, run_by: str, clock: Callable[[], datetime]
    ) -> None:
        self.source = source
        self.verifier = verifier
        self._place = place
        self._run_by = run_by
        self._checker = LogChecker(source, verifier, clock=clock)
        self._pages = Pages(Path(__file__).parent / "templates" / "auditor")

    def check(self) -> Checked:
        """Return the verified log; raises AuditError."""
        return self._checker.check()

    def page(self, template: str, title: str, here: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return one page inside the auditor's masthead."""
        frame = {"surface": "Audit", "run_by": self._run_by, "nav": NAV, "vkey": self.verifier.vkey}
        return self._pages.render(template, status=status, title=title, here=here, place=self._place, **frame, **values)


def add_routes(app: FastAPI, auditor: Auditor) -> None:
    """Add the pages, downloads and error pages to `app`."""
    Log = Annotated[Checked, Depends(auditor.check)]

    @app.get("/", response_class=HTMLResponse)
    def log_page(request: Request, checked: Log) -> Response:
        return _log_page(auditor, checked, dict(request.query_params))

    @app.get("/entries/{index}", response_class=HTMLResponse)
    def entry_page(index: int, checked: Log) -> Response:
        _known_index(checked, index)
        return _entry_page(auditor, checked, index)

    @app.get("/entries/{index}/leaf")
    def leaf(index: int, checked: Log) -> Response:
        _known_index(checked, index)
        return _download(checked.reader.leaf(index), f"entry-{index}.json", "application/octet-stream")

    @app.get("/entries/{index}/proof")
    def proof(index: int, checked: Log) -> Response:
        _known_index(checked, index)
        text = TlogProof(index, checked.proof(index), checked.log.checkpoint).text
        return _download(text.encode(), f"entry-{index}.tlog-proof", PLAIN)

    @app.get("/rules", response_class=HTMLResponse)
    def rules_page(checked: Log) -> Response:
        return _rules_page(auditor, checked)

    @app.get("/ledger", response_class=HTMLResponse)
    def ledger_page(checked: Log) -> Response:
        return _ledger_page(auditor, checked)

    @app.get("/check", response_class=HTMLResponse)
    def check_page() -> Response:
        note = read_checkpoint(auditor.source).decode("utf-8", errors="replace")
        return auditor.page("check.html", "Check it yourself", "/check", note=note)

    @app.get("/checkpoint")
    def checkpoint() -> Response:
        return _download(read_checkpoint(auditor.source), "checkpoint.txt", PLAIN)

    @app.get("/export.csv")
    def export_csv(request: Request, checked: Log) -> Response:
        indices = _export_indices(checked, dict(request.query_params))[: exports.MOST_EXPORTED]
        return _download(exports.to_csv(checked, indices).encode(), "entries.csv", "text/csv; charset=utf-8")

    @app.get("/export.json")
    def export_json(request: Request, checked: Log) -> Response:
        found = _export_indices(checked, dict(request.query_params))
        indices = found[: exports.MOST_EXPORTED]
        text = exports.to_json(checked, indices, vkey=auditor.verifier.vkey, is_complete=len(indices) == len(found))
        return _download(text.encode(), "entries.json", "application/json")

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    _add_error_pages(app, auditor)


def _add_error_pages(app: FastAPI, auditor: Auditor) -> None:
    @app.exception_handler(AuditError)
    def not_whole(request: Request, error: AuditError) -> Response:
        if isinstance(error, SourceUnavailable):
            return auditor.page("closed.html", "Not available", "", status=503)
        return auditor.page("not_whole.html", "The log is not whole", "", status=503, reason=str(error))

    @app.exception_handler(HTTPException)
    @app.exception_handler(RequestValidationError)
    def no_such_page(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        heading = "There is no such page" if status == 404 else "This page does not work that way"
        text = "Entries are numbered from 0. Start from the list of the log."
        return auditor.page("closed.html", heading, "", status=status, heading=heading, text=text)


def _log_page(auditor: Auditor, checked: Checked, query: dict[str, str]) -> Response:
    entries = checked.log.entries
    orgs = sorted({entry.org for entry in entries})
    chosen, problems = parse_filter(query, orgs)
    before = _before(query, len(entries))
    found = _select(entries, chosen, before)
    weekly = weekly_counts(entries)
    return auditor.page(
        "log.html",
        "Log",
        "/",
        status=422 if problems else 200,
        checked=checked,
        checked_at=f"{words.long_date(checked.at.date())}, {checked.at:%H:%M} UTC",
        size=words.thousands(checked.log.size),
        key_id=auditor.verifier.key_id.hex(),
        chart=access_chart(weekly) if weekly else None,
        rows=[] if problems else [_row(checked, index) for index in found[:ROWS_PER_PAGE]],
        matches=words.count(len(_select(entries, chosen, len(entries)))),
        is_filtered=chosen != Filter(),
        older=_address(query, before=found[ROWS_PER_PAGE - 1]) if len(found) > ROWS_PER_PAGE else None,
        newest=_address(query) if before < len(entries) else None,
        csv=_address(query, "/export.csv"),
        json=_address(query, "/export.json"),
        groups=[(key, label) for key, (label, _) in GROUPS.items()],
        orgs=orgs,
        query={name: query.get(name, "") for name in FIELDS},
        problems=problems,
        wrong={**dict.fromkeys(FIELDS, ""), **{problem.field: problem.text for problem in problems}},
    )


def _entry_page(auditor: Auditor, checked: Checked, index: int) -> Response:
    entry = checked.log.entries[index]
    leaf = checked.reader.leaf(index)
    return auditor.page(
        "entry.html",
        f"Entry {words.thousands(index)}",
        "/",
        checked=checked,
        entry=entry,
        index=index,
        number=words.thousands(index),
        size=words.thousands(checked.log.size),
        what=sentence(entry),
        day=words.long_date(entry.day),
        leaf=leaf.decode().rstrip(),
        leaf_length=len(leaf),
        leaf_hash=base64.b64encode(merkle.leaf_hash(leaf)).decode(),
        steps=[
            (step.is_left, base64.b64encode(step.sibling).decode(), base64.b64encode(step.result).decode())
            for step in checked.steps(index)
        ],
    )


def _rules_page(auditor: Auditor, checked: Checked) -> Response:
    periods = [
        {
            "hash": period.policy_hash,
            "first": words.short_date(period.first_day),
            "last": words.short_date(period.last_day),
            "first_index": period.first_index,
            "first_number": words.thousands(period.first_index),
            "entries": words.count(period.entries),
        }
        for period in rules_in_force(checked.log.entries)
    ]
    return auditor.page("rules.html", "Rules in force", "/rules", periods=periods)


def _ledger_page(auditor: Auditor, checked: Checked) -> Response:
    months = [
        (words.month(month), [(label, words.count(counts[kind])) for label, kind in LEDGER.items()])
        for month, counts in ledger_by_month(checked.log.entries)
    ]
    totals = [
        (label, words.count(sum(entry.kind is kind for entry in checked.log.entries))) for label, kind in LEDGER.items()
    ]
    return auditor.page("ledger.html", "Privacy ledger", "/ledger", months=months, totals=totals, labels=list(LEDGER))


def _row(checked: Checked, index: int) -> Row:
    entry = checked.log.entries[index]
    return Row(
        index=index,
        number=words.thousands(index),
        what=sentence(entry),
        day=words.short_date(entry.day, this_year=checked.at.year),
        org=entry.org,
        rules=entry.policy_hash[:6],
        state=checked.state(index),
    )


def _select(entries: Sequence[Entry], chosen: Filter, before: int) -> list[int]:
    """Return the indices below `before` that the filter selects, newest first."""
    return [index for index in range(before - 1, -1, -1) if chosen.selects(entries[index])]


def _export_indices(checked: Checked, query: dict[str, str]) -> list[int]:
    entries = checked.log.entries
    chosen, problems = parse_filter(query, sorted({entry.org for entry in entries}))
    if problems:
        raise HTTPException(422)
    return _select(entries, chosen, len(entries))


def _before(query: dict[str, str], size: int) -> int:
    text = query.get("before", "")
    return min(int(text), size) if text.isascii() and text.isdigit() and len(text) < 19 else size


def _address(query: dict[str, str], path: str = "/", **more: int) -> str:
    kept = {name: query[name] for name in FIELDS if query.get(name)}
    values = urlencode({**kept, **more})
    return f"{path}?{values}" if values else path


def _known_index(checked: Checked, index: int) -> None:
    if not 0 <= index < len(checked.log.entries):
        raise HTTPException(404)


def _download(data: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)
