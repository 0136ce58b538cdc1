"""Fixtures of the portal's tests: a matrix made of the real rules, releases and looks made by hand."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from chassis.web.pages import add_base_layout
from consent.athlete.values import AccessEvent, ProofState
from consent.decisions.values import Actor, DecisionItem, DeliveryOutcome, OutcomeReport
from consent.grants.values import MatrixCell
from consent.registry.values import OrgKind
from consent.releases.values import ReleaseView
from consent.service import Service, found, open_service
from consent.settings import ConsentSettings, make_settings
from consent.store import ConsentStore
from consent.web.app import add_portal
from policies.enforcer import Enforcer
from policies.grant import Cell, Grant, Recipient
from policies.recipients import PURPOSE_OF_ROLE
from policies.release import OfficeIndex, OwnView, ReleaseProposal
from policies.signing import SigningKey
from policies.vocabulary import (
    Action,
    AthleteId,
    Category,
    ConsentState,
    Granularity,
    Lineage,
    OrgId,
    Purpose,
    Role,
)
from tests.consent.club_calls import decided

NOW = datetime(2026, 11, 24, 8, 14, tzinfo=UTC)
ATHLETE = AthleteId("ath-00000000000000a1")
CLUB, GB, LEAGUE = OrgId("club-a"), OrgId("gb"), OrgId("league")
COLUMNS = (
    (Recipient(CLUB, Role.MEDICAL), "Eastmere FC"),
    (Recipient(CLUB, Role.COACH), "Eastmere FC"),
    (Recipient(CLUB, Role.FRONT_OFFICE), "Eastmere FC"),
    (Recipient(GB, Role.NATIONAL_TEAM), "Sports Governing Body"),
    (Recipient(LEAGUE, Role.FL_AGGREGATOR), "Coast League"),
)


@pytest.fixture(scope="session")
def rules() -> Enforcer:
    """The rules in force, without a collective agreement."""
    return Enforcer.load()


@pytest.fixture
def matrix(rules: Enforcer) -> Callable[..., list[MatrixCell]]:
    """Make a whole matrix. live: {(category, role): (granularity, last day)}; release_id: the approved release."""

    def make(
        live: dict[tuple[Category, Role], tuple[Granularity, date]] | None = None, *, release_id: str | None = None
    ) -> list[MatrixCell]:
        return [
            _cell(rules, category, recipient, name, (live or {}).get((category, recipient.role)), release_id)
            for category in Category
            if category.is_personal
            for recipient, name in COLUMNS
        ]

    return make


def _cell(
    rules: Enforcer,
    category: Category,
    recipient: Recipient,
    name: str,
    live: tuple[Granularity, date] | None,
    release_id: str | None,
) -> MatrixCell:
    purpose = PURPOSE_OF_ROLE[recipient.role]
    by_release = (category, recipient.role) == (Category.DURABILITY, Role.FRONT_OFFICE)
    grant = None
    if live:
        ends = datetime(live[1].year, live[1].month, live[1].day, 23, 59, 59, tzinfo=UTC)
        grant = Grant("grt-1", Cell(ATHLETE, category, purpose, recipient), live[0], NOW, ends, "notice-1")
    is_on = grant is not None or (by_release and release_id is not None)
    return MatrixCell(
        athlete=ATHLETE,
        category=category,
        recipient=recipient,
        recipient_name=name,
        purpose=purpose,
        state=ConsentState.GIVEN if is_on else ConsentState.UNKNOWN,
        never_rule=rules.never_rule(recipient.role, category, purpose) or None,
        grant=grant,
        ceiling=rules.ceiling(recipient.role, category, purpose),
        by_release=by_release,
        release_id=release_id if by_release else None,
    )


@pytest.fixture
def release() -> Callable[..., ReleaseView]:
    """Make a release of the durability band; any field may be given."""

    def make(**changes: Any) -> ReleaseView:
        index = OfficeIndex(
            approval_id="rel-7q4m-2kd9",
            expires_at="2027-02-28T06:00:00Z",
            index_band_5pt=changes.pop("band", "80-85"),
            interval_rounded_outward=changes.pop("band_range", "70-85"),
            limits_text="Describes past availability and load tolerance. Does not predict injury.",
            version="office-1.2",
            weights_hash="c41b7e0a92d5f3186a7b40ce",
            window="2025-11-16/2026-11-15",
        )
        values: dict[str, Any] = {
            "release_id": "rel-7q4m-2kd9",
            "athlete": ATHLETE,
            "recipient": COLUMNS[2][0],
            "recipient_name": "Eastmere FC",
            "purpose": Purpose.SQUAD_PLANNING,
            "exact_bytes": index.canonical(),
            "bytes_sha256": index.sha256,
            "whole": b'{"type":"homefield-release-1"}',
            "sha256": "d" * 64,
            "covers_whole": True,
            "index": index,
            "own_view": OwnView(median=80.5, low=74.9, high=84.2, availability=89, load_tolerance=81, history=54),
            "lineage": (Lineage.CLUB_RECORD, Lineage.SESSION_RPE),
            "state": ConsentState.REQUESTED,
            "proposed_at": datetime(2026, 11, 16, 9, tzinfo=UTC),
            "open_until": datetime(2026, 11, 30, 9, tzinfo=UTC),
            "until": datetime(2027, 2, 28, 6, tzinfo=UTC),
            "publishes_at": datetime(2026, 12, 1, 6, tzinfo=UTC),
            "answered_at": None,
        }
        return ReleaseView(**(values | changes))

    return make


@pytest.fixture
def look() -> Callable[..., AccessEvent]:
    """Make one opened entry of the athlete: a coach's allowed look at sleep unless told otherwise."""

    def make(number: int, **changes: Any) -> AccessEvent:
        at = changes.pop("at", NOW)
        values: dict[str, Any] = {
            "number": number,
            "leaf_hash": f"{number:064x}",
            "index": 100 + number,
            "kind": "look_allowed",
            "day": at.date(),
            "at": at,
            "org": CLUB,
            "org_name": "Eastmere FC",
            "person": "R. D.",
            "role": Role.COACH,
            "action": Action.READ,
            "purpose": Purpose.TRAINING,
            "category": Category.SLEEP,
            "granularity": Granularity.DAILY,
            "allowed": True,
            "because": "because of your yes of 3 August 2026",
            "proof": ProofState.PROVEN,
            "outcome": DeliveryOutcome.OPENED,
        }
        return AccessEvent(**(values | changes))

    return make


