"""The crossing of a club's pages: two squads on one node, over the real consent service, and athletes of elsewhere."""

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

import client.cli
import client.consent_client
from audit.entries.events import EventKind
from chassis.http.signed_client import SignedClient
from chassis.sign_in.csrf import csrf_token
from client.app import build_app
from client.commands.run import add_status
from client.consent_client import NodeConsentClient
from client.settings import change_settings, load_settings
from client.squads import DEFAULT_SQUAD
from client.staff.database import StaffFile
from client.staff.people import StaffPeople, staff_person
from client.staff.sessions import athlete_sessions, staff_sessions
from client.vault.access import open_vault
from client.vault.journal import ImportRecord, record_import
from client.vault.store import Vault
from consent.app import app_of
from policies.vocabulary import AthleteId, Role
from tests.client.web.staff_on_the_list import PIN
from tests.privacy.crossing.consent_api import watch
from tests.privacy.crossing.findings import Answered, Crossing, Walls
from tests.privacy.crossing.one_loop import one_loop
from tests.privacy.crossing.tenants import NOTHING, OTHER, OWN, Tenants
from tests.privacy.running_programs import done

ORIGIN, CONSENT = "http://127.0.0.1:8300", "http://127.0.0.1:8600"
YOUTH, STRANGER = "under-19", "not enrolled"
TENANTS = (DEFAULT_SQUAD, YOUTH, OTHER, STRANGER, NOTHING)
"""Whose athlete is named: of the first team, of the youth, of another club, of the node alone, nobody."""
SIGNED_OUT = ("nobody", "an ended session", "a removed person", "a locked device", "a cookie of the portal")
STAFF = {
    "a coach of the first team": (Role.COACH, DEFAULT_SQUAD),
    "a coach of the youth": (Role.COACH, YOUTH),
    "a medic of the first team": (Role.MEDICAL, DEFAULT_SQUAD),
    "a medic of the youth": (Role.MEDICAL, YOUTH),
}
ATHLETES = {"an athlete of the first team": DEFAULT_SQUAD, "an athlete of the youth": YOUTH}
"""Athletes at their own site: signed in there, and nobody to the pages of staff."""
CALLERS = (*SIGNED_OUT, *STAFF, *ATHLETES)


