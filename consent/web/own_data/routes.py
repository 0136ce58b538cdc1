"""The page from which an athlete opens their own data: its one form goes to their club's node, and nowhere else."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from chassis.web.secured_answers import only_form_to
from consent.errors import NotFound
from consent.web.request_context import PortalHere, SignedIn

router = APIRouter()
ENTER = "/me/enter"
"""Where a node takes a ticket."""


@router.get("/own-data")
def own_data_page(portal: PortalHere, context: SignedIn) -> HTMLResponse:
    """Show the form with a fresh ticket. It is no address, so that no browser keeps it in its history."""
    site = portal.tickets.site_of(context.athlete)
    if site is None:
        raise NotFound("expected a club whose node has an address")
    page = portal.page(
        context,
        "own_data.html",
        title=f"Open your data at {site.club}",
        here="/own-data",
        is_leaving=True,
        site=site,
        action=f"{site.address}{ENTER}",
        ticket=portal.tickets.issue(context.athlete),
    )
    page.headers.update(only_form_to(site.address))
    return page
