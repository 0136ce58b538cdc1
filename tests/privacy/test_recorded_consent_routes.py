"""Every recorded route of the consent service, carried out over the real application and log: exactly one act each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audit.entries.event_declarations import NoEntry, RecordedEvent
from audit.entries.events import EventKind
from consent.app import app_of
from consent.declared_events import API_ROUTES, PORTAL_ROUTES, ROUTES
from policies.vocabulary import AthleteId
from tests.consent.league import Caller, FakeClock, Template
from tests.privacy.consent_deeds import DEEDS, ORIGIN, OTHER, OWN, REFUSED, STEPS, Place, decisions, read_unrecorded

AGAIN = (
    *("POST /v1/members", "POST /v1/leagues/{league}/join", "GET /v1/snapshot"),
    *("POST /v1/campaigns", "POST /v1/campaigns/{sha256}/rounds/{round_no}/answer", "POST /v1/releases"),
)
RECORDED = {name: act for name, act in ROUTES.items() if isinstance(act, RecordedEvent)}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The small league, filled once, with the demo's door open."""
    return Template.make(tmp_path_factory.mktemp("template") / "union", demo=True)


@pytest.fixture
def place(filled: Template, tmp_path: Path) -> Iterator[Place]:
    world = filled.open_copy(tmp_path / "union", FakeClock(), demo=True)
    http = TestClient(app_of(world.service, clock=world.clock), base_url=ORIGIN, raise_server_exceptions=False)
    opened = Place(world, Caller(world, http))
    opened.watch()
    yield opened
    world.service.close()


def test_every_recorded_route_is_carried_out_here() -> None:
    assert set(DEEDS) == set(RECORDED)
    assert set(REFUSED) == {name for name, act in API_ROUTES.items() if isinstance(act, RecordedEvent)}


@pytest.mark.parametrize("route", sorted(RECORDED))
def test_a_recorded_route_leaves_exactly_one_act_of_its_kind(place: Place, route: str) -> None:
    deed, declared = DEEDS[route](place), RECORDED[route]

    new, leads, answer = place.new_acts(deed)

    assert answer.status_code in (200, 201, 303), answer.text
    assert len(new) == 1
    assert len(leads) == 1
    assert leads[0] in declared.kinds - {EventKind.LOOK_REFUSED} or route == "POST /v1/decisions"
    assert new[0].kinds <= declared.kinds | declared.beside


@pytest.mark.parametrize("route", sorted(REFUSED))
def test_a_refusal_of_a_known_caller_is_one_act_and_says_only_the_route(place: Place, route: str) -> None:
    deed = REFUSED[route](place)

    new, leads, answer = place.new_acts(deed)

    assert answer.status_code == 403
    assert leads == [EventKind.LOOK_REFUSED]
    (act,) = new
    (details,) = act.entries
    method, path = route.split()
    assert (details["form"], details["route"]) == ("route_refused", f"{method} {path}")
    assert place.one not in str(details)


@pytest.mark.parametrize("route", AGAIN)
def test_what_changes_nothing_leaves_nothing_and_the_declaration_says_so(place: Place, route: str) -> None:
    deed = DEEDS[route](place)
    deed()

    new, leads, answer = place.new_acts(deed)

    assert (new, leads) == ([], [])
    assert answer.status_code in (200, 201)
    assert RECORDED[route].unless


def test_an_allowed_and_a_refused_look_are_each_one_act(place: Place) -> None:
    place.world.give(place.one)

    kinds = []
    for athlete in (place.one, place.world.athletes[OWN][1], place.world.athletes[OTHER][0], AthleteId("nobody")):
        new, leads, answer = place.new_acts(place.api(OWN, "POST", "/v1/decisions", decisions(place, athlete)))
        assert (len(new), len(leads), answer.status_code) == (1, 1, 200)
        kinds += leads

    assert kinds == [EventKind.ACCESS] * 4


def test_one_act_holds_every_entry_of_a_squad_and_its_dummies(place: Place) -> None:
    """Tokens leave one entry for everybody enrolled; the sealed event ties the real and the dummy ones together."""
    new, _, _ = place.new_acts(DEEDS["POST /v1/campaigns/{sha256}/tokens"](place))

    (act,) = new
    assert len(act.entries) == len(place.world.athletes[OWN])
    assert len({details["event"] for details in act.entries}) == 1


@pytest.mark.parametrize("route", sorted(name for name, act in ROUTES.items() if isinstance(act, NoEntry)))
def test_an_exempt_route_leaves_nothing(place: Place, route: str) -> None:
    place.world.publish()
    place.sign_in()
    deed = STEPS[route](place) if route in STEPS else read_unrecorded(place, route)

    new, leads, answer = place.new_acts(deed)

    assert (new, leads) == ([], [])
    assert answer.status_code in (200, 303) or "rest:path" in route, answer.text


@pytest.mark.parametrize("route", sorted(set(RECORDED) & set(PORTAL_ROUTES)))
def test_with_the_log_failing_no_recorded_form_does_anything(place: Place, route: str) -> None:
    deed = DEEDS[route](place)
    before = (place.world.store.matrix(place.one), place.world.store.releases(place.one))
    place.world.service.log.close()

    answer = deed()

    assert answer.status_code >= 500
    assert "set-cookie" not in answer.headers
    assert (place.world.store.matrix(place.one), place.world.store.releases(place.one)) == before


def test_a_stranger_leaves_nothing(place: Place) -> None:
    """A wrong signature, a code that opens nothing: nobody is known, and nobody may fill the log."""
    wrong = place.world.headers("league", "GET", "/v1/snapshot")
    new, leads, answer = place.new_acts(lambda: place.http.request("GET", "/v1/office/club-a", headers=wrong))
    assert (new, leads, answer.status_code) == ([], [], 401)

    new, leads, answer = place.new_acts(place.form("/sign-in", "/sign-in", code="aaaa-bbbb-cccc"))
    assert (new, leads, answer.status_code) == ([], [], 422)
