"""Every page of the league leaves what it declares: one act, before anything is shown; without it, nothing is shown."""

import re

import pytest

from audit.entries.event_declarations import NoEntry, RecordedEvent
from audit.entries.events import EventKind
from server.declared_events import ROUTES
from server.web.sign_in_rows import league_codes
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole

OFFICE, OPERATOR = "office:club-a", "operator"
CODE = LeagueStaff("T. W.", StaffRole.FRONT_OFFICE, "club-a")


def signed_in(office, persona):
    office.sign_in(persona)
    return office


def with_campaign(office):
    office.open_campaign()
    return signed_in(office, OPERATOR)


def send(office, path, **fields):
    return office.client.post(path, data=fields, follow_redirects=False)


def get(office, path):
    return office.client.get(path, follow_redirects=False)


def sign_out(office):
    page = office.client.get("/campaigns").text
    return send(office, "/sign-out", csrf=re.search(r'name="csrf" value="([^"]+)"', page).group(1))


DEEDS = {
    "POST /sign-in": (
        lambda o: o,
        lambda o: send(o, "/sign-in", code=league_codes(o.engine, clock=o.clock).issue(CODE.key).code),
    ),
    "POST /demo/sign-in": (lambda o: o, lambda o: send(o, "/demo/sign-in", persona=OPERATOR)),
    "GET /squad": (lambda o: signed_in(o, OFFICE), lambda o: get(o, "/squad")),
    "GET /campaigns": (with_campaign, lambda o: get(o, "/campaigns")),
    "GET /": (lambda o: o, lambda o: get(o, "/")),
    "GET /sign-in": (lambda o: o, lambda o: get(o, "/sign-in")),
    "POST /sign-out": (lambda o: signed_in(o, OPERATOR), sign_out),
    "GET /meaning": (lambda o: signed_in(o, OFFICE), lambda o: get(o, "/meaning")),
    "GET /health": (lambda o: o, lambda o: get(o, "/health")),
    "MOUNT /static": (lambda o: o, lambda o: get(o, "/static/homefield.css")),
    "GET /models": (lambda o: signed_in(o, OPERATOR), lambda o: get(o, "/models")),
    "GET /nodes": (lambda o: signed_in(o, OPERATOR), lambda o: get(o, "/nodes")),
}
RECORDED = {name: act for name, act in ROUTES.items() if isinstance(act, RecordedEvent)}


def acts(consent):
    """Kinds of every act: a squad page and a question for the cost are logged by the service that answers them."""
    looks = [EventKind.LOOK_ALLOWED] * (len(consent.looks) + len(consent.spends))
    return looks + [kind for kind, _ in consent.events]


def test_every_declared_page_is_carried_out_here():
    assert set(DEEDS) == set(ROUTES)


@pytest.mark.parametrize("route", sorted(RECORDED))
def test_a_recorded_page_leaves_exactly_one_act_of_its_kind(office, route):
    prepare, deed = DEEDS[route]
    prepare(office)
    before = acts(office.consent)

    answer = deed(office)

    new = acts(office.consent)
    assert answer.status_code in (200, 303)
    assert len(new) == len(before) + 1
    assert set(new) - set(before) <= RECORDED[route].kinds


@pytest.mark.parametrize("route", sorted(name for name, act in ROUTES.items() if isinstance(act, NoEntry)))
def test_an_unrecorded_page_leaves_nothing(office, route):
    prepare, deed = DEEDS[route]
    prepare(office)
    before = acts(office.consent)

    answer = deed(office)

    assert answer.status_code in (200, 303)
    assert acts(office.consent) == before


@pytest.mark.parametrize("route", ["POST /sign-in", "POST /demo/sign-in", "GET /squad"])
def test_no_record_no_answer(office, route):
    prepare, deed = DEEDS[route]
    prepare(office)
    office.consent.down = True

    answer = deed(office)

    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("route", ["POST /sign-in", "GET /squad"])
def test_a_front_office_of_a_club_that_has_left_the_league_is_told_so_wherever_it_comes(office, route):
    prepare, deed = DEEDS[route]
    prepare(office)
    office.consent.has_left = True

    answer = deed(office)

    assert answer.status_code == 404
    assert "not in this league now" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("route", ["POST /sign-in", "GET /squad"])
def test_a_league_whose_key_is_not_taken_is_told_so_and_whom_to_ask(office, route):
    prepare, deed = DEEDS[route]
    prepare(office)
    office.consent.takes_key = False

    answer = deed(office)

    assert answer.status_code == 403
    assert "does not accept this league’s key" in answer.text
    assert "Ask whoever runs the league’s coordinator" in answer.text
    assert "Try again" not in answer.text  # it would not help
    assert "set-cookie" not in answer.headers


def test_without_a_record_the_cost_of_a_campaign_is_not_shown(office):
    with_campaign(office)
    assert "33,056" in get(office, "/campaigns").text

    office.consent.down = True

    assert "33,056" not in get(office, "/campaigns").text


def test_a_code_is_not_used_up_by_a_sign_in_that_cannot_be_logged(make_office):
    office = make_office(demo=False)
    code = league_codes(office.engine, clock=office.clock).issue(CODE.key).code
    office.consent.down = True

    refused = send(office, "/sign-in", code=code)
    office.consent.down = False
    opened = send(office, "/sign-in", code=code)

    assert (refused.status_code, opened.status_code) == (503, 303)
    assert office.consent.events == [
        (EventKind.SIGNED_IN, {"person": "T. W.", "role": "front_office", "club": "club-a"})
    ]
    assert send(office, "/sign-in", code=code).status_code == 422


def test_a_code_that_opens_nothing_is_nobodys_and_leaves_nothing(office):
    assert send(office, "/sign-in", code="aaaa-bbbb-cccc-dddd").status_code == 422
    assert acts(office.consent) == []
