"""The crossing of a league's pages: front offices of two clubs and an operator, over the real consent service."""

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient

import server.cli
import server.consent_client
from audit.entries.events import EventKind
from chassis.http.signed_client import SignedClient
from chassis.sign_in.csrf import csrf_token
from consent.app import app_of
from policies.vocabulary import OrgId
from server.running import Coordinator
from server.settings import load_settings
from server.web.sign_in_rows import end_of_name, league_sessions
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole
from tests.consent.league import manifest
from tests.privacy.crossing.consent_api import watch
from tests.privacy.crossing.findings import Answered, Crossing, Walls
from tests.privacy.crossing.one_loop import one_loop
from tests.privacy.crossing.tenants import GONE, JOINED, NOTHING, OTHER, OWN, Tenants
from tests.privacy.running_programs import done

ORIGIN, CONSENT = "http://127.0.0.1:8200", "http://127.0.0.1:8600"
TENANTS = (OWN, OTHER, NOTHING)
SIGNED_OUT = ("nobody", "an ended session", "a removed person", "a cookie of the club's pages")
OFFICES = {f"the front office of {club}": club for club in (OWN, OTHER, GONE)}
"""The last one is of a club whose keys were revoked and which has joined no league."""
OPERATOR = "the league's operator"
CALLERS = (*SIGNED_OUT, *OFFICES, OPERATOR)


@dataclass(frozen=True, slots=True)
class Page:
    """How a page or form is asked. role: whom it is for; None for everybody, signed in or not."""

    path: str
    role: StaffRole | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    slots: tuple[str, ...] = ()


ROUTES: dict[str, Page] = {
    "GET /": Page("/"),
    "GET /sign-in": Page("/sign-in"),
    "GET /health": Page("/health"),
    "MOUNT /static": Page("/static/homefield.css"),
    "GET /squad": Page("/squad", StaffRole.FRONT_OFFICE),
    "GET /meaning": Page("/meaning", StaffRole.FRONT_OFFICE),
    "GET /campaigns": Page("/campaigns", StaffRole.OPERATOR),
    "GET /models": Page("/models", StaffRole.OPERATOR),
    "GET /nodes": Page("/nodes", StaffRole.OPERATOR),
    "POST /sign-in": Page("/sign-in", None, {"code": "aaaa-bbbb-cccc-dddd"}),
    "POST /demo/sign-in": Page("/demo/sign-in", None, {"persona": "office:{club}"}, ("club",)),
    "POST /sign-out": Page("/sign-out"),
}
"""How every page of the league is filled. Whose squad a front office sees stands in its session alone."""


def what_is_left(crossing: Crossing, answered: Answered) -> list[str]:
    """What is wrong with the status and the entries of an answer: only a look at a squad or a spend leaves one."""
    page, name = ROUTES[crossing.route], crossing.name
    if page.role is None:
        return [] if answered.kinds == () and answered.status < 500 else [f"{name}: {answered.status} {answered.kinds}"]
    if crossing.caller in SIGNED_OUT:
        return [] if (answered.status, answered.kinds) == (303, ()) else [f"{name}: {answered.status}"]
    is_own = (crossing.caller == OPERATOR) == (page.role is StaffRole.OPERATOR)
    is_look = crossing.route in ("GET /squad", "GET /campaigns")
    expected: tuple[int, tuple[EventKind, ...]] = (200, (EventKind.LOOK_ALLOWED,) if is_look else ())
    if not is_own:
        expected = (403, (EventKind.LOOK_REFUSED,))
    elif is_look and OFFICES.get(crossing.caller) == GONE:
        expected = (404, ())  # to this league like a club that does not exist
    is_fine = (answered.status, answered.kinds) == expected
    return [] if is_fine else [f"{name}: {answered.status} {answered.kinds}"]


