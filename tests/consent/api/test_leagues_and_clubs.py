"""Attacks of a league on another league's club: wherever it can name a club, one that has not joined is like none."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from audit.entries.details.codes import LeagueRole
from chassis.http.key_change import SignedKeyChange
from consent.app import app_of
from consent.decisions.reported_events import REPORTABLE
from consent.declared_events import API_ROUTES
from consent.registry.values import OrgKind
from policies.campaign import SignedManifest
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from tests.audit.entries.details.samples import SAMPLES
from tests.consent.league import Caller, World, manifest

RIVAL, CLUB = "a-rival", OrgId("club-a")
NOT_JOINED, UNKNOWN, NO_CLUB = "club-a", "club-x", "gb"
Request = tuple[str, str, Any]


@pytest.fixture
def caller(lite: World) -> Iterator[Caller]:
    """The small league, and a second one that no club has joined; its identifier comes first."""
    lite.keys[RIVAL] = SigningKey.generate()
    lite.store.add_org(OrgId(RIVAL), name="A rival", kind=OrgKind.LEAGUE, key=lite.keys[RIVAL].verify_key)
    with TestClient(app_of(lite.service, clock=lite.clock), raise_server_exceptions=False) as http:
        yield Caller(lite, http)


def campaign_naming(world: World, *clubs: str) -> SignedManifest:
    """A campaign of the rival, signed by it."""
    made = manifest(world, league=RIVAL, clubs=dict.fromkeys(clubs, "key"))
    return world.signed(made, RIVAL)


def report(form: str, club: str) -> Request:
    role = {"role": LeagueRole.FRONT_OFFICE} if "role" in type(SAMPLES[form]).model_fields else {}
    details = SAMPLES[form].model_copy(update={"club": club} | role)
    return "POST", "/v1/events", {"kind": details.kind.value, "details": details.body()}


NAMED: dict[str, Callable[[World, str], Request]] = {
    "GET /v1/office/{club}": lambda _, club: ("GET", f"/v1/office/{club}?person=T&role=front_office", None),
    "POST /v1/campaigns": lambda w, club: ("POST", "/v1/campaigns", campaign_naming(w, club).as_json()),
    "POST /v1/events node_added": lambda _, club: report("node_added", club),
    "POST /v1/events league_staff_signed_in": lambda _, club: report("league_staff_signed_in", club),
    "POST /v1/events league_code_issued": lambda _, club: report("league_code_issued", club),
}
"""Every request in which a league names a club. A new one belongs here: see the test below."""


def answer(got: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a league can see of an answer."""
    return got.status_code, got.content, sorted(got.headers.items())


@pytest.mark.parametrize("place", sorted(NAMED))
@pytest.mark.parametrize("other", [UNKNOWN, NO_CLUB])
def test_a_club_that_has_not_joined_is_like_one_that_is_not_there(caller: Caller, place: str, other: str) -> None:
    size = caller.world.log_size

    hidden, nothing = (caller.send(RIVAL, *NAMED[place](caller.world, club)) for club in (NOT_JOINED, other))

    assert answer(hidden) == answer(nothing)
    assert (hidden.status_code, hidden.json()) == (404, {"error": "expected a club of this league"})
    assert caller.world.log_size == size


@pytest.mark.parametrize("place", sorted(NAMED))
def test_the_same_request_is_answered_once_the_club_has_joined_and_no_longer_once_it_has_left(
    caller: Caller, place: str
) -> None:
    caller.world.store.join_league(CLUB, OrgId(RIVAL))
    joined = caller.send(RIVAL, *NAMED[place](caller.world, NOT_JOINED))
    caller.world.store.leave_league(CLUB, OrgId(RIVAL))
    caller.world.clock.forward(seconds=1)  # a campaign that is signed anew

    left = caller.send(RIVAL, *NAMED[place](caller.world, NOT_JOINED))

    assert joined.status_code in (200, 201), joined.text
    assert left.status_code == 404


def test_one_club_that_has_not_joined_is_enough_for_no(caller: Caller) -> None:
    caller.world.store.join_league(CLUB, OrgId(RIVAL))
    body = campaign_naming(caller.world, "club-a", "club-b").as_json()

    assert caller.send(RIVAL, "POST", "/v1/campaigns", body).status_code == 404


def test_every_report_of_a_league_that_names_a_club_is_attacked_above() -> None:
    naming = {form.form for form in REPORTABLE[OrgKind.LEAGUE].values() if "club" in form.model_fields}

    reports = {f"POST /v1/events {form}" for form in naming}
    assert reports | {"POST /v1/campaigns", "GET /v1/office/{club}"} == set(NAMED)


def own_campaign(world: World) -> str:
    """A campaign of the other league, in which athletes of both clubs take part."""
    for club in ("club-a", "club-b"):
        world.take_part(world.athletes[club][0])
    return world.store.register_campaign(OrgId("league"), world.campaign())