@dataclass(frozen=True, slots=True)
class Page:
    """How a page or form is asked. is_open: for whoever is signed out as well; ends: the caller's session."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False
    ends: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        """The places that name something."""
        return ("athlete",) if "{athlete}" in f"{self.path} {self.fields}" else ()


_DECISION = {"proposal": "f" * 32, "answer": "accept"}
_EPISODE = {"what": "MATCH-NO_CONTACT", "place": "thigh, right", "type": "muscle", "began": "2026-11-03"}
_LIMIT = {"availability": "reduced", "limits": "no_sprinting", "until": "2026-12-04"}
_FILE, _VERBS = "/imports/files/0123456789abcdef", ("again", "use", "undo", "leave-out")
ROUTES: dict[str, Page] = {
    "GET /": Page("/", is_open=True),
    "GET /sign-in": Page("/sign-in", is_open=True),
    "GET /health": Page("/health", is_open=True),
    "GET /status": Page("/status", is_open=True),
    "MOUNT /static": Page("/static/homefield.css", is_open=True),
    "GET /board": Page("/board"),
    "GET /board/table": Page("/board/table"),
    "GET /athletes": Page("/athletes"),
    "GET /imports": Page("/imports"),
    "POST /imports/files": Page("/imports/files"),
    "POST /imports/sessions": Page(
        "/imports/sessions", {"athlete": "ath-00000000000000fe", "question": "0" * 16, "answer": "same"}
    ),
    "POST /imports/store-ready": Page("/imports/store-ready"),
    "GET /imports/files/{key}": Page(_FILE),
    **{f"POST /imports/files/{{key}}/{verb}": Page(f"{_FILE}/{verb}", {"version": "1"}) for verb in _VERBS},
    "GET /medical": Page("/medical"),
    "POST /medical/enter": Page("/medical/enter", {"athlete": "{athlete}", **_EPISODE}),
    "GET /athletes/{athlete}/health": Page("/athletes/{athlete}/health"),
    "POST /athletes/{athlete}/health/change": Page("/athletes/{athlete}/health/change", _EPISODE),
    "POST /athletes/{athlete}/health/sign": Page("/athletes/{athlete}/health/sign", {"stage": "1"}),
    "POST /athletes/{athlete}/health/say": Page("/athletes/{athlete}/health/say", _LIMIT),
    "POST /athletes/{athlete}/health/state": Page("/athletes/{athlete}/health/state", _LIMIT),
    "POST /athletes/{athlete}/health/take-back": Page("/athletes/{athlete}/health/take-back", {"statement": "0"}),
    "GET /availability": Page("/availability"),
    "GET /availability/table": Page("/availability/table"),
    "GET /report": Page("/report"),
    "GET /report.pdf": Page("/report.pdf"),
    "GET /report.json": Page("/report.json"),
    "GET /plan": Page("/plan"),
    "GET /plan/table": Page("/plan/table"),
    "POST /plan/week": Page("/plan/week", {"for": "athlete:ath-00000000000000fe", "week": "2026-11-23"}),
    "POST /plan/groups": Page("/plan/groups", {"name": "Keepers", "member": "ath-00000000000000fe"}),
    "POST /plan/undo": Page("/plan/undo", {"save": "0" * 16}),
    "GET /model": Page("/model"),
    "GET /campaigns/{sha256}": Page("/campaigns/" + "0" * 64),
    "GET /athletes/{athlete}": Page("/athletes/{athlete}"),
    "GET /athletes/{athlete}/decided": Page("/athletes/{athlete}/decided"),
    "POST /athletes/{athlete}/decide": Page("/athletes/{athlete}/decide", _DECISION),
    "POST /board/ask": Page("/board/ask", {"athlete": "{athlete}", "answer": "fine"}),
    "POST /board/undo": Page("/board/undo", {"athlete": "{athlete}", "record": "decision:x"}),
    "POST /athletes/{athlete}/ask": Page("/athletes/{athlete}/ask", {"answer": "fine"}),
    "POST /athletes/{athlete}/undo": Page("/athletes/{athlete}/undo", {"record": "decision:x"}),
    "POST /athletes/{athlete}/record": Page("/athletes/{athlete}/record", _DECISION),
    "POST /demo/sign-in": Page("/demo/sign-in", {"persona": "coach"}, is_open=True),
    "POST /sign-in": Page("/sign-in", {"code": "aaaa-bbbb-cccc-dddd", "pin": PIN}, is_open=True),
    "POST /unlock": Page("/unlock", {"pin": PIN}, ends=True),
    "POST /sign-out": Page("/sign-out", ends=True),
    "GET /me": Page("/me"),
    "GET /me/forms": Page("/me/forms"),
    "GET /me/forms/{form}": Page("/me/forms/morning"),
    "GET /me/forms/{form}/of/{ago}/{part}": Page("/me/forms/morning/of/1/1"),
    "GET /me/forms/{form}/sent": Page("/me/forms/morning/sent"),
    "POST /me/forms/{form}": Page("/me/forms/morning", {"item-mood": "4", "day": "2026-11-24"}),
    "POST /me/forms/take-back": Page("/me/forms/take-back", {"answer": "0" * 36}),
    "POST /me/answers": Page("/me/answers", {"athlete": "ath-00000000000000fe", "sending": "no answer"}),
    "GET /me/offline": Page("/me/offline"),
    "GET /me/offline/{form}": Page("/me/offline/morning"),
    "GET /me/tablet": Page("/me/tablet", is_open=True),
    "GET /me/tablet/thanks": Page("/me/tablet/thanks", is_open=True),
    "GET /me/tablet/forms": Page("/me/tablet/forms"),
    "POST /me/tablet/join": Page("/me/tablet/join", {"code": "aaaa-bbbb-cccc-dddd", "pin": PIN}, is_open=True),
    "POST /me/tablet/open": Page("/me/tablet/open", {"athlete": "ath-00000000000000fe", "pin": PIN}, is_open=True),
    "POST /me/tablet/leave": Page("/me/tablet/leave"),
    "GET /me/scripts/{name}": Page("/me/scripts/queue.js", is_open=True),
    "GET /me/worker.js": Page("/me/worker.js", is_open=True),
    "GET /me/sign-in": Page("/me/sign-in", is_open=True),
    "POST /me/sign-in": Page("/me/sign-in", {"code": "aaaa-bbbb-cccc-dddd"}, is_open=True),
    "POST /me/enter": Page("/me/enter", {"ticket": "no ticket"}, is_open=True),
    "GET /me/open": Page("/me/open", is_open=True),
    "POST /me/open": Page("/me/open", is_open=True),
    "POST /me/answer": Page("/me/answer", {"proposal": "f" * 32, "answer": "accept"}),
    "GET /me/decisions": Page("/me/decisions"),
    "GET /me/looked": Page("/me/looked"),
    "GET /me/data": Page("/me/data"),
    "GET /me/data/{stream}": Page("/me/data/mood"),
    "GET /me/data/{stream}/{reading}": Page("/me/data/mood/0123456789abcdef"),
    "POST /me/data/{stream}/{reading}/change": Page(
        "/me/data/mood/0123456789abcdef/change", {"do": "void", "reason": "other"}
    ),
    "POST /me/data/export": Page("/me/data/export", {"kind": "json"}),
    "GET /me/not-ok": Page("/me/not-ok"),
    "POST /me/not-ok/say": Page("/me/not-ok/say", {"say": "in_pain", "note": "calf"}),
    "POST /me/not-ok/take-back": Page("/me/not-ok/take-back"),
    "GET /me/limit": Page("/me/limit"),
    "POST /me/limit/say": Page("/me/limit/say", _LIMIT),
    "POST /me/limit/state": Page("/me/limit/state", _LIMIT),
    "POST /me/limit/take-back": Page("/me/limit/take-back", {"statement": "0"}),
    "GET /me/settings": Page("/me/settings"),
    "POST /me/settings/light": Page("/me/settings/light", {"do": "leave_out", "without": "sleep"}),
    "POST /me/settings/load": Page("/me/settings/load", {"apply": "on"}),
    "POST /me/sign-out": Page("/me/sign-out", ends=True),
}
"""How every page of the node is filled."""
COOKIES = {"a cookie of the portal": "homefield-portal", **dict.fromkeys(ATHLETES, f"homefield-own-{OWN}")}
"""The cookies of who is no staff."""


def may_name(caller: str, slot: str, tenant: str) -> bool:
    """A person of the staff names the athletes of their own squad."""
    return STAFF.get(caller, (None, ""))[1] == tenant


def most(crossing: Crossing) -> float:
    """How many fillings of a page the gate asks of a caller: more where an athlete is named."""
    return 1.0 if crossing.caller in STAFF and crossing.slots else 0.3


def what_is_left(crossing: Crossing, answered: Answered, athletes: Mapping[str, AthleteId]) -> list[str]:
    """What is wrong with the status and the entries of an answer; a try at an athlete stands in that athlete's list."""
    page, name = ROUTES[crossing.route], crossing.name
    if crossing.caller in SIGNED_OUT or (crossing.caller in ATHLETES) != f"{page.path}/".startswith("/me/"):
        said = (EventKind.TICKET_REFUSED,) if crossing.route == "POST /me/enter" else ()
        is_fine = answered.kinds == said and answered.status < 500 and (page.is_open or answered.status != 200)
        return [] if is_fine else [f"{name}: {answered.status} {answered.kinds}"]
    if crossing.caller in ATHLETES:
        is_fine = answered.told <= {athletes[ATHLETES[crossing.caller]]} and len(answered.kinds) < 2
        return [] if is_fine and answered.status < 500 else [f"{name}: {answered.status} {answered.kinds}"]
    if not page.slots:
        return [] if len(answered.kinds) < 2 and answered.status < 500 else [f"{name}: {answered.status}"]
    (_, tenant), (_, squad) = crossing.slots[0], STAFF[crossing.caller]
    refused = EventKind.LOOK_REFUSED if tenant in (DEFAULT_SQUAD, YOUTH) and tenant != squad else EventKind.ACCESS
    subjects = {athletes[tenant]} if tenant not in (STRANGER, NOTHING) else set()
    tries = 1 + crossing.route.startswith("POST")  # a deed that cannot be done looks again
    if tenant == squad and answered.status == 303 and crossing.route.endswith(("/undo", "/take-back")):
        return [] if not answered.kinds else [f"{name}: leaves {answered.kinds}"]  # nothing stands to be taken back
    if tenant == squad:
        return [] if answered.kinds and answered.told == subjects else [f"{name}: leaves {answered.kinds}"]
    if answered.status != 404 or answered.told != subjects or set(answered.kinds) != {refused}:
        return [f"{name}: {answered.status}, leaves {answered.kinds} about {sorted(answered.told)}"]
    return [] if len(answered.kinds) <= tries else [f"{name}: leaves {answered.kinds}"]