@dataclass
class CoordinatorCrossings:
    """Carries crossings out over the real pages of a league, which ask a copy of the tenants' service."""

    tenants: Tenants
    folder: Path
    patched: pytest.MonkeyPatch
    kinds: list[EventKind] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.world = self.tenants.open_copy()
        service = TestClient(app_of(self.world.service, clock=self.world.clock), base_url=CONSENT)
        self.loops = contextlib.ExitStack()
        self.loops.enter_context(one_loop(service))

        def forward(request: httpx.Request) -> httpx.Response:
            target = request.url.raw_path.decode()
            answer = service.request(request.method, target, content=request.content, headers=dict(request.headers))
            return httpx.Response(answer.status_code, content=answer.content)

        linked = functools.partial(SignedClient, transport=httpx.MockTransport(forward))
        self.patched.setattr(server.consent_client, "SignedClient", linked)
        key = self.world.service.keys.service.verify_key.text
        done(server.cli.app, "init", self.folder, "--name", "Coast", "--consent", CONSENT, "--service-key", key)
        (self.folder / "keys" / "league.key").write_text(self.world.keys[JOINED].seed.hex())
        settings = load_settings(self.folder)
        self.coordinator = Coordinator.open(settings, clock=self.world.clock, wait_s=1.0, demo=False)
        self._fill()
        self.http = TestClient(self.coordinator.web_app, base_url=ORIGIN, raise_server_exceptions=False)
        self.loops.enter_context(one_loop(self.http))
        self._sign_in()
        self.kinds, self.told = watch(self.world)

    def _fill(self) -> None:
        """A node of each club, and a campaign whose name is a secret of the league's operator."""
        store = self.coordinator.worker.store
        for club in (OWN, OTHER):
            key = generate_private_key(SECP384R1()).public_key()
            store.add_node(club, key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())
        made = manifest(self.world, campaign_id="secret-of-the-league", clubs={OWN: "key", OTHER: "key"})
        signed = self.world.signed(made, JOINED)
        self.world.store.register_campaign(OrgId(JOINED), signed)
        store.add_campaign(signed)

    def _sign_in(self) -> None:
        sessions = league_sessions(self.engine, clock=self.world.clock)
        people = {caller: LeagueStaff("T. W.", StaffRole.FRONT_OFFICE, club) for caller, club in OFFICES.items()}
        people[OPERATOR] = LeagueStaff("A. N.", StaffRole.OPERATOR)
        people["an ended session"] = LeagueStaff("B. E.", StaffRole.FRONT_OFFICE, OWN)
        people["a removed person"] = LeagueStaff("C. R.", StaffRole.FRONT_OFFICE, OWN)
        self.held = {caller: sessions.begin(staff.key) for caller, staff in people.items()}
        sessions.end(self.held["an ended session"])
        end_of_name(self.engine, "C. R.")

    @property
    def engine(self) -> object:
        """The coordinator's own database."""
        return self.coordinator.worker.store._engine

    def walls(self) -> Walls:
        """The walls between front offices, and between them and the operator."""

        def foreign(caller: str) -> list[str]:
            found = [athlete for club in (OWN, OTHER) for athlete in self.tenants.athletes[club]]
            for club in (OWN, OTHER):
                things = self.tenants.things[club]
                found += things.people if OFFICES.get(caller) != club else ()
                found += [text for text in things.secrets if text != f"The {club}" or OFFICES.get(caller, club) != club]
            return found + (["secret-of-the-league"] if caller != OPERATOR else [])

        return Walls(lambda caller, slot, tenant: OFFICES.get(caller) == tenant, foreign)

    def close(self) -> None:
        """Close coordinator and service."""
        self.loops.close()
        self.coordinator.consent.close()
        self.world.service.close()

    def send(self, crossing: Crossing) -> Answered:
        """Carry out one crossing."""
        page, method = ROUTES[crossing.route], crossing.route.split()[0].replace("MOUNT", "GET")
        named = {slot: self.tenants.things[tenant].named[slot] for slot, tenant in crossing.slots}
        held = self.held.get(crossing.caller, "nothing")
        cookie = "homefield-node-club-a" if crossing.caller == "a cookie of the club's pages" else f"homefield-{JOINED}"
        fields = {key: value.format(**named) for key, value in page.fields.items()}
        self.kinds.clear()
        self.told.clear()
        answer = self.http.request(
            method,
            page.path,
            data={**fields, "csrf": csrf_token(held)} if method == "POST" else None,
            headers={"Origin": ORIGIN} | ({"Cookie": f"{cookie}={held}"} if crossing.caller != "nobody" else {}),
            follow_redirects=False,
        )
        self.http.cookies.clear()
        answered = Answered.of(answer, named.values(), self.kinds, self.told)
        if crossing.route == "POST /sign-out" and answered.status == 303:
            self._sign_in()
        return answered
