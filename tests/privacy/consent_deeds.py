"""How each route of the consent service is carried out over the real application: what it needs first, then itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from audit.entries.details.codes import FreezeCause
from audit.entries.events import EventKind
from audit.tlog import tiles
from chassis.http.key_change import SignedKeyChange
from consent.identity import codes
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category
from tests.consent.journal_spy import on_each_request
from tests.consent.league import Act, Caller, World, acts

ORIGIN = "http://127.0.0.1:8600"
SLEEP = {"give.club-a.coach": "daily", "ends.club-a.coach": "2027-06-30"}
OWN, OTHER = "club-a", "club-b"
Deed = Callable[[], Response]


@dataclass
class Place:
    """The real service with its application, and a browser that signs athletes in."""

    world: World
    caller: Caller
    leads: list[EventKind] = field(default_factory=list)
    """The first draft of each append, as it was handed to the journal."""

    @property
    def http(self) -> TestClient:
        return self.caller.http

    @property
    def one(self) -> AthleteId:
        return self.world.athletes[OWN][0]

    def watch(self) -> None:
        """Note the first kind of each append from now on."""
        on_each_request(self.world, lambda drafts: self.leads.append(drafts[0].kind))

    def new_acts(self, deed: Deed) -> tuple[list[Act], list[EventKind], Response]:
        """What one request adds: acts by what is sealed in the database, and by what the journal was given."""
        before, appended = set(acts(self.world.service)), len(self.leads)
        answer = deed()
        new = [act for event, act in acts(self.world.service).items() if event not in before]
        leads = [kind for kind in self.leads[appended:] if kind is not EventKind.ANSWER_SENT]
        return new, leads, answer

    def api(self, org: str, method: str, target: str, body: Any = None) -> Deed:
        return lambda: self.caller.send(org, method, target, body)

    def get(self, path: str) -> Deed:
        return lambda: self.http.get(path, follow_redirects=False)

    def post(self, path: str, fields: dict[str, str]) -> Response:
        return self.http.post(path, data=fields, headers={"Origin": ORIGIN}, follow_redirects=False)

    def sign_in(self) -> None:
        assert self.post("/demo/sign-in", {"athlete": self.one}).status_code == 303

    def form(self, action: str, page: str | Response, **fields: str) -> Deed:
        """The form of a page that goes to `action`, as a signed-in athlete."""
        text = page.text if isinstance(page, Response) else self.http.get(page).text
        found = next(form for form in re.findall(r"<form.*?</form>", text, re.S) if f'action="{action}"' in form)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found))
        return lambda: self.post(action, hidden | fields)

    def proposed(self) -> str:
        """A request that waits for the athlete's answer."""
        return self.world.store.propose_release(OWN, self.world.proposal(self.one)).release_id  # type: ignore[arg-type]

    def campaign(self) -> str:
        """A registered campaign in which the first athlete takes part."""
        self.world.take_part(self.one)
        return self.world.store.register_campaign("league", self.world.campaign())  # type: ignore[arg-type]

    def tokens(self, sha256: str) -> list[str]:
        issued = self.world.store.issue_tokens(OWN, sha256, self.world.athletes[OWN])  # type: ignore[arg-type]
        return [token.token for token in issued.tokens]


def key_change(place: Place, org: str) -> dict[str, Any]:
    """The statement of an organisation that it signs with another key."""
    service, clock = place.world.service.keys.service.verify_key.key_id, place.world.clock
    former, new = place.world.keys[org], SigningKey.generate()
    return SignedKeyChange.create(org, former=former, new=new, service_key_id=service, now=clock.now).as_json()


def left(place: Place) -> None:
    place.world.store.leave_league(OWN, "league")  # type: ignore[arg-type]


