"""One page, one look: what this person may see of whom, asked of the consent service for every page anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from audit.entries.details.base import Details
from audit.entries.details.clubs import ClubPageOpened, SquadRefused
from audit.entries.details.codes import ClubPage
from chassis.clock import Clock
from client.consent_client import Question, Ruling
from client.vault.store import Athlete
from client.web.viewer import Viewer
from policies.snapshot import ConsentSnapshot, LiveGrant
from policies.terms.notices import LIGHT_AT_HOME
from policies.vocabulary import (
    WITHOUT_WEARABLES,
    Action,
    AthleteId,
    Category,
    Granularity,
    OrgId,
    Purpose,
    Role,
    is_athlete_id,
)

# What the club's pages can show, and how exposing each is: readiness is a light and a word.
SHOWN: Mapping[Category, Granularity] = {
    Category.READINESS: Granularity.INDEX,
    Category.HEART: Granularity.DAILY,
    Category.SLEEP: Granularity.DAILY,
    Category.WELLNESS: Granularity.DAILY,
    Category.TRAINING_LOAD: Granularity.DAILY,
    Category.TESTS: Granularity.DAILY,
    Category.INJURY: Granularity.DAILY,
}
FINER: Mapping[Role, Mapping[Category, Granularity]] = {Role.MEDICAL: {Category.READINESS: Granularity.DAILY}}
"""What the page of one athlete asks on top, of roles that the rules may let see more than `SHOWN` says."""
ASKED: Mapping[ClubPage, tuple[Category, ...]] = {
    ClubPage.MORNING_BOARD: (Category.READINESS,),
    ClubPage.ATHLETES: tuple(SHOWN),
    ClubPage.IMPORTS: tuple(SHOWN),
    ClubPage.REPORT: tuple(SHOWN),
    ClubPage.HEALTH: (Category.INJURY, Category.TRAINING_LOAD),
    ClubPage.AVAILABILITY: (),
    ClubPage.WEEK_PLAN: (Category.TRAINING_LOAD,),
}
"""What each page asks about every enrolled athlete. The list is fixed: how long it is tells nobody who shares what."""


class ConsentDecisions(Protocol):
    """What these pages need of the consent service; every method raises ConsentUnavailable unless it is sure."""

    def snapshot(self) -> ConsentSnapshot:
        """Return the fresh signed snapshot of this club."""

    def decisions(
        self, *, person: str, role: Role, action: Action, purpose: Purpose, questions: Sequence[Question]
    ) -> tuple[Ruling, ...]:
        """Decide and log one page's questions together."""

    def event(self, details: Details) -> None:
        """Log an event of this club."""


Shared = Mapping[AthleteId, frozenset[Category]]
"""Categories by athlete; nobody who shares nothing is in it."""


@dataclass(frozen=True, slots=True)
class PageAccess:
    """What one page may show: categories by athlete. Whoever is not listed does not exist for this page.

    listed: enrolled athletes of this person's squads, whatever they share: a row or a page that is gone would tell a
    withdrawal. valid_until: when the check is stale.
    skew: this node's clock minus the consent service's, as the snapshot told it a moment ago. finer: categories by
    athlete that may be shown as exposing as `FINER` says, and not only as `SHOWN` does.
    snapshot: what was asked with, of a look at one athlete.
    at_home: whose readiness was given under a notice by which the light is one for all readers. light_only: of whom
    this person may see the light and nothing that follows from it.
    """

    allowed: Mapping[AthleteId, frozenset[Category]]
    checked: datetime
    valid_until: datetime
    skew: timedelta = timedelta(0)
    finer: Shared = field(default_factory=dict)
    listed: frozenset[AthleteId] = frozenset()
    snapshot: ConsentSnapshot | None = None
    at_home: frozenset[AthleteId] = frozenset()
    light_only: frozenset[AthleteId] = frozenset()

    def is_daily(self, athlete: AthleteId, category: Category) -> bool:
        """True if this category of the athlete may be shown day by day, in figures."""
        if SHOWN.get(category, Granularity.NONE) >= Granularity.DAILY:
            return category in self.of(athlete)
        return category in self.finer.get(athlete, ())

    def of(self, athlete: AthleteId) -> frozenset[Category]:
        """Categories of one athlete; empty if there are none or no such athlete."""
        return self.allowed.get(athlete, frozenset())


