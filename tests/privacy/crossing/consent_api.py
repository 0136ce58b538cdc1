"""The crossing of the consent service's interface: how each route is filled, who calls it, and what it leaves."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from fastapi.testclient import TestClient

from audit.entries.event_declarations import RecordedEvent
from audit.entries.events import EventKind
from audit.tlog import tiles
from chassis.http.key_change import SignedKeyChange
from chassis.http.request_signature import sign_request
from consent.app import app_of
from consent.decisions.reported_events import REPORTABLE
from consent.declared_events import API_ROUTES
from consent.registry.values import OrgKind
from consent.storage.log_journal import Draft
from policies.signing import SigningKey
from policies.vocabulary import AthleteId
from tests.audit.entries.details.samples import SAMPLES
from tests.consent.journal_spy import on_each_request
from tests.consent.league import World, manifest
from tests.privacy.crossing.findings import Answered, Crossing, Walls
from tests.privacy.crossing.one_loop import one_loop
from tests.privacy.crossing.tenants import APART, GONE, JOINED, LEAGUE_OF, NOTHING, OTHER, OWN, Tenants, Things

TENANTS = (OWN, OTHER, NOTHING)
UNKNOWN = ("nobody", "a wrong key", "a former key", "a revoked club", "an athlete's session")
KNOWN = (OWN, OTHER, JOINED, APART, "gb")
CALLERS = (*UNKNOWN, *KNOWN)
CLUBS, LEAGUES = frozenset({OWN, OTHER}), frozenset({JOINED, APART})
ANYBODY, ORGANISATIONS = frozenset(CALLERS), frozenset(KNOWN)
READS_OF = {OWN: (OWN,), OTHER: (OTHER,), JOINED: (OWN, OTHER), APART: (OTHER,)}
"""Whose people each organisation may read of: its own, and those of clubs that have joined it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request before it is signed. things: by place, whose they are."""

    world: World
    caller: str
    things: Mapping[str, Things]
    number: int

    def __getitem__(self, slot: str) -> str:
        return self.things[slot].named[slot]

    def get(self, target: str) -> tuple[str, str, Any]:
        return "GET", target, None

    def post(self, target: str, body: Any = None) -> tuple[str, str, Any]:
        return "POST", target, body


@dataclass(frozen=True, slots=True)
class Filled:
    """How a route is asked. slots: the places that name something; kinds: of organisations that it is for."""

    slots: tuple[str, ...]
    request: Callable[[Wanted], tuple[str, str, Any]]
    kinds: frozenset[str] = ORGANISATIONS
    ends: bool = False
    """Whether it changes so much that the next crossing needs a service as it was before."""


def member(w: Wanted) -> tuple[str, str, Any]:
    new = w["athlete"] if w.things["athlete"].people else f"ath-{w.number:016x}"
    return w.post("/v1/members", {"athlete": new, "name": "Somebody", "shirt_no": 9, "is_minor": False})


def key_change(w: Wanted) -> tuple[str, str, Any]:
    former = w.world.keys.get(w.caller, w.world.keys[OWN])
    service, now = w.world.service.keys.service.verify_key.key_id, w.world.clock.now
    made = SignedKeyChange.create(w["org"], former=former, new=SigningKey.generate(), service_key_id=service, now=now)
    return w.post("/v1/keys", made.as_json())


def decisions(w: Wanted) -> tuple[str, str, Any]:
    item = {"athlete": w["athlete"], "category": "sleep", "granularity": "daily"}
    actor = {"person": "R. D.", "role": "coach"}
    return w.post("/v1/decisions", {"actor": actor, "action": "read", "purpose": "training", "items": [item]})


def campaign(w: Wanted) -> tuple[str, str, Any]:
    """A new campaign of the league that asks, signed with the union; of organisations that are none, by that league."""
    league = w["league"]
    made = manifest(w.world, campaign_id=f"asked-{w.number}", league=league, clubs={w["club"]: "key"})
    signer = w.caller if w.caller in w.world.keys else JOINED
    return w.post("/v1/campaigns", w.world.signed(made, signer).as_json())


def release(w: Wanted) -> tuple[str, str, Any]:
    changes = {"release_id": w["release"]} if w.things["release"].people else {"release_id": f"rel-{w.number:08x}"}
    body = w.world.proposal(AthleteId(w["player"]), w["org"], **changes)
    return w.post("/v1/releases", body.model_dump(mode="json"))


def report(form: str) -> Filled:
    """A report of this form, with every field that names an athlete, a club or a campaign filled in."""
    details = SAMPLES[form]
    slots = tuple(slot for slot in ("athlete", "club", "campaign") if slot in type(details).model_fields)
    kinds = {kind for kind, forms in REPORTABLE.items() if details.kind in forms and forms[details.kind].form == form}

    def request(w: Wanted) -> tuple[str, str, Any]:
        body = details.body() | {slot: w[slot] for slot in slots}
        return w.post("/v1/events", {"kind": details.kind.value, "details": body})

    members = {OrgKind.CLUB: CLUBS, OrgKind.LEAGUE: LEAGUES, OrgKind.GOVERNING_BODY: frozenset({"gb"})}
    allowed = frozenset().union(*(members.get(kind, frozenset()) for kind in kinds))
    return Filled(slots, request, allowed)


REPORTS = sorted({form.form for forms in REPORTABLE.values() for form in forms.values()})
ROUTES: dict[str, Filled] = {
    "GET /v1/keys": Filled((), lambda w: w.get("/v1/keys"), ANYBODY),
    "GET /health": Filled((), lambda w: w.get("/health"), ANYBODY),
    "DELETE|GET|PATCH|POST|PUT /v1/{rest:path}": Filled((), lambda w: w.get("/v1/nothing"), frozenset()),
    "GET /log/checkpoint": Filled((), lambda w: w.get("/log/checkpoint"), ANYBODY),
    "GET /log/trust.policy": Filled((), lambda w: w.get("/log/trust.policy"), ANYBODY),
    "GET /log/tile/{path:path}": Filled(
        (), lambda w: w.get(f"/log/{next(iter(tiles.tiles_of(w.world.service.log.size))).path}"), ANYBODY
    ),
    "GET /v1/leagues": Filled((), lambda w: w.get("/v1/leagues"), CLUBS),
    "GET /v1/members/erased": Filled((), lambda w: w.get("/v1/members/erased"), CLUBS),
    "GET /v1/snapshot": Filled((), lambda w: w.get("/v1/snapshot"), CLUBS),
    "GET /v1/office/{club}": Filled(
        ("club",), lambda w: w.get(f"/v1/office/{w['club']}?person=T&role=front_office"), LEAGUES
    ),
    "GET /v1/campaigns/{sha256}/spend": Filled(
        ("campaign",), lambda w: w.get(f"/v1/campaigns/{w['campaign']}/spend"), LEAGUES
    ),
    "POST /v1/decisions": Filled(("athlete",), decisions, CLUBS),
    "POST /v1/members": Filled(("athlete",), member, CLUBS),
    "POST /v1/node-site": Filled(
        (), lambda w: w.post("/v1/node-site", {"address": f"https://n{w.number}.example"}), CLUBS
    ),
    "POST /v1/campaigns": Filled(("league", "club"), campaign, LEAGUES),
    "POST /v1/campaigns/{sha256}/tokens": Filled(
        ("campaign", "athlete"),
        lambda w: w.post(f"/v1/campaigns/{w['campaign']}/tokens", {"athletes": [w["athlete"]]}),
        CLUBS,
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/commit": Filled(
        ("campaign", "token"),
        lambda w: w.post(f"/v1/campaigns/{w['campaign']}/rounds/1/commit", {"tokens": [w["token"]], "again": True}),
        CLUBS,
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/answer": Filled(
        ("campaign",),
        lambda w: w.post(f"/v1/campaigns/{w['campaign']}/rounds/2/answer", {"answer": "a" * 64}),
        CLUBS,
    ),
    **{f"POST /v1/events {form}": report(form) for form in REPORTS},
    "POST /v1/releases": Filled(("player", "org", "release"), release, CLUBS, ends=True),
    "POST /v1/leagues/{league}/join": Filled(("league",), lambda w: w.post(f"/v1/leagues/{w['league']}/join"), CLUBS),
    "POST /v1/leagues/{league}/leave": Filled(("league",), lambda w: w.post(f"/v1/leagues/{w['league']}/leave"), CLUBS),
    "POST /v1/keys": Filled(("org",), key_change),
}
"""How every route of the interface is filled. A route that is not here fails the test: it would not be crossed.

