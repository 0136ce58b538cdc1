"""Who may sign in: a code works once, personas exist in the demo only, forms come from our own pages."""

import re
from datetime import timedelta

import pytest

from chassis.sign_in.attempts import MOST_WRONG
from chassis.sign_in.codes import CODE_LIFE
from chassis.sign_in.sessions import IDLE, LONGEST
from server.errors import BadCoordinatorSettings
from server.web.sign_in_rows import end_of_name, league_codes
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole

OFFICE = LeagueStaff("T. W.", StaffRole.FRONT_OFFICE, "club-a")


def new_code(office, staff=OFFICE):
    return league_codes(office.engine, clock=office.clock).issue(staff.key).code


def sign_in(office, code):
    return office.client.post("/sign-in", data={"code": code}, follow_redirects=False)


def test_a_code_works_once(make_office):
    office = make_office(demo=False)
    code = new_code(office)

    assert [sign_in(office, code).status_code for _ in range(2)] == [303, 422]


def test_an_old_code_does_not_work(make_office):
    office = make_office(demo=False)
    code = new_code(office)
    office.clock.pass_(CODE_LIFE)

    assert sign_in(office, code).status_code == 422


def test_many_wrong_codes_close_sign_in_for_who_typed_them(make_office):
    office = make_office(demo=False)
    code = new_code(office)
    for _ in range(MOST_WRONG):
        assert sign_in(office, "wrong-wrong-wrong-wrong").status_code == 422

    closed = sign_in(office, code)
    assert (closed.status_code, closed.headers["retry-after"]) == (429, "300")
    assert "Try again in five minutes" in closed.text
    office.clock.pass_(timedelta(minutes=5))
    assert sign_in(office, code).status_code == 303


def test_signing_in_with_a_code_opens_the_persons_page(make_office):
    office = make_office(demo=False)
    office.consent.rows = []

    answer = office.client.post("/sign-in", data={"code": new_code(office)})

    assert answer.status_code == 200
    assert "Squad durability" in answer.text
    assert "T. W., squad planning" in answer.text


def test_ending_the_sessions_of_a_name_signs_out_at_once_and_ends_codes(make_office):
    office = make_office(demo=False)
    office.consent.rows = []
    sign_in(office, new_code(office))
    unused, other = new_code(office), new_code(office, LeagueStaff("A. N.", StaffRole.OPERATOR))
    assert office.client.get("/squad", follow_redirects=False).status_code == 200

    assert end_of_name(office.engine, "T. W.") == (1, 1)

    assert office.client.get("/squad", follow_redirects=False).headers["location"] == "/sign-in"
    assert [sign_in(office, code).status_code for code in (unused, other)] == [422, 303]


def test_a_session_ends_after_twelve_hours_however_busy(office):
    office.sign_in("operator")
    for _ in range(LONGEST // timedelta(minutes=10) - 1):
        office.clock.pass_(timedelta(minutes=10))
        assert office.client.get("/models", follow_redirects=False).status_code == 200
    office.clock.pass_(timedelta(minutes=10))

    assert office.client.get("/models", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_session_of_the_demo_ends_with_the_demo(make_office):
    demo = make_office()
    demo.sign_in("operator")
    held = dict(demo.client.cookies)

    office = make_office(demo=False)
    office.client.cookies.update(held)

    assert office.client.get("/models", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_wrong_code_leaves_the_page_with_the_problem(make_office):
    answer = make_office(demo=False).client.post("/sign-in", data={"code": "nope"})

    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text


def test_personas_exist_only_in_the_demo(make_office):
    office = make_office(demo=False)

    assert office.client.post("/demo/sign-in", data={"persona": "operator"}).status_code == 404
    assert "Demo" not in office.client.get("/sign-in").text


def test_a_session_ends_after_idle_minutes(office):
    office.sign_in("operator")
    office.clock.pass_(IDLE + timedelta(seconds=1))

    assert office.client.get("/campaigns", follow_redirects=False).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_forms_from_elsewhere_are_refused(office, headers):
    del office.client.headers["Origin"]
    assert office.client.post("/demo/sign-in", data={"persona": "operator"}, headers=headers).status_code == 403


def test_what_a_browser_sends_with_our_own_form_is_accepted(office):
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}

    assert office.client.post("/demo/sign-in", data={"persona": "operator"}, headers=headers).status_code == 200


def test_signing_out_needs_the_sessions_own_token(office):
    office.sign_in("operator")

    assert office.client.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    token = re.search(r'name="csrf" value="([^"]+)"', office.client.get("/campaigns").text).group(1)
    office.client.post("/sign-out", data={"csrf": token})
    assert office.client.get("/campaigns", follow_redirects=False).status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(office):
    answer = office.client.post("/demo/sign-in", data={"persona": "operator"}, follow_redirects=False)

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    "staff", [("A", StaffRole.OPERATOR, "club-a"), ("A", StaffRole.FRONT_OFFICE, ""), ("", StaffRole.OPERATOR, "")]
)
def test_a_person_without_a_place_is_refused(staff):
    with pytest.raises(BadCoordinatorSettings):
        LeagueStaff(*staff)
