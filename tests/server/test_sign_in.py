"""Who may sign in: a code works once, personas exist in the demo only, forms come from our own pages."""

import re
from datetime import timedelta

import pytest

from server.errors import BadCoordinatorSettings
from server.web.staff import CODE_LIFE, IDLE, MOST_WRONG, CoordinatorCodeIssuer, LeagueStaff
from server.web.staff_role import StaffRole

OFFICE = LeagueStaff("T. W.", StaffRole.FRONT_OFFICE, "club-a")


@pytest.fixture
def issuer(office):
    return CoordinatorCodeIssuer(office.engine, office.clock)


def test_a_code_works_once(issuer):
    code = issuer.issue(OFFICE)

    assert issuer.redeem(code) == OFFICE
    assert issuer.redeem(code) is None


def test_an_old_code_does_not_work(issuer, office):
    code = issuer.issue(OFFICE)
    office.clock.pass_(CODE_LIFE)

    assert issuer.redeem(code) is None


def test_many_wrong_codes_close_the_desk_for_a_while(issuer, office):
    code = issuer.issue(OFFICE)
    for _ in range(MOST_WRONG):
        assert issuer.redeem("wrong-wrong-wrong-wrong") is None

    assert issuer.redeem(code) is None
    office.clock.pass_(timedelta(minutes=6))
    assert issuer.redeem(code) == OFFICE


def test_a_code_is_not_stored_in_the_clear(issuer, office, tmp_path):
    code = issuer.issue(OFFICE)

    assert code.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("server.sqlite3*"))


def test_signing_in_with_a_code_opens_the_persons_page(make_office):
    office = make_office(demo=False)
    office.consent.rows = []
    code = CoordinatorCodeIssuer(office.engine, office.clock).issue(OFFICE)

    answer = office.client.post("/sign-in", data={"code": code})

    assert answer.status_code == 200
    assert "Squad durability" in answer.text
    assert "T. W., squad planning" in answer.text


def test_a_wrong_code_leaves_the_page_with_the_problem(make_office):
    answer = make_office(demo=False).client.post("/sign-in", data={"code": "nope"})

    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text


def test_personas_exist_only_in_the_demo(make_office):
    office = make_office(demo=False)

    assert office.client.post("/demo/sign-in", data={"persona": "operator"}).status_code == 503
    assert "Demo" not in office.client.get("/sign-in").text


def test_a_session_ends_after_idle_minutes(office):
    office.sign_in("operator")
    office.clock.pass_(IDLE + timedelta(seconds=1))

    assert office.client.get("/campaigns", follow_redirects=False).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_forms_from_elsewhere_are_refused(office, headers):
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
