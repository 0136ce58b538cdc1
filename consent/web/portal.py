"""What every page of the portal works with, and the frame that every page has."""

from dataclasses import dataclass, field
from datetime import date

from fastapi.responses import HTMLResponse, RedirectResponse

from chassis.clock import Clock
from chassis.http.budgets import PAGES_OF_A_PERSON, TOO_MANY, Budget
from chassis.sign_in.cookies import SessionCookie
from chassis.text import sentence
from chassis.web.page_errors import ClosedWords, closed_words
from chassis.web.pages import Pages
from consent.athlete.node_tickets import NodeTickets
from consent.athlete.shown_choices import ShownChoices
from consent.identity.sessions import AthleteSession, AthleteSessions
from consent.operations.log_status import LogState
from consent.registry.values import Member
from consent.settings import ConsentSettings
from consent.store import ConsentStore
from consent.web.log_text import checkpoint_words
from policies.enforcer import Enforcer
from policies.vocabulary import AthleteId

SURFACE = "Your portal"
NAVIGATION = (
    ("/shared", "Shared now"),
    ("/asked", "Asked of me"),
    ("/looked", "Who looked"),
    ("/budget", "Budget and rights"),
)
SEE_OTHER, CONFLICT = 303, 409


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request of a signed-in athlete. theme is "light", "dark" or None for the device's own."""

    session: AthleteSession
    member: Member
    theme: str | None

    @property
    def athlete(self) -> AthleteId:
        """The athlete: the only one whose things this visit can name."""
        return self.member.athlete


@dataclass(frozen=True, slots=True)
class Portal:
    """The store, the sessions, and the templates; one for the whole service. choices: everything that gives."""

    store: ConsentStore
    choices: ShownChoices
    tickets: NodeTickets
    sessions: AthleteSessions
    settings: ConsentSettings
    clock: Clock
    pages: Pages
    cookie: SessionCookie
    page_budget: Budget = field(default_factory=lambda: Budget(PAGES_OF_A_PERSON))

    @property
    def today(self) -> date:
        """The day in UTC: the same for every reader."""
        return self.clock().date()

    @property
    def rules(self) -> Enforcer:
        """The rules in force."""
        return self.store.transactions.context.enforcer

    def page(
        self,
        context: RequestContext,
        template: str,
        *,
        title: str,
        here: str,
        status: int = 200,
        log: LogState | None = None,
        is_leaving: bool = False,
        **values: object,
    ) -> HTMLResponse:
        """Render a page for a signed-in athlete. here: address of its item in the navigation. log: if it was read.

        is_leaving: a page whose only form goes to another site, so that it has none to sign out with.
        """
        again = [one for one in self.choices.asked_again(context.athlete) if one.is_open]
        waiting = len(self.store.requests(context.athlete)) + len(again)
        return self.pages.render(
            template,
            status=status,
            title=title,
            here=here,
            nav=[
                {"href": href, "label": label, "count": waiting if href == "/asked" else 0}
                for href, label in NAVIGATION
            ],
            person=context.member.name,
            settings_href="/settings",
            sign_out=None if is_leaving else context.session.csrf,
            csrf=context.session.csrf,
            theme=context.theme,
            log_words=checkpoint_words(log or self.store.log_state(), self.clock()),
            club=self.store.org(context.member.club).name,
            **self._who(),
            **values,
        )

    def signed_out_page(
        self, template: str, *, title: str, theme: str | None = None, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Render a page for nobody in particular: signing in."""
        return self.pages.render(template, status=status, title=title, theme=theme, **self._who(), **values)

    def busy(self, retry_after_s: int, *, theme: str | None = None) -> HTMLResponse:
        """Render the page of somebody who asked for too many; what ends sharing is carried out all the same."""
        text = f"Too many pages were opened at once. Nothing is shown. Try again in {retry_after_s} seconds."
        words = ClosedWords("Busy", f"{text} Stopping works at any time.")
        page = self.closed(TOO_MANY, theme=theme, words=words)
        page.headers["Retry-After"] = str(retry_after_s)
        return page

    def shown_now(self, context: RequestContext, *, release_id: str = "") -> str:
        """Return the mark for a form that gives or answers; read before what the page shows, never after it."""
        return self.choices.mark(context.athlete, secret=context.session.csrf, release_id=release_id)

    def changed_meanwhile(self, context: RequestContext, *, here: str, back: str) -> HTMLResponse:
        """Render the answer to a form whose page shows what no longer holds. back: where what holds now stands."""
        title = "This has changed meanwhile"
        return self.page(context, "changed.html", title=title, here=here, status=CONFLICT, back=back)

    def closed(self, status: int, *, theme: str | None = None, words: ClosedWords | None = None) -> HTMLResponse:
        """Render the one page for everything that cannot be shown; it asks the store nothing."""
        nav, said = [{"href": h, "label": label, "count": 0} for h, label in NAVIGATION], words or closed_words(status)
        return self.pages.render(
            "closed.html",
            status=status,
            title=said.heading,
            theme=theme,
            nav=nav,
            closed=said,
            **self._who(),
        )

    @property
    def union(self) -> str:
        """Who runs this service, as the beginning of a sentence."""
        return sentence(_with_article(self.settings.name))

    def _who(self) -> dict[str, object]:
        return {"surface": SURFACE, "run_by": f"run by {_with_article(self.settings.name)}"}


def see_other(address: str) -> RedirectResponse:
    """Redirect after a POST, so that reloading the next page repeats nothing."""
    return RedirectResponse(address, status_code=SEE_OTHER)


def _with_article(name: str) -> str:
    return name if name.lower().startswith("the ") else f"the {name}"
