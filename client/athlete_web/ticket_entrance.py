"""Signing in from the portal: its form brings a ticket, one page names the athlete, and one press opens the session.

Of everything here, `ENTER` alone takes a form of another origin, and only the portal's. A ticket that opens nothing
leads to the sign-in page, whatever the reason, and is recorded without one.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import TicketRefused
from audit.entries.details.codes import OwnSiteDeed
from chassis.errors import TooManyTries
from chassis.sign_in.csrf import csrf_token, is_own_token
from chassis.web.page_errors import Refused
from client.athlete_web.entrance import opened, refused_ticket_page
from client.athlete_web.site import SIGN_IN, AthleteSite
from client.web.site import to
from policies.errors import PolicyError
from policies.sign_in.ticket import LONGEST_TICKET, Ticket, open_ticket
from policies.signing import VerifyKey

ENTER: Final = "/me/enter"
OPEN: Final = "/me/open"
_ANY_TICKET: Final = ["a ticket that opens nothing"]


def router(site: AthleteSite) -> APIRouter:
    """Routes of the way from the portal."""
    routes = APIRouter()

    @routes.post(ENTER)
    def enter(ticket: Annotated[str, Form(max_length=LONGEST_TICKET)] = "") -> Response:
        found = _taken(site, ticket)
        if found is None or site.sign_in.athlete(found.athlete) is None:
            return refused_ticket(site)
        response = to(OPEN)
        site.pending_cookie.keep(response, site.sign_in.pending.put(found.athlete))
        return response

    @routes.get(OPEN)
    def confirm(request: Request) -> Response:
        value = site.pending_cookie.read(request)
        athlete = site.sign_in.pending.find(value)
        one = None if athlete is None else site.sign_in.athlete(athlete)
        if one is None or value is None:
            return to(SIGN_IN)
        now = site.sign_in.viewer(site.cookie.read(request))
        is_other = now is not None and now.athlete != one.athlete
        title = site.words("You are opening the data of %(name)s", name=one.name)
        return site.page("own_open.html", None, title=title, name=one.name, token=csrf_token(value), is_other=is_other)

    @routes.post(OPEN)
    def open_own(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        value = site.pending_cookie.read(request)
        if not is_own_token(csrf, value):
            raise Refused
        athlete = site.sign_in.pending.find(value)
        if athlete is None:
            return to(SIGN_IN)
        site.report(athlete, OwnSiteDeed.SIGNED_IN_BY_TICKET)
        if site.sign_in.pending.take(value) is None:
            return to(SIGN_IN)
        response = opened(site, site.sign_in.sessions.begin(athlete, replaces=site.cookie.read(request)))
        site.pending_cookie.drop(response)
        return response

    return routes


def refused_ticket(site: AthleteSite) -> Response:
    """Record that a ticket opened nothing, and return the sign-in page; raises ConsentUnavailable.

    No more than ten in five minutes are recorded, of all callers together: anybody can send one, and the log is kept
    for good.
    """
    try:
        site.sign_in.attempts.check(_ANY_TICKET)
    except TooManyTries:
        return refused_ticket_page(site)
    site.sign_in.attempts.count(_ANY_TICKET)
    site.consent.event(TicketRefused())
    return refused_ticket_page(site)


def _taken(site: AthleteSite, text: str) -> Ticket | None:
    """Return the ticket of a form and use it up; None for one that opens nothing here and now."""
    key, now = site.settings.consent_service_key, site.clock()
    if key is None:
        return None
    try:
        ticket = open_ticket(text, VerifyKey.from_text(key), node=site.settings.club, now=now)
    except PolicyError:
        return None
    return ticket if site.sign_in.tickets.spend(ticket, now=now) else None
