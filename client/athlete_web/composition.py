"""The athlete's own site, wired over what the club's pages have open."""

from fastapi import FastAPI

from chassis.sign_in.cookies import SessionCookie
from chassis.texts.catalogue import Texts
from chassis.web.pages import Pages
from chassis.web.site_address import SiteAddress
from client.athlete_web import decisions, entrance, looked, not_ok, own_limit, ticket_entrance, today
from client.athlete_web.athlete_sign_in import AthleteSignIn
from client.athlete_web.data import pages as data
from client.athlete_web.forms import offline
from client.athlete_web.forms import routes as forms
from client.athlete_web.settings import pages as settings
from client.athlete_web.site import TEMPLATES, AthleteSite
from client.athlete_web.tablet import routes as tablet
from client.staff.database import StaffFile
from client.staff.tablet_pins import TabletPins
from client.web.site import ClubSite


def own_site(club: ClubSite, *, address: SiteAddress) -> AthleteSite:
    """Return the athlete's own site; its sessions and its cookie are its own."""
    file = StaffFile(club.settings.directory)
    return AthleteSite(
        settings=club.settings,
        vault=club.vault,
        consent=club.consent,
        clock=club.clock,
        pages=Pages(TEMPLATES),
        sign_in=AthleteSignIn.over(file, vault=club.vault, clock=club.clock),
        cookie=SessionCookie(f"homefield-own-{club.settings.club}", address),
        tablet_cookie=SessionCookie(f"homefield-tablet-{club.settings.club}", address),
        tablets=TabletPins(file),
        pending_cookie=SessionCookie(f"homefield-enter-{club.settings.club}", address),
        tables=club.tables,
        journal=club.journal,
        health=club.health,
        said=club.said,
        answers=club.answers,
        looks=club.looks,
        staff=club.sign_in.everybody,
        demo=club.demo,
        words=Texts(),
    )


def add_own_pages(app: FastAPI, own: AthleteSite) -> None:
    """Add every page of the athlete's own site to the node's application."""
    opening, morning = (entrance, ticket_entrance, tablet), (today, not_ok, own_limit, forms, offline)
    for area in (*opening, *morning, data, decisions, looked, settings):
        app.include_router(area.router(own))
