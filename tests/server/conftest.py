"""Fixtures of the coordinator's tests: its pages over a consent service in memory."""

import functools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

import server.consent_client
from audit.entries.details.base import Details
from audit.entries.events import EventKind
from chassis.http.signed_client import SignedClient
from policies.campaign import SignedManifest
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.app import build_app
from server.consent_client import OfficeView, Spend
from server.errors import ConsentAskedTooOften, ConsentServiceFailed, LeagueKeyNotTaken, NothingForThisLeague
from server.federation.opening import Terms, plan_campaign
from server.settings import CoordinatorSettings
from server.store import CoordinatorStore, open_database
from tests.cosigned_campaigns import cosigned

ORIGIN = "http://127.0.0.1:8200"
START = datetime(2026, 11, 23, 11, 42, tzinfo=UTC)


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@dataclass
class FakeConsent:
    """Answers with the rows it holds, and counts looks."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    looks: list[tuple[str, str]] = field(default_factory=list)
    spends: list[str] = field(default_factory=list)
    events: list[tuple[EventKind, dict[str, Any]]] = field(default_factory=list)
    down: bool = False
    busy_s: int = 0
    has_left: bool = False
    takes_key: bool = True

    def event(self, details: Details) -> None:
        if not self.takes_key:
            raise LeagueKeyNotTaken("status 401")
        if self.down:
            raise ConsentServiceFailed("down")
        if self.has_left and details.body().get("club"):
            raise NothingForThisLeague("no such club")
        self.events.append((details.kind, details.body()))

    def office(self, club: str, *, person: str) -> OfficeView:
        self.looks.append((club, person))
        if not self.takes_key:
            raise LeagueKeyNotTaken("status 401")
        if self.busy_s:
            raise ConsentAskedTooOften(self.busy_s)
        if self.has_left:
            raise NothingForThisLeague("no such club")
        if self.down:
            raise ConsentServiceFailed("down")
        body = {"club_name": "Eastmere FC", "published": "2026-11-23T06:00:00+00:00", "rows": self.rows}
        return OfficeView.model_validate(body)

    def spend(self, manifest_sha256: str) -> Spend:
        self.spends.append(manifest_sha256)
        if self.down:
            raise ConsentServiceFailed("down")
        return Spend(epsilon_per_athlete_max=0.85, rho_micro_per_athlete_max=33056)


@dataclass
class Service:
    """The consent service as the league's commands reach it: over HTTP, remembering every request."""

    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    down: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down")
        body = json.loads(request.content)
        self.requests.append((request.url.path, body))
        if request.url.path == "/v1/campaigns":
            manifest = SignedManifest.model_validate(body).manifest
            return httpx.Response(201, json={"sha256": manifest.sha256})
        return httpx.Response(200, json={"entry": "ab" * 32})

    @property
    def kinds(self) -> list[str]:
        """What was reported, in order; a registered campaign is logged by the service itself."""
        return [body.get("kind", "campaign_opened") for _, body in self.requests]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The consent service behind every command."""
    served = Service()
    linked = functools.partial(SignedClient, transport=httpx.MockTransport(served))
    monkeypatch.setattr(server.consent_client, "SignedClient", linked)
    return served


@dataclass
class FakeRoster:
    """Clubs that are online."""

    clubs: frozenset[str] = frozenset({"club-a"})

    def online(self) -> frozenset[str]:
        return self.clubs


@dataclass
class Office:
    """The pages and everything behind them."""

    client: TestClient
    consent: FakeConsent
    roster: FakeRoster
    store: CoordinatorStore
    clock: Clock
    engine: Any
    key: SigningKey

    def sign_in(self, persona: str) -> None:
        answer = self.client.post("/demo/sign-in", data={"persona": persona}, follow_redirects=False)
        assert answer.status_code == 303, answer.text

    def open_campaign(self, name: str = "recovery-2026-b", model: str = "recovery-linear-1", **terms: Any) -> Any:
        clubs = {node.club: node.fleet_key for node in self.store.nodes()}
        planned = plan_campaign(
            Terms(model=model, public_athletes=40, **(terms or {"rounds": 16})),
            campaign_id=name,
            league=OrgId("league"),
            clubs=clubs,
            now=self.clock(),
        )
        return self.store.add_campaign(cosigned(planned, self.key, SigningKey.generate()))


@pytest.fixture
def make_office(tmp_path: Path) -> Any:
    """Makes the pages, in demo mode or not."""

    def make(*, demo: bool = True) -> Office:
        clock, consent, roster = Clock(), FakeConsent(), FakeRoster()
        settings = CoordinatorSettings(tmp_path, OrgId("league"), "Coast League", "http://127.0.0.1:9")
        engine = open_database(settings)
        app = build_app(settings, engine=engine, consent=consent, roster=roster, clock=clock, demo=demo)
        store = CoordinatorStore(engine, clock=clock)
        for club in ("club-a", "club-b"):
            store.add_node(club, f"ecdsa-sha2-nistp384 {club}")
        client = TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, raise_server_exceptions=False)
        return Office(client, consent, roster, store, clock, engine, SigningKey.generate())

    return make


@pytest.fixture
def office(make_office: Any) -> Office:
    """The pages in demo mode."""
    made: Office = make_office()
    return made
