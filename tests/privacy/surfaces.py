"""The surfaces of union, club, league and auditor as they are served, over real stores and one real consent service."""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

import audit.app
import audit.declared_events
import client.app
import client.declared_events
import consent.app
import consent.declared_events
import server.app
import server.declared_events
from audit.entries.event_declarations import EventDeclarations
from audit.tlog.trust_policy import TrustPolicy
from chassis.web.host_check import HostCheck
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress, parse_site
from client.consent_client import NodeConsentClient
from client.settings import load_settings as node_settings
from client.staff.database import StaffFile
from client.staff.people import StaffPeople, person_of
from client.vault.access import open_vault
from consent.identity import codes
from consent.identity.sessions import AthleteSessions, end_everything
from server.consent_client import CoordinatorConsentClient
from server.settings import load_settings as league_settings
from server.store import open_database
from server.web.sign_in_rows import end_of_name, league_codes
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole
from tests.client.web.staff_on_the_list import PIN, new_staff_code
from tests.consent.league import FakeClock
from tests.privacy.programs import Programs

SIGNING_IN = ("union", "club", "league")
STRANGER, OWNER = "192.0.2.7", "192.0.2.8"


class MovedClock:
    """The time now, moved forward by tests."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by

    def forward(self, **step: float) -> None:
        self.by += timedelta(**step)


class NobodyOnline:
    """A roster of no clubs."""

    def online(self) -> frozenset[str]:
        return frozenset()


@dataclass
class Surface:
    """One program's pages. page: what somebody who is signed in may open."""

    name: str
    app: FastAPI
    site: SiteAddress
    routes: EventDeclarations
    page: str
    cookie: str
    new_code: Callable[[], str]
    end_sessions: Callable[[], Any]
    forward: Callable[..., None]

    @property
    def origin(self) -> str:
        return self.site.public or "http://127.0.0.1:8300"

    def browser(self, address: str = OWNER, **headers: str) -> TestClient:
        """A browser with cookies of its own, at an address; its forms come from our own pages unless told otherwise."""
        return TestClient(
            HostCheck(self.app, site=self.site),
            base_url=self.origin,
            client=(address, 50_000),
            headers=headers or {"Origin": self.origin},
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    def sign_in(self, browser: TestClient, code: str) -> Any:
        return browser.post("/sign-in", data={"code": code, "pin": PIN} if self.name == "club" else {"code": code})

    def signed_in(self, address: str = OWNER) -> TestClient:
        browser = self.browser(address)
        assert self.sign_in(browser, self.new_code()).status_code == 303
        assert self.is_open(browser)
        return browser

    def is_open(self, browser: TestClient) -> bool:
        """Whether the browser is signed in; anything else than its page or the way to sign in is a fault."""
        answer = browser.get(self.page)
        assert answer.status_code == 200 or (answer.status_code, answer.headers.get("location")) == (303, "/sign-in")
        return bool(answer.status_code == 200)

    def held(self, browser: TestClient) -> str:
        return browser.cookies[self.cookie]


def surface(name: str, programs: Programs, *, public: bool = False) -> Surface:
    """Return one surface over the programs' own folders; what was tried at it before is forgotten."""
    site = parse_site(f"https://{name}.example") if public else OWN_MACHINE_ONLY
    return {"union": union, "club": club, "league": league, "auditor": auditor}[name](programs, site)


def union(programs: Programs, site: SiteAddress) -> Surface:
    """The athletes' portal."""
    service, clock = programs.world.service, programs.world.clock
    clock.now = datetime.now(UTC)
    service = dataclasses.replace(service, sessions=AthleteSessions(service.store.transactions, service.settings))
    key, writer = service.keys.codes, service.engine.execution_options(is_writer=True)

    def new_code() -> str:
        with Session(writer) as session:
            code, _ = codes.create(session, programs.one, key=key, now=clock.now)
            session.commit()
        return code

    def end_sessions() -> None:
        with Session(writer) as session:
            end_everything(session, programs.one, key=key, now=clock.now)
            session.commit()

    return Surface(
        "union",
        consent.app.app_of(service, clock=clock, site=site),
        site,
        consent.declared_events.PORTAL_ROUTES,
        "/shared",
        "__Host-homefield-portal" if site.is_public else "homefield-portal",
        new_code,
        end_sessions,
        _forward(clock),
    )


def club(programs: Programs, site: SiteAddress) -> Surface:
    """The club's pages."""
    settings, clock = node_settings(programs.node), MovedClock()
    app = client.app.build_app(
        settings, vault=open_vault(settings), consent_client=NodeConsentClient.of(settings), clock=clock, site=site
    )

    def end_sessions() -> None:
        file = StaffFile(programs.node)
        StaffPeople(file).remove(person_of("Kim"))
        file.close()

    return Surface(
        "club",
        app,
        site,
        client.declared_events.ROUTES,
        "/model",
        "__Host-homefield-node-club-a" if site.is_public else "homefield-node-club-a",
        lambda: new_staff_code(programs.node, clock),
        end_sessions,
        clock.forward,
    )


def league(programs: Programs, site: SiteAddress) -> Surface:
    """The league's pages."""
    settings, clock = league_settings(programs.league), MovedClock()
    engine, staff = open_database(settings), LeagueStaff("A. N.", StaffRole.OPERATOR)
    app = server.app.build_app(
        settings,
        engine=engine,
        consent=CoordinatorConsentClient.of(settings, clock=lambda: datetime.now(UTC)),
        roster=NobodyOnline(),  # type: ignore[arg-type]  # who is online is not asked here
        clock=clock,
        site=site,
    )
    return Surface(
        "league",
        app,
        site,
        server.declared_events.ROUTES,
        "/models",
        "__Host-homefield-league" if site.is_public else "homefield-league",
        lambda: league_codes(engine, clock=clock).issue(staff.key).code,
        lambda: end_of_name(engine, "A. N."),
        clock.forward,
    )


def auditor(programs: Programs, site: SiteAddress) -> Surface:
    """The auditor's pages, which nobody signs in to."""
    service = programs.world.service
    policy = TrustPolicy.of_keys(list(service.log.vkeys))
    app = audit.app.build_app(source=str(service.settings.log_directory), policy=policy)
    nothing: Callable[..., Any] = lambda **_: ""  # noqa: E731
    return Surface("auditor", app, site, audit.declared_events.ROUTES, "/check", "", nothing, nothing, nothing)


def _forward(clock: FakeClock) -> Callable[..., None]:
    def forward(**step: float) -> None:
        clock.now += timedelta(**step)

    return forward


def posts_of(one: Surface) -> list[str]:
    """Every address of a surface that takes a form, from its own declarations."""
    paths = [name.removeprefix("POST ") for name in one.routes if name.startswith("POST ")]
    return [re.sub(r"{athlete}", "ath-00000000000000ff", re.sub(r"{(category|release_id)}", "sleep", p)) for p in paths]


def token_of(one: Surface, browser: TestClient) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', browser.get(one.page).text)[0]