What changes who may name whom comes last: a closed campaign, a league that is joined or left, another key.
"""


def what_is_left(crossing: Crossing, answered: Answered) -> list[str]:
    """What is wrong with the status and the entries of an answer, whatever was named.

    Whoever is not known leaves nothing; a known caller whom a route is not for leaves exactly one refusal.
    """
    filled, name = ROUTES[crossing.route], crossing.name
    refused, nothing = (EventKind.LOOK_REFUSED,), ()
    if crossing.route.startswith("DELETE|"):
        return [] if (answered.status, answered.kinds) == (404, nothing) else [f"{name}: there is something"]
    if crossing.caller in UNKNOWN:
        expected = 200 if filled.kinds is ANYBODY else 401
        return [] if (answered.status, answered.kinds) == (expected, nothing) else [f"{name}: {answered.status}"]
    is_misformed = answered.status == 422 and crossing.route.startswith("POST /v1/events ")  # a kind of both, in forms
    if crossing.caller not in filled.kinds and not is_misformed:
        return [] if (answered.status, answered.kinds) == (403, refused) else [f"{name}: {answered.status}"]
    if answered.status == 403:
        return [] if answered.kinds == refused else [f"{name}: refused, leaves {answered.kinds}"]
    if answered.is_done:
        declared = API_ROUTES[" ".join(crossing.route.split()[:2])]
        allowed = declared.kinds | declared.beside if isinstance(declared, RecordedEvent) else frozenset()
        return [] if set(answered.kinds) <= allowed and len(answered.kinds) < 2 else [f"{name}: {answered.kinds}"]
    is_fine = answered.kinds == nothing and answered.status < 500
    return [] if is_fine else [f"{name}: {answered.status} {answered.kinds}"]


def may_name(caller: str, slot: str, tenant: str) -> bool:
    """What an organisation knows and may name: its own, a league its clubs and campaign, a club every league."""
    if caller not in READS_OF:
        return False
    if slot in ("club", "org"):
        return tenant in READS_OF[caller]
    if slot == "league":
        return caller in CLUBS or LEAGUE_OF[tenant] == caller
    return caller == tenant or (slot == "campaign" and LEAGUE_OF[tenant] == caller)


def most(crossing: Crossing) -> float:
    """How many fillings of a route the gate asks of a caller: of those whom it is for more, of reports fewer."""
    is_for = crossing.caller in ROUTES[crossing.route].kinds and crossing.caller in KNOWN
    if crossing.route.startswith("POST /v1/events "):
        return 0.5 if is_for else 0.1
    return 1.2 if is_for else 0.2


TAKEN = {
    ("POST /v1/members", "athlete"): "an id of 64 random bits that another club's athlete has cannot be enrolled",
    ("POST /v1/releases", "release"): "an id of 64 random bits that another proposal has cannot be taken",
}
"""Where a club chooses an id, so that the answer must tell that it is taken. Nobody guesses one."""


def told_apart(crossing: Crossing) -> str:
    """Why something foreign may be told from nothing here; empty where it may not."""
    for slot, tenant in crossing.slots:
        reason = TAKEN.get((crossing.route, slot), "")
        if reason and crossing.caller in CLUBS and tenant not in (NOTHING, crossing.caller):
            return reason
    return ""


def foreign_to(tenants: Tenants) -> Callable[[str], tuple[str, ...]]:
    """The texts that no answer to a caller may hold."""

    def foreign(caller: str) -> tuple[str, ...]:
        found: list[str] = []
        for tenant in (OWN, OTHER):
            things = tenants.things[tenant]
            found += things.athletes if caller != tenant else ()
            found += things.people if tenant not in READS_OF.get(caller, ()) or caller == tenant else ()
            found += things.secrets if caller not in (tenant, LEAGUE_OF[tenant]) else ()
            if tenant in READS_OF.get(caller, ()):
                found = [text for text in found if text != f"The {tenant}"]
        return tuple(found)

    return foreign


def walls(tenants: Tenants) -> Walls:
    """The walls between organisations."""
    return Walls(may_name, foreign_to(tenants), told_apart)


@dataclass
class ApiCrossings:
    """Carries crossings out over the real application, on one copy of the tenants until something ends it."""

    tenants: Tenants
    kinds: list[EventKind] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000))

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.world = self.tenants.open_copy()
        app = app_of(self.world.service, clock=self.world.clock)
        self.http = TestClient(app, raise_server_exceptions=False)
        athlete = self.tenants.athletes[OWN][0]
        self.held = self.world.service.sessions.sign_in_with_code(self.tenants.codes[athlete])
        self.kinds, self.told = watch(self.world)
        self.loop = contextlib.ExitStack()
        self.loop.enter_context(one_loop(self.http))

    def close(self) -> None:
        """Close the service."""
        self.loop.close()
        self.world.service.close()

    def send(self, crossing: Crossing) -> Answered:
        """Carry out one crossing."""
        filled, given = ROUTES[crossing.route], {slot: self.tenants.things[t] for slot, t in crossing.slots}
        wanted = Wanted(self.world, crossing.caller, given, next(self.numbers))
        method, target, body = filled.request(wanted)
        data = b"" if body is None else json.dumps(body).encode()
        self.kinds.clear()
        self.told.clear()
        headers = self._headers(crossing.caller, method, target, data)
        answer = self.http.request(method, target, content=data, headers=headers)
        sent = [things.named[slot] for slot, things in given.items()]
        answered = Answered.of(answer, sent, self.kinds, self.told)
        if answered.is_done and filled.ends:
            self.close()
            self._open()
        return answered

    def _headers(self, caller: str, method: str, target: str, body: bytes) -> dict[str, str]:
        if caller == "nobody":
            return {}
        if caller == "an athlete's session":
            return {"Cookie": f"homefield-portal={self.held}"}
        names = {"a former key": "former", "a revoked club": GONE}
        key = SigningKey.generate() if caller == "a wrong key" else self.world.keys[names.get(caller, caller)]
        audience, now = self.world.service.keys.service.verify_key.key_id, self.world.clock.now
        return sign_request(key, audience=audience, method=method, target=target, body=body, now=now)


def watch(world: World) -> tuple[list[EventKind], set[str]]:
    """Note the first kind of each act from now on, outcomes apart, and the athletes in whose list it appears."""
    kinds, told = list[EventKind](), set[str]()

    def note(drafts: Sequence[Draft]) -> None:
        if drafts[0].kind is not EventKind.ANSWER_SENT:
            kinds.append(drafts[0].kind)
            told.update(draft.subject for draft in drafts if draft.subject)

    on_each_request(world, note)
    return kinds, told
