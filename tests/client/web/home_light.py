"""One node in which the light is computed at home, and a club of invented people who may each see other things."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from client.app import build_app
from client.coaching.journal import CoachingJournal, PlannedDay
from client.coaching.training_session import TrainingSession
from client.consent_client import Question, Ruling
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.snapshot import ConsentSnapshot, LiveGrant
from policies.vocabulary import Action, AthleteId, Category, Granularity, Purpose, Role
from tests.client.web.conftest import CLUB, NOW, ORIGIN, Clock, FakeConsent, StaffBrowser

NOTICE = "2026-12"
Levels = Mapping[Category, Granularity]


@dataclass
class TermsConsent(FakeConsent):
    """Says of each athlete how fine each category is shared, and under which notice readiness was given."""

    levels: dict[AthleteId, Levels] = field(default_factory=dict)
    notice: str = NOTICE

    def snapshot(self) -> ConsentSnapshot:
        """The snapshot with these levels."""
        ends = self.clock() + timedelta(days=90)
        grants = tuple(
            LiveGrant(who, what, self.purpose, CLUB, self.role, level, ends, self._notice(what))
            for who, levels in self.levels.items()
            for what, level in levels.items()
        )
        return replace(super().snapshot(), grants=grants)

    def decisions(
        self, *, person: str, role: Role, action: Action, purpose: Purpose, questions: Sequence[Question]
    ) -> tuple[Ruling, ...]:
        """Allow what is asked no finer than it is shared."""
        ruled = super().decisions(person=person, role=role, action=action, purpose=purpose, questions=questions)
        levels = [self.levels.get(q.athlete, {}).get(q.category, Granularity.NONE) for q in questions]
        return tuple(
            replace(one, allowed=one.allowed and asked.granularity <= level)
            for one, asked, level in zip(ruled, questions, levels, strict=True)
        )

    def _notice(self, what: Category) -> str:
        return self.notice if what is Category.READINESS else "2026-11"

    def share(self, who: AthleteId, levels: Levels) -> None:
        """Share exactly this; the rulings follow."""
        self.levels[who] = levels
        self.granted[who] = tuple(levels)


@dataclass
class Node:
    """A running node and whoever looks at it."""

    http: TestClient
    consent: TermsConsent
    vault: Vault

    def look(self, path: str) -> str:
        """A page without the marks that differ by themselves."""
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return re.sub(r'name="csrf" value="[^"]+"', "csrf", answer.text)

    def as_role(self, role: Role) -> None:
        """Sign in as another person of the staff."""
        self.consent.role = role
        self.consent.purpose = Purpose.TRAINING if role is Role.COACH else Purpose.CARE
        StaffBrowser(self.http).sign_in("coach" if role is Role.COACH else "medical")


@contextmanager
def node_of(
    settings: NodeSettings, fill: Callable[[Vault], None], folder: Path, *, clock: Clock | None = None
) -> Iterator[Node]:
    """Open a node whose vault `fill` fills; everybody plans 480 AU for today."""
    clock = clock or Clock()
    journal = CoachingJournal(settings.journal_path, lambda _: None)  # type: ignore[arg-type,return-value]  # plans need no seal
    journal.set_plan(PlannedDay(NOW.date(), TrainingSession.of(rpe=8, minutes=60), "intervals"))
    journal.close()
    with Vault.open(folder / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        fill(vault)
        consent = TermsConsent({}, clock=clock)
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
        with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
            found = Node(http, consent, vault)
            found.as_role(Role.COACH)
            yield found