class MovingClock:
    """A clock that tests move by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Browser:
    """One athlete's browser: keeps cookies, sends our own Origin, reads forms from pages, counts those it sends."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.sent = 0

    def get(self, path: str) -> Response:
        """Open a page; redirects are followed."""
        return self.client.get(path)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Response:
        """Send fields as they are, with no form and no token added."""
        return self.client.post(path, data=fields, headers={"Origin": ORIGIN} | headers)

    def submit(self, page: Response, action: str, **fields: str) -> Response:
        """Send the page's form that goes to `action`: hidden fields kept, `fields` over them; count it."""
        forms = forms_of(page.text)
        assert action in forms, f"no form goes to {action}: {list(forms)}"
        self.sent += 1
        return self.post(action, forms[action] | fields)

    def csrf(self) -> str:
        """The session's token, as any page's form carries it."""
        return forms_of(self.get("/settings").text)["/settings"]["csrf"]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method") == "post":
            self._fields = self.forms.setdefault(values["action"], {})
        elif tag == "input" and (values.get("type") == "hidden" or "checked" in values or values.get("type") == "date"):
            self._fields.setdefault(values["name"], values.get("value", ""))


def forms_of(html: str) -> dict[str, dict[str, str]]:
    """Return the POST forms of a page by action, each with what a browser would send unless changed."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


ORIGIN = "http://127.0.0.1:8600"
OTHER = AthleteId("ath-00000000000000b2")
MINOR = AthleteId("ath-00000000000000c3")


@dataclass(frozen=True, slots=True)
class World:
    """A real consent service in a temporary folder, with a club, a league, a governing body and three athletes."""

    service: Service
    clock: MovingClock
    app: FastAPI

    @property
    def store(self) -> ConsentStore:
        """The real store."""
        return self.service.store

    def visitor(self) -> Browser:
        """A browser that nobody has signed in with."""
        return Browser(TestClient(self.app, base_url=ORIGIN, raise_server_exceptions=False))

    def browser(self, athlete: AthleteId = ATHLETE) -> Browser:
        """A browser signed in as `athlete` through the demo door."""
        visitor = self.visitor()
        assert visitor.post("/demo/sign-in", {"athlete": athlete}).status_code == 200
        return visitor

    def propose(self, athlete: AthleteId = ATHLETE, **changes: Any) -> ReleaseView:
        """A release proposal by the athlete's club, for a band until the end of February."""
        until = self.clock.now.replace(microsecond=0) + timedelta(days=90)
        index = OfficeIndex(
            approval_id=changes.pop("approval_id", f"rel-{athlete[-4:]}-2kd9"),
            expires_at=until.isoformat(),
            index_band_5pt="80-85",
            interval_rounded_outward="70-85",
            limits_text="Describes past availability and load tolerance. Does not predict injury.",
            version="office-1.2",
            weights_hash="c41b7e0a92d5f3186a7b40ce",
            window="2025-11-16/2026-11-15",
        )
        values: dict[str, Any] = {
            "athlete": athlete,
            "recipient_org": CLUB,
            "recipient_role": Role.FRONT_OFFICE,
            "purpose": Purpose.SQUAD_PLANNING,
            "index": index,
            "own_view": OwnView(median=80.5, low=74.9, high=84.2, availability=89, load_tolerance=81, history=54),
            "lineage": (Lineage.CLUB_RECORD, Lineage.SESSION_RPE),
            "until": until,
        }
        return self.store.propose_release(CLUB, ReleaseProposal(**(values | changes)))

    def look(self, athlete: AthleteId, *categories: Category, role: Role = Role.COACH) -> None:
        """A club person's look at daily figures, with the outcome that the interface would note."""
        items = [DecisionItem(athlete, category, Granularity.DAILY) for category in categories]
        actor, purpose = Actor("R. D.", role), PURPOSE_OF_ROLE[role]
        answer = decided(self.store, CLUB, actor, action=Action.READ, purpose=purpose, items=items)
        assert self.store.together([OutcomeReport(CLUB, answer.event, sent=True)]) == [None]


