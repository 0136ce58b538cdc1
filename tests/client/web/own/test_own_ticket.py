"""From the portal with a ticket: it opens one athlete's own site, once; every other way leads to the sign-in page."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from client.app import build_app
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId
from tests.client.web.own.athlete_codes import own_ticket
from tests.client.web.own.conftest import Phone

KEY = SigningKey(b"s" * 32)
PORTAL = "http://127.0.0.1:8600"
ORIGIN = "http://127.0.0.1:8300"
CROSSING = {"Origin": PORTAL, "Sec-Fetch-Site": "same-site"}
Ids = dict[str, AthleteId]


@pytest.fixture
def settings(settings: NodeSettings) -> NodeSettings:
    """A node that is linked to the consent service behind the portal."""
    return dataclasses.replace(settings, consent_url=PORTAL, consent_service_key=KEY.verify_key.text)


def ticket(clock: Any, athlete: AthleteId, **changes: Any) -> str:
    """A fresh ticket as the portal's form carries it."""
    return own_ticket(clock, athlete, **({"key": KEY} | changes))


def bring(phone: Phone, text: str, **headers: str) -> Any:
    return phone.http.post("/me/enter", data={"ticket": text}, headers=CROSSING | headers)


def is_sign_in_page(answer: Any) -> bool:
    return answer.status_code == 403 and "That opened nothing." in answer.text and "set-cookie" not in answer.headers


def test_a_ticket_leads_to_a_page_that_names_the_athlete_and_one_press_opens_the_site(
    phone: Phone, consent: Any, clock: Any, ids: Ids
) -> None:
    brought = bring(phone, ticket(clock, ids["well"]))
    assert (brought.status_code, brought.headers["location"]) == (303, "/me/open")
    assert phone.http.get("/me").headers["location"] == "/me/sign-in"
    named = phone.page("/me/open")
    assert "You are opening the data of Ada Lund" in named
    assert consent.events == []

    pressed = phone.send(named, "/me/open")

    assert (pressed.status_code, pressed.headers["location"]) == (303, "/me")
    assert "Ada Lund" in phone.page()
    assert consent.events == [(EventKind.OWN_SITE, {"athlete": ids["well"], "deed": "signed_in_by_ticket"})]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lambda c, a: "", id="nothing"),
        pytest.param(lambda c, a: "x" * 1900, id="no ticket"),
        pytest.param(lambda c, a: ticket(c, a, node=OrgId("club-b")), id="of another node"),
        pytest.param(lambda c, a: ticket(c, a, key=SigningKey(b"f" * 32)), id="of another service"),
        pytest.param(lambda c, a: ticket(c, a, expires=c() - timedelta(seconds=1)), id="expired"),
        pytest.param(lambda c, a: ticket(c, a, issued=c() + timedelta(seconds=90)), id="of tomorrow"),
        pytest.param(lambda c, a: ticket(c, a)[:-8] + "AAAAAAAA", id="altered"),
        pytest.param(lambda c, a: ticket(c, AthleteId("ath-00000000000000ff")), id="of nobody here"),
    ],
)
def test_a_ticket_that_opens_nothing_leads_to_the_sign_in_page_and_leaves_one_entry_without_a_reason(
    phone: Phone, consent: Any, clock: Any, ids: Ids, text: Any
) -> None:
    answer = bring(phone, text(clock, ids["well"]))

    assert is_sign_in_page(answer)
    assert "Ada" not in answer.text
    assert consent.events == [(EventKind.TICKET_REFUSED, {})]
    assert phone.http.get("/me/open").headers["location"] == "/me/sign-in"


def test_refusals_are_alike_byte_for_byte(phone: Phone, clock: Any, ids: Ids) -> None:
    used = ticket(clock, ids["well"])
    bring(phone, used)
    phone.http.cookies.clear()
    answers = {
        bring(phone, text).content
        for text in (used, ticket(clock, ids["well"], node=OrgId("club-b")), "", ticket(clock, ids["unknown"]))
    }
    foreign = phone.http.post("/me/enter", data={"ticket": used}, headers={"Origin": "https://evil.example"})

    assert answers == {foreign.content}


def test_a_ticket_is_used_once_also_after_a_restart(
    settings: NodeSettings, consent: Any, clock: Any, ids: Ids, stocked: Any
) -> None:
    text = ticket(clock, ids["well"])
    answers = []
    for _ in range(2):
        with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
            app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
            with TestClient(app, base_url=ORIGIN, follow_redirects=False) as http:
                answers.append(http.post("/me/enter", data={"ticket": text}, headers=CROSSING))

    assert [one.status_code for one in answers] == [303, 403]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8601", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": f"{PORTAL}/", "Sec-Fetch-Site": "cross-site"},
        {"Origin": PORTAL.upper(), "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_any_other_origin_opens_nothing_however_good_its_ticket(
    phone: Phone, consent: Any, clock: Any, ids: Ids, headers: dict[str, str]
) -> None:
    text = ticket(clock, ids["well"])

    assert is_sign_in_page(phone.http.post("/me/enter", data={"ticket": text}, headers=headers))
    assert consent.events == [(EventKind.TICKET_REFUSED, {})]
    assert bring(phone, text).status_code == 303  # it was not used up by that


