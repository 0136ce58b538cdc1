"""A node with five invented athletes, a consent service written by hand, and a browser's manner of filling forms."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from audit.entries.details.base import Details
from audit.entries.events import EventKind
from client.app import build_app
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.coaching.journal import CoachingJournal, PlannedDay
from client.coaching.training_session import TrainingSession
from client.consent_client import Question, Ruling
from client.errors import ConsentBusy, ConsentUnavailable
from client.settings import NodeSettings
from client.vault.journal import ImportRecord, record_import
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.snapshot import ConsentSnapshot, LiveGrant
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.client.node_settings import node_settings

CLUB = OrgId("club-a")
ORIGIN = "http://127.0.0.1:8300"
NOW = datetime(2026, 11, 24, 6, 28, tzinfo=UTC)
SOURCE = ReadingSource("strap", "app", "0" * 64)

WELL = AthleteId("ath-00000000000000aa")
TIRED = AthleteId("ath-00000000000000bb")
NEW = AthleteId("ath-00000000000000cc")
PRIVATE = AthleteId("ath-00000000000000dd")
HURT = AthleteId("ath-00000000000000ee")
UNKNOWN = AthleteId("ath-00000000000000ff")
NAMES = {
    WELL: "Ada Lund",
    TIRED: "Bea <b>Sand</b> & Co",
    NEW: "Cleo Hart",
    PRIVATE: "Secret Person",
    HURT: "Edda Vale",
}
ALL = (
    Category.READINESS,
    Category.HEART,
    Category.SLEEP,
    Category.WELLNESS,
    Category.TRAINING_LOAD,
    Category.TESTS,
    Category.INJURY,
)


def readings(days: int, *, seed: int, tired_days: int = 0) -> list[Observation]:
    """Days up to NOW of morning answers, sleep, heart and load; the last `tired_days` are clearly worse."""
    rng = np.random.default_rng(seed)
    found: list[Observation] = []
    for back in range(days - 1, -1, -1):
        at = NOW.replace(hour=6, minute=0) - timedelta(days=back)
        tired = back < tired_days

        def item(at: datetime = at, tired: bool = tired) -> dict[Stream, float]:
            base = 1 if tired else 4
            return {
                Stream.FATIGUE: float(base),
                Stream.MOOD: float(base + rng.integers(0, 2)),
                Stream.SORENESS: float(base),
                Stream.STRESS: float(base + rng.integers(0, 2)),
                Stream.SLEEP_DURATION_H: float(4.0 if tired else 7 + round(rng.normal(0, 0.4), 2)),
                Stream.RMSSD: float(np.exp(4.09 + rng.normal(0, 0.05) - (0.3 if tired else 0))),
                Stream.RESTING_HEART_RATE: float(50 + rng.integers(-1, 2) + (8 if tired else 0)),
            }

        found += [observe(stream, at, value, SOURCE) for stream, value in item().items()]
        if back and at.weekday() not in (6,):
            session = at.replace(hour=10)
            found.append(observe(Stream.SESSION_RPE, session, float(rng.integers(4, 9)), SOURCE))
            found.append(observe(Stream.SESSION_DURATION_MIN, session, 60.0, SOURCE))
    return found


@dataclass
class Clock:
    """A clock that tests move."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class FakeConsent:
    """Says what it was told to say, and remembers every question."""

    granted: dict[AthleteId, tuple[Category, ...]]
    role: Role = Role.COACH
    purpose: Purpose = Purpose.TRAINING
    denied: set[AthleteId] = field(default_factory=set)
    is_down: bool = False
    events_down: bool = False
    asked: list[tuple[str, Role, list[Question]]] = field(default_factory=list)
    events: list[tuple[EventKind, Mapping[str, Any]]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    age: timedelta = timedelta(minutes=1)
    busy_s: int = 0
    enrolled: set[AthleteId] = field(default_factory=lambda: set(NAMES))
    finest: Granularity = Granularity.DAILY

    def snapshot(self) -> ConsentSnapshot:
        if self.busy_s:
            raise ConsentBusy(self.busy_s)
        if self.is_down:
            raise ConsentUnavailable("down")
        issued = self.clock() - self.age
        grants = tuple(
            LiveGrant(a, c, self.purpose, CLUB, self.role, self.finest, issued + timedelta(days=200))
            for a, categories in self.granted.items()
            for c in categories
        )
        epochs = dict.fromkeys(self.enrolled, 1)
        return ConsentSnapshot(CLUB, issued, issued + timedelta(minutes=5), epochs, grants)

    def decisions(
        self, *, person: str, role: Role, action: Action, purpose: Purpose, questions: Sequence[Question]
    ) -> tuple[Ruling, ...]:
        if self.is_down:
            raise ConsentUnavailable("down")
        self.asked.append((person, role, list(questions)))
        return tuple(
            Ruling(
                q.athlete,
                q.category,
                action is Action.READ
                and q.athlete not in self.denied
                and q.category in self.granted.get(q.athlete, ())
                and (role, purpose) == (self.role, self.purpose),
                1,
            )
            for q in questions
        )

    def event(self, details: Details) -> None:
        if self.is_down or self.events_down:
            raise ConsentUnavailable("down")
        self.events.append((details.kind, details.body()))

    @property
    def decided(self) -> list[Mapping[str, Any]]:
        """Details of the decisions on proposals among the events."""
        return [details for kind, details in self.events if kind is EventKind.PROPOSAL_DECIDED]


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault file that tests only read."""
    path = tmp_path_factory.mktemp("vault") / "vault.sqlite3"
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        for number, (athlete, name) in enumerate(NAMES.items(), start=1):
            vault.add_athlete(athlete, name, shirt_no=number)
        vault.add(WELL, readings(50, seed=1))
        vault.add(TIRED, readings(50, seed=2, tired_days=3))
        vault.add(NEW, readings(4, seed=3))
        vault.add(PRIVATE, readings(50, seed=4, tired_days=3))
        vault.add(HURT, [*readings(50, seed=5), observe(Stream.INJURY_STATUS, NOW, 2.0, SOURCE)])
        for athlete, status, reason in (
            (WELL, "stored", ""),
            (TIRED, "quarantined", "the clock is 2 hours off"),
            (PRIVATE, "quarantined", "a reason only about the private one"),
        ):
            counts = {"kept": 12, "dropped": 1}
            record_import(
                vault,
                athlete,
                ImportRecord(NOW, f"{NAMES[athlete]}.csv", "ab" * 32, "generic_csv", status, reason, counts),  # type: ignore[arg-type]  # the literal is checked by the vault's own tests
            )
    return path


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    """Settings of a node in its own folder."""
    (tmp_path / "keys").mkdir(mode=0o700)
    return node_settings(tmp_path)


@pytest.fixture
def ids() -> dict[str, AthleteId]:
    """The invented athletes by what is special about them."""
    return {"well": WELL, "tired": TIRED, "new": NEW, "private": PRIVATE, "hurt": HURT, "unknown": UNKNOWN}


@pytest.fixture
def consent(clock: Clock) -> FakeConsent:
    """Everyone shares everything with coaches, but one shares nothing."""
    return FakeConsent({a: ALL for a in NAMES if a != PRIVATE}, clock=clock)


@pytest.fixture
def clock() -> Clock:
    """The clock of the node."""
    return Clock()


@dataclass
class StaffBrowser:
    """A browser at the node's pages."""

    http: TestClient

    def sign_in(self, persona: str = "coach") -> None:
        answer = self.http.post("/demo/sign-in", data={"persona": persona})
        assert answer.status_code == 303

    def send(self, page: str, action: str, **fields: str) -> Any:
        """Fill the form of `page` that goes to `action`, hidden fields kept."""
        form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in f)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return self.http.post(action, data=hidden | fields)


@pytest.fixture
def context(settings: NodeSettings, consent: FakeConsent, clock: Clock, stocked: Path) -> Iterator[StaffBrowser]:
    """A browser signed in as the demo's coach."""
    journal = CoachingJournal(settings.journal_path, lambda _: pytest.fail("plans need no seal"))
    journal.set_plan(PlannedDay(NOW.date(), TrainingSession.of(rpe=8, minutes=60), "high-intensity intervals"))
    journal.close()
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
        with TestClient(
            app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False, raise_server_exceptions=False
        ) as http:
            browser = StaffBrowser(http)
            browser.sign_in()
            yield browser


@pytest.fixture
def plain(settings: NodeSettings, consent: FakeConsent, clock: Clock, stocked: Path) -> Iterator[TestClient]:
    """A node that is no demo."""
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
        with TestClient(
            app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False, raise_server_exceptions=False
        ) as http:
            yield http
