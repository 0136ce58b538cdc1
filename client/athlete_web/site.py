"""What every page of the athlete's own site shares: who is signed in, the day, and the frame around a page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from audit.entries.details.clubs import OwnSiteUsed
from audit.entries.details.codes import OwnSiteDeed
from chassis.clock import Clock
from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.csrf import is_own_token
from chassis.texts.catalogue import Texts, mark
from chassis.web.page_errors import Refused, closed_words
from chassis.web.pages import Pages
from chassis.web.secured_answers import SCRIPTED_POLICY
from client.access_records.looks import Looks
from client.athlete_web.athlete_sign_in import AthleteSignIn
from client.athlete_web.viewer import AthleteViewer
from client.coaching.auto_apply import BY_ITSELF
from client.coaching.domains import PROFILES, Domain
from client.coaching.journal import CoachingJournal
from client.health.health_records import HealthRecords
from client.settings import NodeSettings
from client.staff.people import StaffPerson
from client.staff.tablet_pins import TabletPins
from client.statements.answers import AthleteAnswers
from client.statements.standing import StandingStatements
from client.vault.store import Vault
from client.web.access import ConsentDecisions
from client.web.site import DEFAULT_PROFILE, day_of_pages
from client.web.tables import Tables
from policies.vocabulary import AthleteId

HOME: Final = "/me"
SIGN_IN: Final = "/me/sign-in"
SIGN_OUT: Final = "/me/sign-out"
TABLET: Final = "/me/tablet"
TABLET_LEAVE: Final = f"{TABLET}/leave"
ON_TABLETS: Final = re.compile(r"/me/tablet(/[a-z]+)?|/me/forms/(?!take-back)[a-z0-9-]+", re.ASCII)
"""What a session on a shared tablet opens: empty forms, and sending them."""
TEMPLATES: Final = Path(__file__).parent / "templates"
NAVIGATION: Final = (
    (HOME, mark("Today")),
    ("/me/forms", mark("Questionnaires")),
    ("/me/data", mark("My data")),
    ("/me/decisions", mark("My decisions")),
    ("/me/looked", mark("Who looked")),
)


class OwnSignInNeeded(Exception):
    """No athlete is signed in here."""


@dataclass(frozen=True, slots=True)
class AthleteSite:
    """The athlete's own site with everything its pages use. Own data needs no grant, so nothing here asks for one."""

    settings: NodeSettings
    vault: Vault
    consent: ConsentDecisions
    clock: Clock
    pages: Pages
    sign_in: AthleteSignIn
    cookie: SessionCookie
    pending_cookie: SessionCookie
    tablet_cookie: SessionCookie
    tablets: TabletPins
    tables: Tables
    journal: CoachingJournal
    health: HealthRecords
    said: StandingStatements
    answers: AthleteAnswers
    looks: Looks
    staff: Callable[[], Sequence[StaffPerson]]
    demo: bool
    words: Texts

    @staticmethod
    def holds(path: str) -> bool:
        """True for an address of this site."""
        return path == HOME or path.startswith(f"{HOME}/")

    def now(self) -> datetime:
        """This moment in the club's time zone."""
        return self.clock().astimezone(self.settings.timezone)

    def day(self) -> date:
        """Return the day that the pages are about: today, or in the demo the newest day that the club has."""
        return day_of_pages(self.now().date(), self.tables, is_demo=self.demo)

    @property
    def weights(self) -> Mapping[Domain, float]:
        """What each domain weighs in the light here."""
        return PROFILES[DEFAULT_PROFILE]

    def name_of(self, person: str) -> str:
        """Return the name of a person of the staff; who has left is said to be one of them, without a name."""
        if person == BY_ITSELF:
            return self.words("nobody: applied by itself because you asked for it")
        found = next((one.name for one in self.staff() if one.person == person), None)
        return found or self.words("somebody of the staff who left")

    def viewer(self, request: Request) -> AthleteViewer:
        """Return which athlete is signed in; raises OwnSignInNeeded, on a shared tablet for all but its forms."""
        viewer = self.sign_in.viewer(self.cookie.read(request))
        if viewer is None or (viewer.is_on_tablet and not ON_TABLETS.fullmatch(request.url.path)):
            raise OwnSignInNeeded
        return viewer

    def poster(self, request: Request, csrf: str) -> AthleteViewer:
        """Return who sent this form; raises Refused if it is not from a page of their session."""
        viewer = self.viewer(request)
        if not is_own_token(csrf, self.cookie.read(request)):
            raise Refused
        return viewer

    def report(self, athlete: AthleteId, deed: OwnSiteDeed) -> None:
        """Have an act of the athlete logged before it is done; raises ConsentUnavailable, and then it is not done."""
        self.consent.event(OwnSiteUsed(athlete=athlete, deed=deed))

    def page(
        self,
        template: str,
        viewer: AthleteViewer | None,
        *,
        here: str = "",
        status: int = 200,
        is_kept: bool = False,
        **values: object,
    ) -> HTMLResponse:
        """Render one page inside the site's frame; signed in, with the scripts that send what a phone has kept.

        is_kept: a phone may keep it for when there is no connection, so that neither name nor sign-out stand in it.
        """
        named = None if is_kept else viewer
        alone = None if viewer is None or viewer.is_on_tablet else viewer
        response = self.pages.render(
            template,
            status=status,
            own=alone,
            is_kept=is_kept,
            zone=str(self.settings.timezone),
            surface=self.words("Your own page"),
            run_by=self.words("on %(club)s’s node; data stays here", club=self.settings.name),
            person=named.one.name if named else None,
            sign_out=named.csrf if named else None,
            sign_out_at=SIGN_OUT if alone else TABLET_LEAVE,
            csrf=viewer.csrf if viewer else "",
            nav=[{"href": href, "label": self.words(label)} for href, label in NAVIGATION] if alone else (),
            here=here,
            **values,
        )
        if alone is not None:
            response.headers["Content-Security-Policy"] = SCRIPTED_POLICY
        return response

    def closed(self, request: Request, *, status: int, text: str = "") -> HTMLResponse:
        """The one page for everything that is not shown. text: what it says instead of the words of its status."""
        words, viewer = closed_words(status, text=text), self.sign_in.viewer(self.cookie.read(request))
        return self.page("closed.html", viewer, status=status, title=words.heading, closed=words)
