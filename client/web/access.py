"""One page, one look: what this person may see of whom, asked of the consent service for every page anew."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit.entries.details.base import Details
from audit.entries.details.clubs import ClubPageOpened
from audit.entries.details.codes import ClubPage
from chassis.clock import Clock
from client.consent_client import Question, Ruling
from client.vault.store import Athlete
from client.web.viewer import Viewer
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

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
_ATHLETE = re.compile("ath-[0-9a-f]{16}", re.ASCII)


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


@dataclass(frozen=True, slots=True)
class PageAccess:
    """What one page may show: categories by athlete. Whoever is not in it does not exist for this page.

    ends: the date until which an athlete's earliest-ending grant of these runs. valid_until: when the check is stale.
    """

    allowed: Mapping[AthleteId, frozenset[Category]]
    ends: Mapping[AthleteId, datetime]
    checked: datetime
    valid_until: datetime

    def of(self, athlete: AthleteId) -> frozenset[Category]:
        """Categories of one athlete; empty if there are none or no such athlete."""
        return self.allowed.get(athlete, frozenset())


@dataclass(frozen=True, slots=True)
class PageAccessRequests:
    """Asks for one page at a time. The snapshot tells what is worth asking; only the decision opens anything.

    Every page leaves one act in the log, before it is shown: the decisions it asked for, or that it was opened.
    held: the athletes of this node. Of another squad nothing is asked: it would stand in the record as an access.
    """

    consent: ConsentDecisions
    club: OrgId
    clock: Clock
    held: Callable[[], Sequence[Athlete]]

    def squad(self, viewer: Viewer, page: ClubPage) -> PageAccess:
        """Ask about everyone of this person's squads who shares with their role; `page` names the page for the log."""
        snapshot = self.consent.snapshot()
        live = self._live(viewer, snapshot, [a.athlete for a in self.held() if a.squad in viewer.squads])
        if not live:  # there is no one to decide about, and opening the page is logged all the same
            self.consent.event(ClubPageOpened(page=page, person=viewer.person, role=viewer.role))
        return self._access(viewer, snapshot, live)

    def one(self, viewer: Viewer, athlete: AthleteId) -> PageAccess:
        """Ask about one athlete. Readiness is asked about even when it is not shared: opening the page is a look.

        That holds for somebody else's athlete and for one who does not exist as well; the service refuses and logs it.
        """
        snapshot = self.consent.snapshot()
        if not _ATHLETE.fullmatch(athlete) or self._is_of_other_squad(viewer, athlete):
            return PageAccess({}, {}, self.clock(), snapshot.expires)  # names nobody
        live = self._live(viewer, snapshot, [athlete])
        readiness = (athlete, Category.READINESS)
        return self._access(viewer, snapshot, live if readiness in live else [*live, readiness])

    def from_snapshot(self, viewer: Viewer, athlete: AthleteId) -> PageAccess:
        """What the signed snapshot says is shared now, for a deed that is logged as what it is: see `web.decide`.

        Nothing that is read under this look may be shown; showing takes `one`.
        """
        snapshot = self.consent.snapshot()
        asked = [] if self._is_of_other_squad(viewer, athlete) else [athlete]
        shared = frozenset(category for _, category in self._live(viewer, snapshot, asked))
        return PageAccess({athlete: shared} if shared else {}, {}, self.clock(), snapshot.expires)

    def _is_of_other_squad(self, viewer: Viewer, athlete: AthleteId) -> bool:
        return any(one.athlete == athlete and one.squad not in viewer.squads for one in self.held())

    def _live(
        self, viewer: Viewer, snapshot: ConsentSnapshot, athletes: Iterable[AthleteId]
    ) -> list[tuple[AthleteId, Category]]:
        now, live = self.clock(), _granted(viewer, snapshot, self.club)
        return [
            (athlete, category)
            for athlete in sorted(athletes)
            for category, granularity in SHOWN.items()
            if (athlete, category) in live
            and snapshot.is_live(
                athlete,
                categories=[category],
                purpose=viewer.purpose,
                recipient_org=self.club,
                recipient_role=viewer.role,
                granularity=granularity,
                now=now,
            )
        ]

    def _access(
        self, viewer: Viewer, snapshot: ConsentSnapshot, pairs: Sequence[tuple[AthleteId, Category]]
    ) -> PageAccess:
        rulings: tuple[Ruling, ...] = ()
        if pairs:
            rulings = self.consent.decisions(
                person=viewer.person,
                role=viewer.role,
                action=Action.READ,
                purpose=viewer.purpose,
                questions=[Question(athlete, category, SHOWN[category]) for athlete, category in pairs],
            )
        allowed: dict[AthleteId, frozenset[Category]] = {}
        for ruling in rulings:
            if ruling.allowed:
                allowed[ruling.athlete] = allowed.get(ruling.athlete, frozenset()) | {ruling.category}
        granted = _granted(viewer, snapshot, self.club)
        ends = {
            a: min(granted[(a, c)] for c in shown if (a, c) in granted)
            for a, shown in allowed.items()
            if any((a, c) in granted for c in shown)
        }
        return PageAccess(allowed, ends, self.clock(), snapshot.expires)


def _granted(viewer: Viewer, snapshot: ConsentSnapshot, club: OrgId) -> dict[tuple[AthleteId, Category], datetime]:
    return {
        (g.athlete, g.category): g.ends
        for g in snapshot.grants
        if g.purpose is viewer.purpose and (g.recipient_org, g.recipient_role) == (club, viewer.role)
    }