CAMPAIGN_REQUESTS: dict[str, Callable[[str], Request]] = {
    "GET /v1/campaigns/{sha256}/spend": lambda sha: ("GET", f"/v1/campaigns/{sha}/spend", None),
    "POST /v1/events campaign_closed": lambda sha: (
        "POST",
        "/v1/events",
        {"kind": "campaign_closed", "details": {"campaign": sha}},
    ),
}


@pytest.mark.parametrize("place", sorted(CAMPAIGN_REQUESTS))
def test_another_leagues_campaign_is_like_one_that_is_not_there(caller: Caller, place: str) -> None:
    campaign = own_campaign(caller.world)
    size = caller.world.log_size

    theirs, nothing = (caller.send(RIVAL, *CAMPAIGN_REQUESTS[place](sha)) for sha in (campaign, "0" * 64))

    assert answer(theirs) == answer(nothing)
    assert theirs.status_code == 404
    assert caller.world.log_size == size


CLUBS_REQUESTS: dict[str, Callable[[str], Request]] = {
    "POST /v1/campaigns/{sha256}/tokens": lambda sha: ("POST", f"/v1/campaigns/{sha}/tokens", {"athletes": []}),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/commit": lambda sha: (
        "POST",
        f"/v1/campaigns/{sha}/rounds/1/commit",
        {"tokens": []},
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/answer": lambda sha: (
        "POST",
        f"/v1/campaigns/{sha}/rounds/1/answer",
        {"answer": "a" * 64},
    ),
}


@pytest.mark.parametrize("place", sorted(CLUBS_REQUESTS))
def test_a_campaign_that_does_not_name_a_club_is_to_it_like_one_that_is_not_there(caller: Caller, place: str) -> None:
    world = caller.world
    theirs = world.store.register_campaign(OrgId("league"), world.campaign(clubs={"club-b": "key"}))

    found, nothing = (caller.send("club-a", *CLUBS_REQUESTS[place](sha)) for sha in (theirs, "0" * 64))

    assert answer(found) == answer(nothing)
    assert found.status_code == 404


FOR_CLUBS: dict[str, Request] = {
    "POST /v1/members": (
        "POST",
        "/v1/members",
        {"athlete": "ath-0000000100000001", "name": "N", "shirt_no": 1, "is_minor": False},
    ),
    "POST /v1/leagues/{league}/join": ("POST", f"/v1/leagues/{RIVAL}/join", None),
    "POST /v1/leagues/{league}/leave": ("POST", f"/v1/leagues/{RIVAL}/leave", None),
    "GET /v1/leagues": ("GET", "/v1/leagues", None),
    "GET /v1/members/erased": ("GET", "/v1/members/erased", None),
    "POST /v1/decisions": (
        "POST",
        "/v1/decisions",
        {
            "actor": {"person": "R. D.", "role": "coach"},
            "action": "read",
            "purpose": "training",
            "items": [{"athlete": "ath-0000000100000001", "category": "sleep", "granularity": "daily"}],
        },
    ),
    "GET /v1/snapshot": ("GET", "/v1/snapshot", None),
    "POST /v1/node-site": ("POST", "/v1/node-site", {"address": "https://node.club-a.example"}),
}
"""What only clubs may ask, with an athlete or a league in it."""


def test_every_route_is_in_one_of_these_lists() -> None:
    """A route that a league could use to name a club or an athlete must be attacked before it can be added."""
    places = [*NAMED, *CAMPAIGN_REQUESTS, *CLUBS_REQUESTS, *FOR_CLUBS, "POST /v1/releases", "POST /v1/keys"]
    told = {" ".join(place.split()[:2]) for place in places}
    open_to_all = {"GET /v1/keys", "GET /health", "DELETE|GET|PATCH|POST|PUT /v1/{rest:path}"}

    assert {route for route in API_ROUTES if "/log/" not in route} - open_to_all == told


@pytest.mark.parametrize("place", sorted(FOR_CLUBS))
def test_what_is_for_clubs_is_refused_to_a_league_whatever_it_names(caller: Caller, place: str) -> None:
    size = caller.world.log_size

    assert caller.send(RIVAL, *FOR_CLUBS[place]).status_code == 403
    assert caller.world.log_size == size + 1


def test_a_league_changes_the_key_of_no_other_whether_it_exists_or_not(caller: Caller) -> None:
    service, new = caller.world.service.keys.service.verify_key.key_id, SigningKey.generate()
    parts = {"former": caller.world.keys[RIVAL], "new": new, "service_key_id": service, "now": caller.world.clock.now}

    found, nothing = (
        caller.send(RIVAL, "POST", "/v1/keys", SignedKeyChange.create(org, **parts).as_json())
        for org in (NOT_JOINED, UNKNOWN)
    )

    assert answer(found) == answer(nothing)
    assert found.status_code == 403


def test_a_release_is_not_for_leagues_to_propose(caller: Caller) -> None:
    body = caller.world.proposal(caller.world.athletes["club-a"][0], recipient_org=RIVAL).model_dump(mode="json")

    assert [caller.send(org, "POST", "/v1/releases", body).status_code for org in (RIVAL, "club-a")] == [403, 403]