def decisions(place: Place, athlete: AthleteId) -> dict[str, Any]:
    item = {"athlete": athlete, "category": "sleep", "granularity": "daily"}
    return {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training", "items": [item]}


def member(athlete: str) -> dict[str, Any]:
    return {"athlete": athlete, "name": "New Person", "shirt_no": 9, "is_minor": False}


def commit(place: Place, org: str = OWN) -> Deed:
    sha256 = place.campaign()
    return place.api(org, "POST", f"/v1/campaigns/{sha256}/rounds/1/commit", {"tokens": place.tokens(sha256)})


def noted(place: Place, org: str = OWN) -> Deed:
    return place.api(org, "POST", f"/v1/campaigns/{place.campaign()}/rounds/1/answer", {"answer": "a" * 64})


def proposal(place: Place, athlete: AthleteId) -> dict[str, Any]:
    body: dict[str, Any] = place.world.proposal(athlete).model_dump(mode="json")
    return body


def sign_in_code(place: Place) -> str:
    with Session(place.world.service.engine.execution_options(is_writer=True)) as session:
        key, now = place.world.service.keys.codes, place.world.clock.now
        code, _ = codes.create(session, place.one, key=key, now=now)
        session.commit()
    return code


def as_athlete(prepare: Callable[[Place], Deed]) -> Callable[[Place], Deed]:
    """Sign in first, so that the sign-in does not count."""

    def prepared(place: Place) -> Deed:
        place.sign_in()
        return prepare(place)

    return prepared


def changed(place: Place) -> Deed:
    check = place.form("/change/sleep", "/change/sleep", **SLEEP)()
    return place.form("/change/sleep/confirm", check)


def shared(place: Place) -> None:
    place.world.give(place.one)
    place.world.take_part(place.one)


def stopped(action: str, page: str, **fields: str) -> Callable[[Place], Deed]:
    def prepared(place: Place) -> Deed:
        shared(place)
        return place.form(action, page, **fields)

    return as_athlete(prepared)


def answered(place: Place, answer: str = "yes") -> Deed:
    path = f"/asked/{place.proposed()}"
    check = place.form(path, path, answer=answer)()
    return place.form(f"{path}/confirm", check)


def taken_back(place: Place) -> Deed:
    path = f"/asked/{place.world.approved(place.one)}"
    place.sign_in()  # a day has passed
    return place.form(f"{path}/stop", path)


def unfrozen(place: Place) -> Deed:
    place.world.store.freeze(place.one, FreezeCause.ATHLETE)
    return place.form("/shared/unfreeze", "/shared")


NOTICE = "/notices/2026-12"


def asked_again(action: str, **fields: str) -> Callable[[Place], Deed]:
    """A form of the notice that asks again about readiness, on the day that it begins."""

    def prepared(place: Place) -> Deed:
        place.world.give(place.one, Category.READINESS)
        place.world.clock.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
        place.world.publish()
        place.sign_in()
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', place.http.get(NOTICE).text)
        return lambda: place.post(action, dict(hidden) | fields)

    return prepared


def lower_cap(place: Place) -> Deed:
    check = place.form("/budget/cap", "/budget/cap", parts="50")()
    return place.form("/budget/cap/confirm", check)


DEEDS: dict[str, Callable[[Place], Deed]] = {
    "POST /v1/members": lambda p: p.api(OWN, "POST", "/v1/members", member("ath-00000000000000ff")),
    "POST /v1/keys": lambda p: p.api(OWN, "POST", "/v1/keys", key_change(p, OWN)),
    "POST /v1/leagues/{league}/join": lambda p: (left(p), p.api(OWN, "POST", "/v1/leagues/league/join"))[1],
    "POST /v1/leagues/{league}/leave": lambda p: p.api(OWN, "POST", "/v1/leagues/league/leave"),
    "POST /v1/decisions": lambda p: p.api(OWN, "POST", "/v1/decisions", decisions(p, p.one)),
    "GET /v1/snapshot": lambda p: p.api(OWN, "GET", "/v1/snapshot"),
    "POST /v1/campaigns": lambda p: p.api("league", "POST", "/v1/campaigns", p.world.campaign().as_json()),
    "POST /v1/campaigns/{sha256}/tokens": lambda p: p.api(
        OWN, "POST", f"/v1/campaigns/{p.campaign()}/tokens", {"athletes": p.world.athletes[OWN]}
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/commit": commit,
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/answer": noted,
    "GET /v1/campaigns/{sha256}/spend": lambda p: p.api("league", "GET", f"/v1/campaigns/{p.campaign()}/spend"),
    "POST /v1/releases": lambda p: p.api(OWN, "POST", "/v1/releases", proposal(p, p.one)),
    "GET /v1/office/{club}": lambda p: p.api("league", "GET", "/v1/office/club-a?person=T&role=front_office"),
    "POST /v1/events": lambda p: p.api(
        OWN, "POST", "/v1/events", {"kind": "ingest", "details": {"athlete": p.one, "files": 2}}
    ),
    "POST /sign-in": lambda p: p.form("/sign-in", "/sign-in", code=sign_in_code(p)),
    "POST /demo/sign-in": lambda p: lambda: p.post("/demo/sign-in", {"athlete": p.one}),
    "POST /change/{category}/confirm": as_athlete(changed),
    "POST /change/{category}/stop": stopped("/change/sleep/stop", "/change/sleep", recipient="club-a.coach"),
    "POST /shared/stop": stopped("/shared/stop", "/shared", recipient="league.fl_aggregator"),
    "POST /shared/stop-all": stopped("/shared/stop-all", "/shared"),
    "POST /shared/unfreeze": as_athlete(unfrozen),
    "POST /budget/freeze": as_athlete(lambda p: p.form("/budget/freeze", "/budget")),
    "POST /asked/{release_id}/confirm": as_athlete(answered),
    "POST /asked/{release_id}/stop": taken_back,
    "POST /budget/cap/confirm": as_athlete(lower_cap),
    "POST /notices/{version}": asked_again(NOTICE, answer="yes"),
    "POST /notices/{version}/stop": asked_again(f"{NOTICE}/stop"),
    "POST /v1/node-site": lambda p: p.api(OWN, "POST", "/v1/node-site", SITE),
}
"""How each recorded route is carried out: everything it needs first, then the one request that counts."""

REFUSED: dict[str, Callable[[Place], Deed]] = {
    "POST /v1/members": lambda p: p.api("league", "POST", "/v1/members", member("ath-00000000000000ff")),
    "POST /v1/keys": lambda p: p.api(OTHER, "POST", "/v1/keys", key_change(p, OWN)),
    "POST /v1/leagues/{league}/join": lambda p: p.api("league", "POST", "/v1/leagues/league/join"),
    "POST /v1/leagues/{league}/leave": lambda p: p.api("gb", "POST", "/v1/leagues/league/leave"),
    "POST /v1/decisions": lambda p: p.api("league", "POST", "/v1/decisions", decisions(p, p.one)),
    "GET /v1/snapshot": lambda p: p.api("gb", "GET", "/v1/snapshot"),
    "POST /v1/campaigns": lambda p: p.api(OWN, "POST", "/v1/campaigns", p.world.campaign().as_json()),
    "POST /v1/campaigns/{sha256}/tokens": lambda p: p.api(
        OWN, "POST", f"/v1/campaigns/{p.campaign()}/tokens", {"athletes": p.world.athletes[OTHER]}
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/commit": lambda p: commit(p, "league"),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/answer": lambda p: noted(p, "league"),
    "GET /v1/campaigns/{sha256}/spend": lambda p: p.api(OWN, "GET", f"/v1/campaigns/{p.campaign()}/spend"),
    "POST /v1/releases": lambda p: p.api(OTHER, "POST", "/v1/releases", proposal(p, p.one)),
    "GET /v1/office/{club}": lambda p: p.api(OWN, "GET", "/v1/office/club-a?person=T&role=front_office"),
    "POST /v1/events": lambda p: p.api(OWN, "POST", "/v1/events", {"kind": "look_allowed", "details": {}}),
    "POST /v1/node-site": lambda p: p.api("league", "POST", "/v1/node-site", SITE),
}
"""How a known caller is refused at each route of the interface."""

SITE = {"address": "https://node.club-a.example"}
UNRECORDED: dict[str, str] = {
    "GET /notices/{version}": NOTICE,
    "GET /shared/preview/{org}/{role}": "/shared/preview/club-a/coach",
    "GET /change/{category}": "/change/sleep",
    "GET /looked/{number}/proof": "/looked/1/proof",
    "DELETE|GET|PATCH|POST|PUT /v1/{rest:path}": "/v1/nothing",
    "MOUNT /static": "/static/homefield.css",
}
"""Addresses of exempt routes with something that varies in them."""


def read_unrecorded(place: Place, route: str) -> Deed:
    """The request of an exempt route that is read; those of a release or receipt get a real one."""
    if "{receipt_id}" in route:
        place.world.give(place.one)
        receipt = place.world.store.receipts(place.one)[0].receipt_id
        return place.get(route.split()[1].replace("{receipt_id}", receipt))
    if route == "GET /own-data":
        place.api(OWN, "POST", "/v1/node-site", SITE)()
    if "{release_id}" in route:
        return place.get(f"/asked/{place.proposed()}")
    if "{path:path}" in route:
        tile = next(iter(tiles.tiles_of(place.world.service.log.size)))
        return place.get(f"/log/{tile.path}")
    return place.get(UNRECORDED.get(route, route.split()[-1]))


STEPS: dict[str, Callable[[Place], Deed]] = {
    "GET /v1/leagues": lambda p: p.api(OWN, "GET", "/v1/leagues"),
    "GET /v1/members/erased": lambda p: p.api(OWN, "GET", "/v1/members/erased"),
    "POST /change/{category}": lambda p: p.form("/change/sleep", "/change/sleep", **SLEEP),
    "POST /asked/{release_id}": lambda p: (lambda path: p.form(path, path, answer="yes"))(f"/asked/{p.proposed()}"),
    "POST /budget/cap": lambda p: p.form("/budget/cap", "/budget/cap", parts="50"),
    "POST /sign-out": lambda p: p.form("/sign-out", "/shared"),
    "POST /settings": lambda p: p.form("/settings", "/settings", theme="dark"),
}