def test_no_other_route_takes_a_form_of_the_portals_origin(phone: Phone, clock: Any, ids: Ids) -> None:
    bring(phone, ticket(clock, ids["well"]))
    named = phone.page("/me/open")
    csrf = named.split('name="csrf" value="')[1].split('"')[0]

    for path in ("/me/open", "/me/sign-in", "/me/sign-out", "/sign-in", "/me/enter/"):
        answer = phone.http.post(path, data={"csrf": csrf, "code": "x"}, headers=CROSSING)
        assert answer.status_code in (403, 404)
    assert phone.http.get("/me").headers["location"] == "/me/sign-in"


def test_the_press_needs_the_value_of_this_browser(phone: Phone, clock: Any, ids: Ids) -> None:
    """A page of elsewhere that has its visitor's browser press the button holds neither cookie nor value."""
    bring(phone, ticket(clock, ids["well"]))
    named = phone.page("/me/open")
    cookies = dict(phone.http.cookies)
    phone.http.cookies.clear()
    without_cookie = phone.send(named, "/me/open")
    phone.http.cookies.update(cookies)
    forged = phone.http.post("/me/open", data={"csrf": "0" * 64})

    assert (without_cookie.status_code, forged.status_code) == (403, 403)
    assert phone.send(named, "/me/open").status_code == 303


def test_the_press_waits_for_two_minutes_and_works_once(phone: Phone, clock: Any, ids: Ids) -> None:
    bring(phone, ticket(clock, ids["well"]))
    named, cookies = phone.page("/me/open"), dict(phone.http.cookies)
    phone.send(named, "/me/open")
    phone.http.cookies.update(cookies)
    again = phone.send(named, "/me/open")
    phone.http.cookies.clear()
    bring(phone, ticket(clock, ids["well"]))
    late = phone.page("/me/open")
    clock.at += timedelta(seconds=121)

    assert again.headers["location"] == "/me/sign-in"
    assert phone.send(late, "/me/open").headers["location"] == "/me/sign-in"


def test_who_is_signed_in_here_stays_until_the_press_and_the_page_says_whom_it_ends(
    phone: Phone, clock: Any, ids: Ids
) -> None:
    phone.sign_in(ids["hurt"])
    bring(phone, ticket(clock, ids["well"]))
    named = phone.page("/me/open")

    assert "Another athlete is signed in on this device." in named
    assert "Edda Vale" in phone.page()
    phone.send(named, "/me/open")
    assert "Ada Lund" in phone.page()


def test_without_an_entry_the_press_opens_nothing(phone: Phone, consent: Any, clock: Any, ids: Ids) -> None:
    bring(phone, ticket(clock, ids["well"]))
    named = phone.page("/me/open")
    consent.is_down = True

    answer = phone.send(named, "/me/open")

    assert answer.status_code == 503
    assert phone.http.get("/me").headers["location"] == "/me/sign-in"


def test_a_flood_of_bad_tickets_leaves_ten_entries_and_keeps_no_good_one_out(
    phone: Phone, consent: Any, clock: Any, ids: Ids
) -> None:
    answers = [bring(phone, f"bad {n}") for n in range(30)]

    assert all(is_sign_in_page(one) for one in answers)
    assert len(consent.events) == 10
    assert bring(phone, ticket(clock, ids["well"])).status_code == 303


@pytest.mark.parametrize("headers", [CROSSING, {"Origin": "https://evil.example"}])
def test_a_refusal_that_cannot_be_recorded_is_not_answered(phone: Phone, consent: Any, headers: dict[str, str]) -> None:
    consent.is_down = True

    answer = phone.http.post("/me/enter", data={"ticket": "bad"}, headers=headers)

    assert (answer.status_code, "set-cookie" in answer.headers) == (503, False)


def test_a_node_that_is_linked_to_nobody_takes_no_ticket(
    settings: NodeSettings, consent: Any, clock: Any, ids: Ids, stocked: Any
) -> None:
    alone = dataclasses.replace(settings, consent_url=None, consent_service_key=None)
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(alone, vault=vault, consent_client=consent, clock=clock)
        with TestClient(app, base_url=ORIGIN, follow_redirects=False) as http:
            for origin in ("", PORTAL, ORIGIN):
                text = ticket(clock, ids["well"])
                assert http.post("/me/enter", data={"ticket": text}, headers={"Origin": origin}).status_code == 403


def test_a_portal_under_another_address_is_taken_and_the_services_own_is_not(
    settings: NodeSettings, consent: Any, clock: Any, ids: Ids, stocked: Any
) -> None:
    other = dataclasses.replace(settings, portal_url="https://portal.union.example:443/shared")
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(other, vault=vault, consent_client=consent, clock=clock)
        with TestClient(app, base_url=ORIGIN, follow_redirects=False) as http:

            def sent(origin: str) -> int:
                text = ticket(clock, ids["well"])
                return http.post("/me/enter", data={"ticket": text}, headers={"Origin": origin}).status_code

            assert (sent("https://portal.union.example"), sent(PORTAL)) == (303, 403)
