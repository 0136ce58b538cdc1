"""What every page of the node shares: who is signed in, what they may see, the day, and safe answers."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from chassis.clock import Clock
from chassis.sign_in.cookies import SessionCookie
from chassis.sign_in.csrf import is_own_token
from chassis.web.charts import Chart
from chassis.web.page_errors import Closed, ClosedWords, PageLocked, Refused, SignInNeeded, closed_words
from chassis.web.pages import Pages
from client.access_records.looks import Looks
from client.biometrics.observations import Observation
from client.coaching.daily_assessment import (
    Context,
    DailyAssessment,
    assess_day,
    day_begins,
    evidence_of,
    light_alone,
)
from client.coaching.domains import PROFILES
from client.coaching.evidence import Evidence
from client.coaching.journal import CoachingJournal
from client.coaching.light.at_home import beside, categories_on
from client.coaching.records.taken_back import TakenBack
from client.coaching.review import ReviewDecision
from client.features.daily import DailyTable
from client.health.episodes import Episode
from client.health.health_records import HealthRecords
from client.health.stages import Stages
from client.health.statements import AvailabilityStatements, with_limit
from client.learning.kept_head import ModelSource, kept_head
from client.learning.tomorrow import Tomorrow, tomorrow
from client.planning.planner import Planner
from client.questions.session_questions import SessionQuestion
from client.settings import NodeSettings
from client.statements.answers import AthleteAnswers
from client.statements.standing import StandingStatements
from client.uploads.session_uploads import SessionUploads
from client.vault.history.kept_by_version import Identical, KeptByVersion, NewestByPlace, VersionMemory
from client.vault.journal import ImportRecord
from client.vault.store import Athlete, Vault
from client.web.access import ConsentDecisions, PageAccess, PageAccessRequests
from client.web.staff_sign_in import StaffSignIn
from client.web.tables import Tables, streams_of
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, Category, Role

NAV = (
    {"href": "/board", "label": "Morning board"},
    {"href": "/athletes", "label": "Athletes"},
    {"href": "/plan", "label": "Plan"},
    {"href": "/imports", "label": "Imports"},
    {"href": "/model", "label": "League model"},
)
HEALTH = {"href": "/medical", "label": "Health"}
AVAILABILITY = {"href": "/availability", "label": "Availability"}
TEMPLATES = Path(__file__).parent / "templates"
# Ours: questionnaires are what every club has, and self-reports follow training at least as closely as
# measurements do (Saw, Main and Gastin 2016, Br J Sports Med 50:281). docs/indices.md §6.1.
DEFAULT_PROFILE = "answers"
DECISIONS_DAYS = 28
MORNING_ENDS = time(12)  # ours: what came later on a day was not known when its session was decided


@dataclass(frozen=True, slots=True)
class ClubSite:
    """The node's pages with everything they use."""

    settings: NodeSettings
    vault: Vault
    consent: ConsentDecisions
    clock: Clock
    pages: Pages
    sign_in: StaffSignIn
    cookie: SessionCookie
    tables: Tables
    journal: CoachingJournal
    mornings: VersionMemory[DailyAssessment]
    charts: NewestByPlace[list[Chart]]
    said: StandingStatements
    answers: AthleteAnswers
    looks: Looks
    uploads: SessionUploads
    questions: KeptByVersion[tuple[SessionQuestion, ...]]
    imports: KeptByVersion[tuple[ImportRecord, ...]]
    episodes: KeptByVersion[tuple[Episode, ...]]
    health: HealthRecords
    demo: bool

    @property
    def access_requests(self) -> PageAccessRequests:
        """Asks the consent service for one page."""
        club, unworn = self.settings.club, self.settings.without_wearables
        return PageAccessRequests(self.consent, club, self.clock, self.vault.athletes, without_wearables=unworn)

    @property
    def statements(self) -> AvailabilityStatements:
        """What coaches are told of athletes' availability."""
        return AvailabilityStatements(self.health)

    @property
    def stages(self) -> Stages:
        """The stages that the medical team signed."""
        return Stages(self.health)

    @property
    def plans(self) -> Planner:
        """What is planned, and whom a plan can be for."""
        return Planner.over(self.vault, self.journal)

    @property
    def zone(self) -> tzinfo:
        """The club's time zone."""
        return self.settings.timezone

    def now(self) -> datetime:
        """This moment in the club's time zone."""
        return self.clock().astimezone(self.zone)

    def viewer(self, request: Request) -> Viewer:
        """Return who is signed in; raises SignInNeeded, or PageLocked after idle minutes."""
        held = self.cookie.read(request)
        viewer = self.sign_in.viewer(held)
        if viewer is not None:
            return viewer
        raise PageLocked if self.sign_in.is_locked(held) else SignInNeeded

    def poster(self, request: Request, csrf: str) -> Viewer:
        """Return who sent this form; raises Refused if it is not from a page of their session."""
        viewer = self.viewer(request)
        if not is_own_token(csrf, self.cookie.read(request)):
            raise Refused
        return viewer

    def page(
        self,
        template: str,
        viewer: Viewer | None,
        *,
        here: str = "",
        status: int = 200,
        access: PageAccess | None = None,
        **values: object,
    ) -> HTMLResponse:
        """Render one page inside the node's header; the foot says what was checked."""
        return self.pages.render(
            template,
            status=status,
            surface=f"{self.settings.name} node",
            run_by="data stays on this node",
            person=viewer.label if viewer else None,
            sign_out=viewer.csrf if viewer else None,
            csrf=viewer.csrf if viewer else "",
            nav=nav_of(viewer) if viewer else (),
            here=here,
            checked=f"{access.checked.astimezone(self.zone):%H:%M}" if access else None,
            valid_until=f"{access.valid_until.astimezone(self.zone):%H:%M}" if access else None,
            **values,
        )

    def closed(self, viewer: Viewer | None, *, status: int, text: str = "", heading: str = "") -> HTMLResponse:
        """The one page for everything that is not shown. text, heading: what it says instead of its status's words."""
        words = closed_words(status, text=text)
        return self._instead(viewer, status, replace(words, heading=heading) if heading else words)

    def not_accepted(self, viewer: Viewer | None) -> HTMLResponse:
        """The page of a club whose key the consent service does not take, and who can change that."""
        heading = "The athletes’ union does not accept this club’s key"
        text = (
            "Nothing is opened. The key that this club signs its questions with was revoked or replaced, or was never "
            "registered; waiting does not help. Ask whoever runs this node: they ask the union to accept the club."
        )
        return self._instead(viewer, 403, ClosedWords(heading, text))

    def busy(self, viewer: Viewer | None, *, retry_after_s: int) -> HTMLResponse:
        """The page of a club that has asked too often: nothing is shown, and when to try again."""
        text = f"Nothing is shown. This club has asked too many questions. Try again in {retry_after_s} seconds."
        page = self._instead(viewer, 503, ClosedWords("Busy", text))
        page.headers["Retry-After"] = str(retry_after_s)
        return page

    def _instead(self, viewer: Viewer | None, status: int, words: ClosedWords) -> HTMLResponse:
        return self.page("closed.html", viewer, status=status, title=words.heading, closed=words)

    def athletes(self, access: PageAccess) -> list[Athlete]:
        """Return the athletes of this look whom the vault still holds, in the order of their names."""
        held = [a for a in self.vault.athletes() if access.of(a.athlete)]
        return sorted(held, key=lambda a: (a.name.casefold(), a.athlete))

    def listed(self, access: PageAccess) -> list[Athlete]:
        """Return every enrolled athlete that this look asked about, whatever they share, by name."""
        held = [a for a in self.vault.athletes() if a.athlete in access.listed]
        return sorted(held, key=lambda a: (a.name.casefold(), a.athlete))

    def athlete(self, access: PageAccess, athlete: AthleteId) -> Athlete:
        """Return one athlete of this look; raises Closed for anybody else, known or not."""
        for one in self.listed(access):
            if one.athlete == athlete:
                return one
        raise Closed

    def table(self, access: PageAccess, athlete: AthleteId) -> DailyTable:
        """Return the days of one athlete, only from the categories that this look allows."""
        return self.tables.read(athlete, access.of(athlete))

    def readings(self, access: PageAccess, athlete: AthleteId, category: Category) -> list[Observation]:
        """Return single readings of one category, none if this look does not allow it."""
        allowed = access.of(athlete) & {category}
        return self.vault.read(athlete, streams_of(allowed, unworn=self.tables.unworn)) if allowed else []

    def day(self) -> date:
        """Return the day the pages are about: today, or in the demo the newest day that the club has anything of.

        The demo's recorded squads lived years ago; their last morning stands in for this one, and the page says so.
        """
        return day_of_pages(self.now().date(), self.tables, is_demo=self.demo)

    def context(self, day: date) -> Context:
        """Return what is the same for every athlete on `day`."""
        moment = self.now() if day == self.day() else datetime.combine(day, MORNING_ENDS, self.zone)
        return Context(day, day_begins(moment), PROFILES[DEFAULT_PROFILE])

    def assessment(self, access: PageAccess, athlete: AthleteId, context: Context) -> DailyAssessment:
        """Assess one athlete's morning from what this look allows: without readiness, as of one who records nothing."""
        one = self._assessed(access, athlete, context, self.light_categories(access, athlete))
        if athlete not in access.light_only or Category.READINESS not in access.of(athlete):
            return one
        return light_alone(self._assessed(access, athlete, context, frozenset()), one.light)

    def _assessed(
        self, access: PageAccess, athlete: AthleteId, context: Context, shown: frozenset[Category]
    ) -> DailyAssessment:
        """Assess the morning, once for all that it is made of: replaying three weeks is most of a board's time."""
        since, told = context.day - timedelta(days=DECISIONS_DAYS), self._known(athlete, shown, context.day)
        home = None
        if shown and athlete in access.at_home:
            home = self._known(athlete, self._light_at_home(athlete, context.day), context.day)
        planned = self.plans.own_plan(athlete, since, context.day)
        plan, matches = planned.of_day(context.day), planned.match_days
        standing = self.statements.standing(athlete, context.day)
        cap_au = None if standing is None else standing.cap_au
        decisions = tuple(one for one, gone in self.decisions(access, athlete, since=since) if gone is None)
        check_ins, said = tuple(self.journal.check_ins.of(athlete, since=since)), self.said.flags(athlete)
        is_below = bool(shown) and self._is_expected_below(access, athlete, context.day)
        morning = (context.day, context.made, Identical(context.weights), matches, cap_au, is_below)
        found = self.mornings.of(
            athlete,
            (Identical(told), Identical(home), morning, plan, decisions, check_ins, tuple(sorted(said.items()))),
            lambda: assess_day(
                athlete,
                told if home is None else beside(home, told),
                context=replace(context, match_days=matches),
                plan=plan,
                decisions=decisions,
                check_ins=check_ins,
                said=said,
                expected_below=is_below,
                by_light=home is not None,
                cap_au=cap_au,
            ),
        )
        return with_limit(found, standing)

    def _known(self, athlete: AthleteId, categories: frozenset[Category], day: date) -> DailyTable:
        """Return the days of these categories as they are known, and of a past morning as they were known on it.

        The demo's squads were imported long after their days, and show what is known now.
        """
        if self.demo or day == self.day():
            return self.tables.read_for_light(athlete, categories)
        return self.tables.as_known(athlete, categories, datetime.combine(day, MORNING_ENDS, self.zone))

    def _light_at_home(self, athlete: AthleteId, day: date) -> frozenset[Category]:
        """Of what the light of `day` is computed; in the demo, whose day is long past, what holds today."""
        today = self.now().date()
        return categories_on(self.vault, athlete, today if self.demo else min(day, today))

    def shown_evidence(self, access: PageAccess, one: DailyAssessment, context: Context) -> tuple[Evidence, Evidence]:
        """Return this morning's evidence and that of the morning before, as far as this look may show its kinds.

        Of a light that was computed at home that is another than what it rests on: a kind that is not shared day by
        day is no part of it, whatever the light was made of, and neither is any share of the light.
        """
        if not (one.by_light or one.athlete in access.light_only):
            return one.evidence, one.before
        table = self.tables.read_for_light(one.athlete, access.of(one.athlete))
        days = (context.day, context.day - timedelta(days=1))
        today, before = (evidence_of(table, day, context.weights) for day in days)
        return replace(today, readiness=one.evidence.readiness), replace(before, readiness=one.before.readiness)

    def light_categories(self, access: PageAccess, athlete: AthleteId) -> frozenset[Category]:
        """Return of what the light is computed for this look; of nothing, where it may not show one."""
        shown = access.of(athlete)
        return shown if Category.READINESS in shown else frozenset()

    def decisions(
        self, access: PageAccess, athlete: AthleteId, *, since: date
    ) -> list[tuple[ReviewDecision, TakenBack | None]]:
        """Return what staff decided, and who took it back, as far as this look may know of it.

        What was decided for today holds, whoever looks and whatever is shared since: withdrawing changes no load. A
        decision of before rests on the light, but for one on a day on which the athlete told staff that they are not
        OK: to a look without readiness, or of the light alone, the others would tell what led to them.
        """
        taken = self.journal.history(athlete, since=since)
        if Category.READINESS in access.of(athlete) and athlete not in access.light_only:
            return taken
        told = {one.day for one in self.journal.check_ins.all_of(athlete, since=since) if one.stops}
        told |= {held.one.day for held in self.said.records.history(athlete, since=since)} | {self.day()}
        return [(one, back) for one, back in taken if one.day in told]

    def _is_expected_below(self, access: PageAccess, athlete: AthleteId, day: date) -> bool:
        """True where what this look may use of the athlete expects less than usual of tomorrow."""
        one = self.tomorrow(access, athlete, day) if day == self.day() else None
        return one is not None and one.is_probably_below and one.source is not ModelSource.OWN_MEAN

    def tomorrow(self, access: PageAccess, athlete: AthleteId, day: date) -> Tomorrow | None:
        """Return what is expected of the day after `day`; None also where this look shows no more than a light."""
        if Category.READINESS not in access.of(athlete) or athlete in access.light_only:
            return None
        table = self.table(access, athlete)
        return tomorrow(table, day, kept_head(self.vault, athlete), today=self.now().date())


def day_of_pages(today: date, tables: Tables, *, is_demo: bool) -> date:
    """Return the day that pages are about: today, or in the demo the newest day that the club has anything of."""
    newest = tables.newest_day() if is_demo else None
    return today if newest is None else min(newest, today)


def nav_of(viewer: Viewer) -> tuple[dict[str, str], ...]:
    """Return the navigation: the medical team has a page of its own where coaches have the availability board."""
    health = HEALTH if viewer.role is Role.MEDICAL else AVAILABILITY
    return (*NAV[:2], health, *NAV[2:])


def to(path: str) -> RedirectResponse:
    """Return the redirect that follows a form, so that reloading never repeats it."""
    return RedirectResponse(path, status_code=303)