def _settings(directory: Path) -> ConsentSettings:
    return make_settings(
        {"directory": directory, "name": "Coast Players’ Union", "demo": True, "publish_every_s": 86_400}
    )


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of such a service, set up once and closed: each test opens its own copy."""
    folder = tmp_path_factory.mktemp("portal") / "union"
    folder.mkdir()
    settings = _settings(folder)
    found(settings)
    service = open_service(settings, clock=MovingClock(NOW))
    key = SigningKey(b"k" * 32).verify_key
    service.store.add_org(CLUB, name="Eastmere FC", kind=OrgKind.CLUB, key=key)
    service.store.add_org(LEAGUE, name="Coast League", kind=OrgKind.LEAGUE, key=SigningKey(b"l" * 32).verify_key)
    service.store.add_org(
        GB, name="Sports Governing Body", kind=OrgKind.GOVERNING_BODY, key=SigningKey(b"g" * 32).verify_key
    )
    service.store.enrol(CLUB, ATHLETE, name="Sam K.", shirt_no=7, is_minor=False)
    service.store.enrol(CLUB, OTHER, name="Ola P.", shirt_no=9, is_minor=False)
    service.store.enrol(CLUB, MINOR, name="Juno T.", shirt_no=30, is_minor=True)
    service.close()
    return folder


@pytest.fixture
def world(filled: Path, tmp_path: Path) -> Iterator[World]:
    """A running service on SQLite, in demo mode, at a fixed time."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    settings, clock = _settings(tmp_path), MovingClock(NOW)
    service = open_service(settings, clock=clock)
    app = FastAPI()
    add_base_layout(app)
    add_portal(app, store=service.store, sessions=service.sessions, settings=settings, clock=clock)
    yield World(service, clock, app)
    service.close()
