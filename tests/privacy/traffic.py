"""A league's traffic through the real journal and the real log: the acts of weeks, in bursts per athlete as they come.

The drafts are those that the service makes; only the decisions behind them are drawn at random, from a seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from audit.entries import commitments
from audit.entries.details.clubs import FilesIngested
from audit.entries.events import EventKind
from consent.registry.values import OrgKind
from consent.service import Service, found, open_service
from consent.settings import make_settings
from consent.storage.log_journal import NOBODY, Draft
from consent.storage.rows import DataKeyRow
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, OrgId
from tests.audit.entries.details.samples import DENIED, GRANTED, SAMPLES

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
SHOWN = (Category.READINESS, Category.HEART, Category.SLEEP, Category.WELLNESS, Category.TRAINING_LOAD, Category.INJURY)
ABOUT_ATHLETES = {
    EventKind.SIGNED_IN: SAMPLES["athlete_signed_in"],
    EventKind.CONSENT_DECISION: SAMPLES["cells_changed"],
    EventKind.BUDGET_RESERVED: SAMPLES["budget_reserved"],
    EventKind.BUDGET_REFUNDED: SAMPLES["budget_refunded"],
    EventKind.ROUND_COMMITTED: SAMPLES["round_committed"],
}
"""Details of each kind; what they say is sealed, and no stranger's guess may rest on it."""


@dataclass
class Clock:
    """A clock that the traffic moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class League:
    """A consent service with clubs and athletes, what each act appended, and the size of each publication."""

    service: Service
    clock: Clock
    generator: random.Random
    clubs: dict[OrgId, list[AthleteId]]
    appended: list[bytes] = field(default_factory=list)
    """Leaf hashes in the order in which the service recorded them: what only the service knows."""
    sizes: list[int] = field(default_factory=list)

    @classmethod
    def found(cls, directory: Path, *, clubs: int, athletes: int, seed: int, prefix: str = "club") -> "League":
        """Set up a service with so many clubs of so many athletes."""
        clock = Clock()
        settings = make_settings({"directory": directory, "name": "Players’ Union"})
        directory.mkdir(parents=True, exist_ok=True)
        found(settings)
        service = open_service(settings, clock=clock)
        generator = random.Random(seed)
        squads: dict[OrgId, list[AthleteId]] = {}
        for number in range(clubs):
            club = OrgId(f"{prefix}-{number}")
            key = SigningKey.generate().verify_key
            service.store.add_org(club, name=f"The {club}", kind=OrgKind.CLUB, key=key)
            squads[club] = [AthleteId(f"ath-{generator.getrandbits(64):016x}") for _ in range(athletes)]
            for shirt, athlete in enumerate(squads[club]):
                service.store.enrol(club, athlete, name=f"Player {number} {shirt}", shirt_no=shirt, is_minor=False)
        league = cls(service, clock, generator, squads)
        league.publish()
        return league

    def append(self, drafts: list[Draft]) -> None:
        """Record one act."""
        with self.service.store.transactions.write() as tx:
            self.appended += tx.append(drafts).entries

    def publish(self) -> None:
        """Publish what waits; whoever reads the checkpoint learns the new size."""
        self.service.publish()
        self.sizes.append(self.service.log.size)

    def play(self, *, days: int, publications_a_day: int) -> None:
        """Let `days` of a season pass, with two parts of a day's work before each publication."""
        for _ in range(days):
            for part in range(2 * publications_a_day):
                for club, squad in self.clubs.items():
                    for drafts in self._part_of_day(club, squad, is_morning=part == 0):
                        self.append(drafts)
                self.clock.now += timedelta(hours=12 / publications_a_day)
                if part % 2:
                    self.publish()

    def owners(self) -> dict[bytes, str]:
        """Whose each tag is: the secret that a distinguisher is after."""
        journal, tags = self.service.store.transactions.context.journal, {}
        with self.service.store.transactions.read() as tx:
            counters = {row.owner: row.counter for row in tx.session.exec(select(DataKeyRow)).all()}
            for owner, counter in counters.items():
                key = journal.owner_keys(tx.session, owner).tags
                tags |= {commitments.tag(key, number): owner for number in range(counter)}
        return tags

    def _part_of_day(self, club: OrgId, squad: list[AthleteId], *, is_morning: bool) -> Iterator[list[Draft]]:
        draw = self.generator
        if is_morning:
            yield [draft for athlete in squad for draft in self._look(club, athlete, draw.randint(1, 5))]
            yield [Draft.about(athlete, club, FilesIngested(files=1, athlete=athlete)) for athlete in squad]
        for athlete in draw.sample(squad, 3):
            yield list(self._look(club, athlete, draw.randint(2, 6)))
        for athlete in draw.sample(squad, 2):
            yield [self._by_union(EventKind.SIGNED_IN, athlete)]
            yield [self._by_union(EventKind.CONSENT_DECISION, athlete)] + [
                self._by_union(EventKind.BUDGET_REFUNDED, athlete) for _ in range(draw.randint(0, 2))
            ]
        for kind in (EventKind.BUDGET_RESERVED, EventKind.ROUND_COMMITTED, EventKind.ROUND_COMMITTED):
            yield list(self._squad(kind, squad))
        page = Draft.of_org(club, SAMPLES["squad_page_opened"])
        yield [page, *(Draft.about(athlete, club, draw.choice((GRANTED, DENIED))) for athlete in squad)]
        yield [Draft.about(draw.choice(squad), club, SAMPLES["proposal_answered"])]

    def _look(self, club: OrgId, athlete: AthleteId, count: int) -> Iterator[Draft]:
        for category in SHOWN[:count]:
            details = DENIED if self.generator.random() < 0.15 else GRANTED
            yield Draft.about(athlete, club, details.model_copy(update={"category": category}))

    def _squad(self, kind: EventKind, squad: list[AthleteId]) -> Iterator[Draft]:
        """One entry for each enrolled athlete; a third of them are decoys, as for those who take no part."""
        for athlete in squad:
            if self.generator.random() < 1 / 3:
                yield Draft.dummy(self.union, ABOUT_ATHLETES[kind])
            else:
                yield self._by_union(kind, athlete)

    @property
    def union(self) -> OrgId:
        return self.service.store.transactions.context.union

    def _by_union(self, kind: EventKind, athlete: AthleteId) -> Draft:
        return Draft.about(athlete, self.union, ABOUT_ATHLETES[kind])


def is_athlete(owner: str) -> bool:
    """Whether an owner of tags is a person, and not the one that decoys share."""
    return owner != NOBODY