@dataclass(frozen=True, slots=True)
class PageAccessRequests:
    """Asks for one page at a time, and always the page's whole list.

    Something is shown if the decision allows it and the snapshot lists it; neither alone opens anything. Every page
    leaves one act in the log, before it is shown: the decisions it asked for, or that it was opened.
    held: the athletes of this node. Of another squad nothing is asked: the try is recorded as what it is.
    without_wearables: what `tables` computes of readiness and load comes from other sources, and each question says so.
    shown: what these pages show, and how exposing it is.
    """

    consent: ConsentDecisions
    club: OrgId
    clock: Clock
    held: Callable[[], Sequence[Athlete]]
    without_wearables: bool = False
    shown: Mapping[Category, Granularity] = field(default_factory=lambda: SHOWN)

    def squad(self, viewer: Viewer, page: ClubPage) -> PageAccess:
        """Ask about every enrolled athlete of this person's squads what this page asks; `page` names it for the log."""
        snapshot = self.consent.snapshot()
        return self._squad(viewer, page, snapshot, self._live(viewer, snapshot))

    def board(self, viewer: Viewer) -> PageAccess:
        """Ask for the readiness of every enrolled athlete of this person's squads, and for nothing else.

        Where it may be seen, the light behind it is computed from what the signed snapshot says is shared.
        """
        snapshot = self.consent.snapshot()
        live = self._live(viewer, snapshot)
        seen = self._squad(viewer, ClubPage.MORNING_BOARD, snapshot, live)
        return replace(seen, allowed={athlete: live[athlete] for athlete in seen.allowed})

    def _squad(self, viewer: Viewer, page: ClubPage, snapshot: ConsentSnapshot, live: Shared) -> PageAccess:
        skew = self.clock() - snapshot.issued
        held = {one.athlete for one in self.held() if one.squad in viewer.squads}
        enrolled = sorted(snapshot.epochs.keys() & held)
        pairs = [(athlete, category) for athlete in enrolled for category in ASKED[page]]
        if not pairs:  # there is no one to decide about, and opening the page is logged all the same
            self.consent.event(ClubPageOpened(page=page, person=viewer.person, role=viewer.role))
        return replace(self._access(viewer, snapshot, pairs, live), skew=skew, listed=frozenset(enrolled))

    def one(self, viewer: Viewer, athlete: AthleteId) -> PageAccess:
        """Ask about one athlete, shared or not: opening the page is a look.

        That holds for somebody else's athlete and for one who does not exist as well; the service refuses and logs it.
        """
        snapshot = self.consent.snapshot()
        if not is_athlete_id(athlete) or self._is_refused(viewer, athlete, snapshot):
            return PageAccess({}, self.clock(), snapshot.expires)  # names nobody
        pairs = [(athlete, category) for category in self.shown]
        live, finer = self._live(viewer, snapshot), FINER.get(viewer.role, {})
        seen = self._access(viewer, snapshot, pairs, live, finer)
        return replace(seen, snapshot=snapshot, listed=frozenset({athlete}) & snapshot.epochs.keys())

    def from_snapshot(self, viewer: Viewer, athlete: AthleteId) -> PageAccess:
        """What the signed snapshot says is shared now, for a deed that is logged as what it is: see `web.deciding`.

        Nothing that is read under this look may be shown; showing takes `one`.
        """
        snapshot = self.consent.snapshot()
        live = self._live(viewer, snapshot)
        is_own = not self._is_refused(viewer, athlete, snapshot)
        allowed = {athlete: live[athlete]} if is_own and athlete in live else {}
        listed = frozenset({athlete}) & snapshot.epochs.keys() if is_own else frozenset[AthleteId]()
        seen = PageAccess(allowed, self.clock(), snapshot.expires, listed=listed)
        return self._on_terms(viewer, snapshot, seen)

    def squad_from_snapshot(self, viewer: Viewer) -> PageAccess:
        """What the signed snapshot says is shared now by this person's squads, for a deed logged as what it is.

        Nothing that is read under this look may be shown; showing takes `squad`.
        """
        snapshot = self.consent.snapshot()
        held = {one.athlete for one in self.held() if one.squad in viewer.squads} & snapshot.epochs.keys()
        live = self._live(viewer, snapshot)
        allowed = {athlete: shared for athlete, shared in live.items() if athlete in held}
        return self._on_terms(viewer, snapshot, PageAccess(allowed, self.clock(), snapshot.expires))

    def _is_refused(self, viewer: Viewer, athlete: AthleteId, snapshot: ConsentSnapshot) -> bool:
        """True for an athlete of another squad. The athlete finds the try; nobody else of the club learns of anybody.

        One whom the service does not know is asked about like an id of nobody, which leaves an entry as well.
        """
        if athlete not in self._of_other_squads(viewer) or athlete not in snapshot.epochs:
            return False
        self.consent.event(SquadRefused(person=viewer.person, role=viewer.role, athlete=athlete))
        return True

    def _of_other_squads(self, viewer: Viewer) -> frozenset[AthleteId]:
        return frozenset(one.athlete for one in self.held() if one.squad not in viewer.squads)

    def _live(
        self, viewer: Viewer, snapshot: ConsentSnapshot, levels: Mapping[Category, Granularity] | None = None
    ) -> Shared:
        """What the snapshot lists now for this person's role, whatever the squad. levels: how exposing it would be."""
        live = dict[AthleteId, frozenset[Category]]()
        for grant in snapshot.grants:
            level = (self.shown if levels is None else levels).get(grant.category)
            if level is not None and self._is_live(viewer, snapshot, grant, _coarsest(grant, level)):
                live[grant.athlete] = live.get(grant.athlete, frozenset()) | {grant.category}
        return live

    def _is_live(self, viewer: Viewer, snapshot: ConsentSnapshot, grant: LiveGrant, level: Granularity) -> bool:
        return replace(snapshot, grants=(grant,)).is_live(
            grant.athlete,
            categories=[grant.category],
            purpose=viewer.purpose,
            recipient_org=self.club,
            recipient_role=viewer.role,
            granularity=level,
            now=self.clock(),
        )

    def _on_terms(self, viewer: Viewer, snapshot: ConsentSnapshot, seen: PageAccess) -> PageAccess:
        """Say with what a page may show on which terms this person may see readiness, as the snapshot tells them."""
        live = [
            grant
            for grant in snapshot.grants
            if grant.category is Category.READINESS and self._is_live(viewer, snapshot, grant, Granularity.BAND)
        ]
        return replace(
            seen,
            at_home=frozenset(grant.athlete for grant in live if grant.notice in LIGHT_AT_HOME),
            light_only=frozenset(grant.athlete for grant in live if grant.max_granularity is Granularity.BAND),
        )

    def _access(
        self,
        viewer: Viewer,
        snapshot: ConsentSnapshot,
        pairs: Sequence[tuple[AthleteId, Category]],
        live: Shared,
        finer: Mapping[Category, Granularity] = MappingProxyType({}),
    ) -> PageAccess:
        """Ask about the pairs, and of their athletes also what is finer; all of it in one call."""
        more = [(athlete, category) for athlete in dict(pairs) for category in finer]
        terms = self._on_terms(viewer, snapshot, PageAccess({}, self.clock(), snapshot.expires))
        asked = [self._question(*pair, self._level(pair, terms)) for pair in pairs]
        rulings = self._rulings(viewer, [*asked, *(self._question(*pair, finer[pair[1]]) for pair in more)])
        allowed = _opened(rulings[: len(pairs)], live)
        opened = _opened(rulings[len(pairs) :], self._live(viewer, snapshot, finer)) if more else {}
        return replace(terms, allowed=allowed, finer=opened)

    def _level(self, pair: tuple[AthleteId, Category], terms: PageAccess) -> Granularity:
        athlete, category = pair
        is_light = category is Category.READINESS and athlete in terms.light_only
        return Granularity.BAND if is_light else self.shown[category]

    def _rulings(self, viewer: Viewer, questions: Sequence[Question]) -> tuple[Ruling, ...]:
        if not questions:
            return ()
        return self.consent.decisions(
            person=viewer.person,
            role=viewer.role,
            action=Action.READ,
            purpose=viewer.purpose,
            questions=questions,
        )

    def _question(self, athlete: AthleteId, category: Category, level: Granularity) -> Question:
        unworn = self.without_wearables and category in WITHOUT_WEARABLES
        return Question(athlete, category, level, without_wearables=unworn)


def _coarsest(grant: LiveGrant, level: Granularity) -> Granularity:
    """How exposing a page would show this grant: of readiness, a light alone is shown where it allows no more."""
    is_light = grant.category is Category.READINESS and grant.max_granularity is Granularity.BAND
    return Granularity.BAND if is_light and level is SHOWN[Category.READINESS] else level


def _opened(rulings: Sequence[Ruling], live: Shared) -> dict[AthleteId, frozenset[Category]]:
    """What both the rulings and the snapshot allow."""
    allowed = dict[AthleteId, frozenset[Category]]()
    for ruling in rulings:
        if ruling.allowed and ruling.category in live.get(ruling.athlete, ()):
            allowed[ruling.athlete] = allowed.get(ruling.athlete, frozenset()) | {ruling.category}
    return allowed
