"""The athlete's own record: who looked, receipts, and the rules that say never."""

from collections.abc import Collection, Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from consent.errors import NotFound
from consent.views import ProofState, ReceiptRecord
from consent.web.looked import EVERYONE, KINDS, PERIODS, LookFilter, looked_view, roles_of
from consent.web.portal import Portal
from consent.web.receipt_page import ReceiptPage, receipt_page
from consent.web.rules import rules_view
from consent.web.visit import PortalHere, SignedIn
from consent.web.words import counted
from policies.vocabulary import AthleteId, Role

router = APIRouter()
MOST_ENTRIES = 2_000  # ours: what one page opens and checks at most; older entries are with the union's desk
LONGEST_PAGE_NUMBER = 4  # digits
EntryNumber = Annotated[int, Path(ge=1, le=2**31)]


@router.get("/looked")
def looked_page(portal: PortalHere, visit: SignedIn, request: Request) -> HTMLResponse:
    """List the athlete's own entries; the filter is in the address, so that a filtered view has one."""
    looks = portal.store.looks(visit.athlete, limit=MOST_ENTRIES)
    wanted = _filter(request.query_params)
    return portal.page(
        visit,
        "looked.html",
        title="Who looked",
        here="/looked",
        view=looked_view(looks, wanted=wanted, today=portal.today, choices=_choices(portal, visit.athlete)),
        wanted=wanted,
        periods=PERIODS,
        kinds=KINDS,
        roles=roles_of(looks),
    )


@router.get("/looked/{number}/proof")
def proof_file(portal: PortalHere, visit: SignedIn, number: EntryNumber) -> Response:
    """Hand out the proof of one own entry as a file."""
    return PlainTextResponse(
        portal.store.entry_proof(visit.athlete, number), headers=_attached(f"entry-{number}.tlog-proof")
    )


@router.get("/receipts")
def receipts_page(portal: PortalHere, visit: SignedIn) -> HTMLResponse:
    """List the athlete's receipts, newest first."""
    pages = _receipts(portal, visit.athlete)
    title = f"You have {counted(len(pages), 'receipt')}"
    return portal.page(visit, "receipts.html", title=title, here="/budget", receipts=pages)


@router.get("/receipts/{receipt_id}.json")
def receipt_file(portal: PortalHere, visit: SignedIn, receipt_id: str) -> Response:
    """Hand out one signed receipt with its proof as a file."""
    whole = portal.store.receipt(visit.athlete, receipt_id)
    return JSONResponse(whole, media_type="application/ld+json", headers=_attached(f"{receipt_id}.json"))


@router.get("/receipts/{receipt_id}")
def receipt(portal: PortalHere, visit: SignedIn, receipt_id: str) -> HTMLResponse:
    """Say what one decision did; every form that changes something ends here."""
    record = _record(portal, visit.athlete, receipt_id)
    names = {org.org_id: org.name for org in portal.store.orgs()}
    view = receipt_page(record, names)
    proof = _proof(portal, record)
    return portal.page(visit, "receipt.html", title=view.title, here="/shared", view=view, proof=proof)


@router.get("/rules")
def rules_page(portal: PortalHere, visit: SignedIn) -> HTMLResponse:
    """Say which rules close which cells, and every rule in force."""
    enforcer = portal.rules
    view = rules_view(portal.store.matrix(visit.athlete), enforcer.rules())
    return portal.page(
        visit,
        "rules.html",
        title="Which rules say never?",
        here="/shared",
        view=view,
        pack=enforcer.bundle.pack,
        policy_hash=enforcer.policy_hash,
    )


def _filter(asked: Mapping[str, str]) -> LookFilter:
    """Read the filter; what is not on offer falls back to what the page shows first."""
    number = asked.get("page", "1")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_PAGE_NUMBER
    roles = {EVERYONE, *(role.value for role in Role)}
    return LookFilter(
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


def _choices(portal: Portal, athlete: AthleteId) -> dict[int, str]:
    """What each receipt says was decided, by the place of its entry in the public log."""
    return {page.log_index: page.in_words for page in _receipts(portal, athlete)}


def _record(portal: Portal, athlete: AthleteId, receipt_id: str) -> ReceiptRecord:
    for record in portal.store.receipts(athlete):
        if record.receipt_id == receipt_id:
            return record
    raise NotFound("expected a receipt of this athlete")


def _proof(portal: Portal, record: ReceiptRecord) -> str:
    """Return how the log stands to this receipt's entry, checked now."""
    entries = portal.store.looks(record.athlete, limit=MOST_ENTRIES).entries
    found = next((entry for entry in entries if entry.index == record.log_index), None)
    return "proven" if found is not None and found.proof is ProofState.PROVEN else "broken"


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
