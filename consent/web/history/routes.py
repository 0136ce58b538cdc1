"""The athlete's own record: who looked, receipts, and the rules that say never."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from chassis.text import counted
from consent.athlete.values import ProofState
from consent.errors import NotFound
from consent.grants.values import ReceiptRecord
from consent.web.history.access_history import (
    EVERYONE,
    KINDS,
    PERIODS,
    AccessFilter,
    access_history_view,
    roles_of,
)
from consent.web.history.entry_lines import PROOFS
from consent.web.history.receipt_page import ReceiptPage, receipt_page
from consent.web.log_text import waits_for
from consent.web.portal import Portal
from consent.web.request_context import PortalHere, SignedIn
from consent.web.sharing.rules import rules_view
from policies.vocabulary import AthleteId, Role

router = APIRouter()
READ_BACK = "my-entries-private.json"
LONGEST_PAGE_NUMBER = 4  # digits
PROOF_MARKS = {ProofState.PROVEN: "proven", ProofState.WAITING: "waiting", ProofState.NOT_PROVEN: "cross"}
EntryNumber = Annotated[int, Path(ge=1, le=2**31)]


@router.get("/looked")
def access_history_page(portal: PortalHere, context: SignedIn, request: Request) -> HTMLResponse:
    """List the athlete's own entries; the filter is in the address, so that a filtered view has one."""
    looks, log = portal.store.looks(context.athlete, limit=None), portal.store.log_state()
    wanted, choices = _filter(request.query_params), _choices(portal, context.athlete)
    return portal.page(
        context,
        "looked.html",
        title="Who looked",
        here="/looked",
        log=log,
        view=access_history_view(looks, wanted=wanted, today=portal.today, log=log, choices=choices),
        wanted=wanted,
        periods=PERIODS,
        kinds=KINDS,
        roles=roles_of(looks),
    )


@router.get("/looked/proofs")
def export_file(portal: PortalHere, context: SignedIn) -> Response:
    """Hand out every own entry with its proof and opening as one private file."""
    data = portal.store.athlete_export(context.athlete)
    return Response(data, media_type="application/json", headers=_attached(READ_BACK))


@router.get("/looked/{number}/proof")
def proof_file(portal: PortalHere, context: SignedIn, number: EntryNumber) -> Response:
    """Hand out the proof of one own entry as a file."""
    return PlainTextResponse(
        portal.store.entry_proof(context.athlete, number), headers=_attached(f"entry-{number}.tlog-proof")
    )


@router.get("/receipts")
def receipts_page(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """List the athlete's receipts, newest first."""
    pages = _receipts(portal, context.athlete)
    title = f"You have {counted(len(pages), 'receipt')}"
    return portal.page(context, "receipts.html", title=title, here="/budget", receipts=pages)


@router.get("/receipts/{receipt_id}.json")
def receipt_file(portal: PortalHere, context: SignedIn, receipt_id: str) -> Response:
    """Hand out one signed receipt with its proof as a file."""
    whole = portal.store.receipt(context.athlete, receipt_id)
    return JSONResponse(whole, media_type="application/ld+json", headers=_attached(f"{receipt_id}.json"))


@router.get("/receipts/{receipt_id}")
def receipt(portal: PortalHere, context: SignedIn, receipt_id: str) -> HTMLResponse:
    """Say what one decision did; every form that changes something ends here."""
    record = _record(portal, context.athlete, receipt_id)
    names = {org.org_id: org.name for org in portal.store.orgs()}
    view, log = receipt_page(record, names), portal.store.log_state()
    status = portal.store.entry_status(context.athlete, record.leaf_hash)
    return portal.page(
        context,
        "receipt.html",
        title=view.title,
        here="/shared",
        log=log,
        view=view,
        proof=PROOFS[status.proof],
        mark=PROOF_MARKS[status.proof],
        entry=f"entry {status.index:,}" if status.index is not None else "",
        until=waits_for(log),
    )


@router.get("/rules")
def rules_page(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """Say which rules close which cells, and every rule in force."""
    enforcer = portal.rules
    view = rules_view(portal.store.matrix(context.athlete), enforcer.rules())
    return portal.page(
        context,
        "rules.html",
        title="Which rules say never?",
        here="/shared",
        view=view,
        pack=enforcer.bundle.pack,
        policy_hash=enforcer.policy_hash,
    )


def _filter(asked: Mapping[str, str]) -> AccessFilter:
    """Read the filter; what is not on offer falls back to what the page shows first."""
    number = asked.get("page", "1")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_PAGE_NUMBER
    roles = {EVERYONE, *(role.value for role in Role)}
    return AccessFilter(
        period=_offered(asked, "period", PERIODS, "30"),
        who=_offered(asked, "who", roles, EVERYONE),
        kind=_offered(asked, "kind", KINDS, "all"),
        page=max(1, int(number)) if is_number else 1,
    )


def _offered(asked: Mapping[str, str], name: str, offered: Collection[str], first: str) -> str:
    value = asked.get(name, first)
    return value if value in offered else first


def _receipts(portal: Portal, athlete: AthleteId) -> list[ReceiptPage]:
    names = {org.org_id: org.name for org in portal.store.orgs()}
    return [receipt_page(record, names) for record in portal.store.receipts(athlete)]


def _choices(portal: Portal, athlete: AthleteId) -> dict[str, str]:
    """What each receipt says was decided, by the leaf hash of its entry in the public log."""
    return {page.leaf_hash: page.in_words for page in _receipts(portal, athlete)}


def _record(portal: Portal, athlete: AthleteId, receipt_id: str) -> ReceiptRecord:
    for record in portal.store.receipts(athlete):
        if record.receipt_id == receipt_id:
            return record
    raise NotFound("expected a receipt of this athlete")


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
