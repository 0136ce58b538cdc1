"""What every page of the coordinator shares: who is signed in, and safe answers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from audit.entries.details.base import Details
from audit.entries.details.codes import LeaguePage, LeagueRole
from audit.entries.details.league import LeaguePageRefused
from chassis.clock import Clock
from chassis.sign_in.cookies import SessionCookie
from chassis.web.page_errors import Closed, ClosedWords, NotForThisRole, SignInNeeded, closed_words
from chassis.web.pages import Pages
from server.consent_client import OfficeView, Spend
from server.errors import ConsentServiceFailed
from server.federation.roster import Roster
from server.settings import CoordinatorSettings
from server.store import CoordinatorStore
from server.web.club_names import ClubNames
from server.web.league_sign_in import LeagueSignIn
from server.web.staff import LeagueStaff, StaffRequest
from server.web.staff_role import StaffRole

TEMPLATES = Path(__file__).parent / "templates"
LOOPBACK = ("127.0.0.1", "::1", "testclient")
NAVIGATION = {
    StaffRole.FRONT_OFFICE: (
        {"href": "/squad", "label": "Squad"},
        {"href": "/meaning", "label": "What these figures mean"},
    ),
    StaffRole.OPERATOR: (
        {"href": "/campaigns", "label": "Campaigns"},
        {"href": "/models", "label": "Models"},
        {"href": "/nodes", "label": "Nodes"},
    ),
}
SURFACES = {StaffRole.FRONT_OFFICE: "Front office", StaffRole.OPERATOR: "League"}


class SquadConsent(Protocol):
    """What these pages need of the consent service."""

    def office(self, club: str, *, person: str) -> OfficeView:
        """One look at a squad page."""

    def spend(self, manifest_sha256: str) -> Spend:
        """What a campaign has cost so far."""

    def event(self, details: Details) -> None:
        """Have a deed of the league logged before it is done."""


@dataclass(frozen=True, slots=True)
class LeagueSite:
    """The coordinator's pages with everything they use."""

    settings: CoordinatorSettings
    store: CoordinatorStore
    consent: SquadConsent
    roster: Roster
    clock: Clock
    pages: Pages
    sign_in: LeagueSignIn
    cookie: SessionCookie
    clubs: ClubNames = field(default_factory=ClubNames)

    def context(self, request: Request, role: StaffRole) -> StaffRequest:
        """Return who is signed in.

        Raises SignInNeeded, or NotForThisRole for somebody of another role once that is recorded; where it cannot be,
        Closed.
        """
        context = self.sign_in.find(self.cookie.read(request))
        if context is None:
            raise SignInNeeded
        if context.staff.role is not role:
            self._record_refusal(context.staff, LeaguePage(request.url.path.strip("/")))
            raise NotForThisRole
        return context

    def _record_refusal(self, staff: LeagueStaff, page: LeaguePage) -> None:
        try:
            self.consent.event(LeaguePageRefused(person=staff.person, role=LeagueRole(staff.role.value), page=page))
        except ConsentServiceFailed as error:
            raise Closed from error

    def page(
        self,
        template: str,
        context: StaffRequest | None,
        *,
        status: int = 200,
        here: str = "",
        **values: object,
    ) -> HTMLResponse:
        """Render one page inside the header of the visitor's surface."""
        role = context.staff.role if context else None
        return self.pages.render(
            template,
            status=status,
            surface=SURFACES[role] if role else "League",
            run_by=self.clubs.of(context.staff.club) if context and context.staff.club else self.settings.name,
            person=context.staff.label if context else None,
            sign_out=context.csrf if context else None,
            nav=NAVIGATION[role] if role else (),
            here=here,
            **values,
        )

    def closed(self, request: Request, *, status: int) -> HTMLResponse:
        """The one page for everything that is not shown."""
        context = self.sign_in.find(self.cookie.read(request))
        return self._instead(context, status, closed_words(status))

    def not_for_this_role(self, request: Request) -> HTMLResponse:
        """The page of somebody who asked for a page of people of another role; the try is recorded."""
        context = self.sign_in.find(self.cookie.read(request))
        heading = "This page is for people of another role"
        text = "Nothing is shown. That you asked for it is recorded. Start from the first page of your own."
        return self._instead(context, 403, ClosedWords(heading, text))

    def not_in_league(self, request: Request) -> HTMLResponse:
        """The page of a front office whose club is not in this league now, and who can change that."""
        context = self.sign_in.find(self.cookie.read(request))
        heading = "Your club is not in this league now"
        text = "Nothing is shown. Whoever runs your club’s node can say why, and can have the club join the league."
        return self._instead(context, 404, ClosedWords(heading, text))

    def not_accepted(self, request: Request) -> HTMLResponse:
        """The page of a league whose key the consent service does not take, and who can change that."""
        context = self.sign_in.find(self.cookie.read(request))
        heading = "The athletes’ union does not accept this league’s key"
        text = (
            "Nothing is shown. The key that the league signs its questions with was revoked or replaced, or was never "
            "registered; waiting does not help. Ask whoever runs the league’s coordinator: they ask the union to "
            "accept the league."
        )
        return self._instead(context, 403, ClosedWords(heading, text))

    def busy(self, request: Request, *, retry_after_s: int) -> HTMLResponse:
        """The page of a league that has asked too often: nothing is shown, and when to try again."""
        context = self.sign_in.find(self.cookie.read(request))
        text = f"Nothing is shown. The league has asked too many questions. Try again in {retry_after_s} seconds."
        page = self._instead(context, 503, ClosedWords("Busy", text))
        page.headers["Retry-After"] = str(retry_after_s)
        return page

    def _instead(self, context: StaffRequest | None, status: int, words: ClosedWords) -> HTMLResponse:
        return self.page("closed.html", context, status=status, title=words.heading, closed=words)


def to(path: str) -> RedirectResponse:
    """Return the redirect that follows a form, so that reloading never repeats it."""
    return RedirectResponse(path, status_code=303)
