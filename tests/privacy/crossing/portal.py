"""The crossing of the athletes' portal: every page and form, filled with what other athletes have."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi.testclient import TestClient

from audit.entries.event_declarations import RecordedEvent
from audit.entries.events import EventKind
from chassis.http.request_signature import sign_request
from chassis.sign_in.csrf import csrf_token
from consent.app import app_of
from consent.declared_events import PORTAL_ROUTES
from tests.privacy.crossing.consent_api import watch
from tests.privacy.crossing.findings import Answered, Crossing, Walls
from tests.privacy.crossing.one_loop import one_loop
from tests.privacy.crossing.tenants import MATE, NOTHING, OTHER, OWN, Tenants

ORIGIN = "http://127.0.0.1:8600"
TENANTS = (OWN, MATE, OTHER, NOTHING)
SIGNED_OUT = ("nobody", "an ended session", "a club's signature", "a cookie of the club's pages")
PLACES = {"the athlete": (OWN, 0), "a team mate": (OWN, 1), "an athlete of club-b": (OTHER, 0)}
CALLERS = (*SIGNED_OUT, *PLACES)
_TENANT_OF = {"the athlete": OWN, "a team mate": MATE, "an athlete of club-b": OTHER}
_CLUB_OF = {OWN: OWN, MATE: OWN, OTHER: OTHER}
_OF_CLUB = ("org", "recipient", "athlete")


@dataclass(frozen=True, slots=True)
class Page:
    """How a page or form is asked. path and fields: texts in which the places stand in braces."""

    slots: tuple[str, ...]
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    """Whether it is for whoever is signed out as well."""


_GIVE = {"give.club-a.coach": "off", "give.club-b.coach": "off"}
ROUTES: dict[str, Page] = {
    "GET /": Page((), "/", is_open=True),
    "GET /sign-in": Page((), "/sign-in", is_open=True),
    "GET /demo": Page((), "/demo", is_open=True),
    "MOUNT /static": Page((), "/static/homefield.css", is_open=True),
    "GET /shared": Page((), "/shared"),
    "GET /own-data": Page((), "/own-data"),
    "GET /shared/preview/{org}/{role}": Page(("org",), "/shared/preview/{org}/coach"),
    "GET /change/{category}": Page((), "/change/sleep"),
    "GET /asked": Page((), "/asked"),
    "GET /asked/{release_id}": Page(("release",), "/asked/{release}"),
    "GET /notices/{version}": Page((), "/notices/2026-12"),
    "POST /notices/{version}": Page((), "/notices/2026-12", {"answer": "keep", "shown": "0" * 64}),
    "POST /notices/{version}/stop": Page((), "/notices/2026-12/stop", {"shown": "0" * 64}),
    "GET /looked": Page((), "/looked"),
    "GET /looked/proofs": Page((), "/looked/proofs"),
    "GET /looked/{number}/proof": Page((), "/looked/1/proof"),
    "GET /receipts": Page((), "/receipts"),
    "GET /receipts/{receipt_id}": Page(("receipt",), "/receipts/{receipt}"),
    "GET /receipts/{receipt_id}.json": Page(("receipt",), "/receipts/{receipt}.json"),
    "GET /budget": Page((), "/budget"),
    "GET /budget/cap": Page((), "/budget/cap"),
    "GET /rules": Page((), "/rules"),
    "GET /settings": Page((), "/settings"),
    "POST /settings": Page((), "/settings", {"theme": "system"}),
    "POST /sign-in": Page((), "/sign-in", {"code": "aaaa-bbbb-cccc-dddd"}, is_open=True),
    "POST /demo/sign-in": Page(("athlete",), "/demo/sign-in", {"athlete": "{athlete}"}, is_open=True),
    "POST /change/{category}": Page((), "/change/sleep", _GIVE),
    "POST /asked/{release_id}": Page(("release",), "/asked/{release}", {"answer": "yes"}),
    "POST /budget/cap": Page((), "/budget/cap", {"parts": "50"}),
    "POST /change/{category}/stop": Page(("recipient",), "/change/sleep/stop", {"recipient": "{recipient}"}),
    "POST /change/{category}/confirm": Page((), "/change/sleep/confirm", _GIVE),
    "POST /shared/stop": Page(("recipient",), "/shared/stop", {"recipient": "{recipient}"}),
    "POST /shared/stop-all": Page((), "/shared/stop-all"),
    "POST /shared/unfreeze": Page((), "/shared/unfreeze", {"cause": "athlete"}),
    "POST /asked/{release_id}/confirm": Page(
        ("release",), "/asked/{release}/confirm", {"answer": "no", "sha256": "0" * 64}
    ),
    "POST /asked/{release_id}/stop": Page(("release",), "/asked/{release}/stop"),
    "POST /budget/cap/confirm": Page((), "/budget/cap/confirm", {"parts": "50", "micro_rho": "0"}),
    "POST /budget/freeze": Page((), "/budget/freeze"),
    "POST /sign-out": Page((), "/sign-out"),
}
"""How every page of the portal is filled: what ends sharing or the session comes last."""


def may_name(caller: str, slot: str, tenant: str) -> bool:
    """An athlete names what is theirs, and the recipients of their own club."""
    own = _TENANT_OF.get(caller)
    if own is None:
        return False
    if slot in _OF_CLUB:
        return _CLUB_OF[own] == _CLUB_OF[tenant]
    return own == tenant


def most(crossing: Crossing) -> float:
    """How many fillings of a page the gate asks of a caller: more where something is named."""
    return 1.0 if crossing.caller in PLACES and crossing.slots else 0.3


def walls(tenants: Tenants) -> Walls:
    """The walls between athletes."""
    who = {caller: tenants.athletes[club][place] for caller, (club, place) in PLACES.items()}

    def foreign(caller: str) -> list[str]:
        own = who.get(caller)
        found = [text for athlete, texts in tenants.private.items() if athlete != own for text in texts]
        clubs = [tenant for tenant in (OWN, OTHER) if _CLUB_OF.get(_TENANT_OF.get(caller, "")) != tenant]
        return found + [f"The {club}" for club in clubs]

    return Walls(may_name, foreign)


def what_is_left(crossing: Crossing, answered: Answered) -> list[str]:
    """What is wrong with the status and the entries of an answer: a page that is read leaves nothing."""
    page, method, name = ROUTES[crossing.route], crossing.route.split()[0], crossing.name
    declared = PORTAL_ROUTES[crossing.route]
    if crossing.caller in SIGNED_OUT and not page.is_open:
        expected = 303 if method == "GET" else 403
        return [] if (answered.status, answered.kinds) == (expected, ()) else [f"{name}: {answered.status}"]
    if answered.kinds and not (isinstance(declared, RecordedEvent) and answered.is_done):
        return [f"{name}: leaves {answered.kinds}"]
    if isinstance(declared, RecordedEvent) and not set(answered.kinds) <= declared.kinds | declared.beside:
        return [f"{name}: leaves {answered.kinds}"]
    return [f"{name}: {answered.status}"] if answered.status >= 500 or len(answered.kinds) > 1 else []


@dataclass
class PortalCrossings:
    """Carries crossings out over the real application, each caller with a session of their own."""

    tenants: Tenants
    kinds: list[EventKind] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.world = self.tenants.open_copy()
        self.http = TestClient(
            app_of(self.world.service, clock=self.world.clock), base_url=ORIGIN, raise_server_exceptions=False
        )
        sessions, sign_in = self.world.service.sessions, self.tenants.codes
        self.held = {
            caller: sessions.sign_in_with_code(sign_in[self.tenants.athletes[club][place]])
            for caller, (club, place) in {**PLACES, "an ended session": (OWN, 2)}.items()
        }
        sessions.close(self.held["an ended session"])
        self.kinds, self.told = watch(self.world)
        self.loop = contextlib.ExitStack()
        self.loop.enter_context(one_loop(self.http))

    def close(self) -> None:
        """Close the service."""
        self.loop.close()
        self.world.service.close()

    def send(self, crossing: Crossing) -> Answered:
        """Carry out one crossing."""
        page, method = ROUTES[crossing.route], crossing.route.split()[0].replace("MOUNT", "GET")
        named = {slot: self._thing(slot, tenant) for slot, tenant in crossing.slots}
        path = page.path.format(**named)
        fields = {key: value.format(**named) for key, value in page.fields.items()}
        fields["csrf"] = csrf_token(self.held.get(crossing.caller, "nothing"))
        self.kinds.clear()
        self.told.clear()
        answer = self.http.request(
            method,
            path,
            data=fields if method == "POST" else None,
            headers=self._headers(crossing.caller, method, path),
            follow_redirects=False,
        )
        self.http.cookies.clear()
        return Answered.of(answer, named.values(), self.kinds, self.told)

    def _thing(self, slot: str, tenant: str) -> str:
        holder = _CLUB_OF.get(tenant, tenant) if slot in _OF_CLUB else tenant
        return self.tenants.things[holder].named[slot]

    def _headers(self, caller: str, method: str, path: str) -> dict[str, str]:
        headers = {"Origin": ORIGIN}
        if caller == "a club's signature":
            audience, now = self.world.service.keys.service.verify_key.key_id, self.world.clock.now
            key = self.world.keys[OWN]
            return headers | sign_request(key, audience=audience, method=method, target=path, body=b"", now=now)
        if caller == "a cookie of the club's pages":
            return headers | {"Cookie": f"homefield-node-club-a={self.held['the athlete']}"}
        return headers | ({"Cookie": f"homefield-portal={self.held[caller]}"} if caller in self.held else {})