@dataclass
class NodeCrossings:
    """Carries crossings out over the real pages of club-a's node, which ask a copy of the tenants' service."""

    tenants: Tenants
    folder: Path
    patched: pytest.MonkeyPatch
    kinds: list[EventKind] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    vaults: list[Vault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = self.tenants.open_copy()
        first, _, third = self.tenants.athletes[OWN]
        self.athletes = {
            DEFAULT_SQUAD: first,
            YOUTH: third,
            OTHER: self.tenants.athletes[OTHER][0],
            STRANGER: AthleteId("ath-00000000000000dd"),
            NOTHING: AthleteId("ath-00000000000000fe"),
        }
        self._link()
        self._fill()
        settings = load_settings(self.folder)
        self.consent = NodeConsentClient.of(settings, clock=self.world.clock)
        self.vaults.append(open_vault(settings))
        app = build_app(settings, vault=self.vaults[0], consent_client=self.consent, clock=self.world.clock)
        add_status(app, lambda: {"online": True})
        self.http = TestClient(app, base_url=ORIGIN, raise_server_exceptions=False, client=("127.0.0.1", 50_000))
        self.loops.enter_context(one_loop(self.http))
        self.consent.snapshot()  # a node asks for it all the time, and only what is new leaves an entry
        self._sign_in()
        self.kinds, self.told = watch(self.world)

    def _link(self) -> None:
        service = TestClient(app_of(self.world.service, clock=self.world.clock), base_url=CONSENT)
        self.loops = contextlib.ExitStack()
        self.loops.enter_context(one_loop(service))

        def forward(request: httpx.Request) -> httpx.Response:
            target = request.url.raw_path.decode()
            answer = service.request(request.method, target, content=request.content, headers=dict(request.headers))
            return httpx.Response(answer.status_code, content=answer.content)

        linked = functools.partial(SignedClient, transport=httpx.MockTransport(forward))
        self.patched.setattr(client.consent_client, "SignedClient", linked)

    def _fill(self) -> None:
        """A node with two squads, whose athletes share everything with the whole staff."""
        done(client.cli.app, "init", self.folder, "--club", OWN, "--name", "Eastmere FC")
        (self.folder / "keys" / "node.key").write_text(self.world.keys[OWN].seed.hex())
        key = self.world.service.keys.service.verify_key.text
        change_settings(self.folder, consent_url=CONSENT, consent_service_key=key)
        with open_vault(load_settings(self.folder)) as vault:
            for number, (tenant, athlete) in enumerate(self._held().items(), start=1):
                squad = tenant if tenant in (DEFAULT_SQUAD, YOUTH) else DEFAULT_SQUAD
                vault.add_athlete(athlete, _name(tenant), shirt_no=number, squad=squad)
                record_import(vault, athlete, self._import(tenant))

    def _held(self) -> dict[str, AthleteId]:
        return {tenant: self.athletes[tenant] for tenant in (DEFAULT_SQUAD, YOUTH, STRANGER)}

    def _import(self, tenant: str) -> ImportRecord:
        reason = f"a reason only about {_name(tenant)}"
        return ImportRecord(self.world.clock.now, "a.csv", "ab" * 32, "hrv_csv", "quarantined", reason, {"kept": 1})

    def _sign_in(self) -> None:
        file = StaffFile(self.folder)
        people, now = StaffPeople(file), self.world.clock.now
        sessions = staff_sessions(file, clock=lambda: now)
        earlier = staff_sessions(file, clock=lambda: now - timedelta(minutes=20))
        others = dict.fromkeys(SIGNED_OUT[1:4], (Role.COACH, DEFAULT_SQUAD))
        for caller, (role, squad) in {**STAFF, **others}.items():
            one = staff_person(caller, role, [squad])
            people.put(one)
            self.held[caller] = (earlier if caller == "a locked device" else sessions).begin(one.person, pin=PIN)
            if caller == "a removed person":
                people.remove(one.person)
        own = athlete_sessions(file, clock=lambda: now)
        self.held |= {caller: own.begin(self.athletes[squad]) for caller, squad in ATHLETES.items()}
        sessions.end(self.held["an ended session"])
        file.close()

    def walls(self) -> Walls:
        """The walls between squads and clubs."""

        def foreign(caller: str) -> list[str]:
            own = ATHLETES.get(caller) or STAFF.get(caller, (None, ""))[1]
            texts = [text for tenant, one in self._held().items() if tenant != own for text in (one, _name(tenant))]
            return [*texts, *(text for one in self.tenants.athletes[OTHER] for text in self.tenants.private[one])]

        return Walls(may_name, foreign, leaves_alike=False)

    def close(self) -> None:
        """Close node and service."""
        self.loops.close()
        self.consent.close()
        self.vaults[0].close()
        self.world.service.close()

    def send(self, crossing: Crossing) -> Answered:
        """Carry out one crossing."""
        page, method = ROUTES[crossing.route], crossing.route.split()[0].replace("MOUNT", "GET")
        named = {slot: self.athletes[tenant] for slot, tenant in crossing.slots}
        held = self.held.get(crossing.caller, "nothing")
        cookie = COOKIES.get(crossing.caller, f"homefield-node-{OWN}")
        self.kinds.clear()
        self.told.clear()
        answer = self.http.request(
            method,
            page.path.format(**named),
            data={name: text.format(**named) for name, text in page.fields.items()} | {"csrf": csrf_token(held)}
            if method == "POST"
            else None,
            headers={"Origin": ORIGIN} | ({"Cookie": f"{cookie}={held}"} if crossing.caller != "nobody" else {}),
            follow_redirects=False,
        )
        self.http.cookies.clear()
        answered = Answered.of(answer, named.values(), self.kinds, self.told)
        if page.ends and answered.status == 303:
            self._sign_in()
        return answered


def _name(tenant: str) -> str:
    return f"Secret {tenant.title()}"
