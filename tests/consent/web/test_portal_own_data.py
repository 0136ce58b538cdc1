"""The way to an athlete's own site: offered where the node has an address, by a form that can go there alone."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.web.secured_answers import SECURITY_HEADERS
from consent.errors import InvalidChange, NotAllowed
from consent.registry import node_sites
from policies.sign_in.ticket import open_ticket
from policies.vocabulary import OrgId
from tests.consent.web.conftest import ATHLETE, CLUB, LEAGUE, OTHER, forms_of

NODE = "http://127.0.0.1:8300"


def said(world: Any, address: str, club: OrgId = CLUB) -> None:
    with world.store.transactions.write() as tx:
        node_sites.register(tx, club, address)


def test_without_an_address_nothing_is_offered(world: Any) -> None:
    browser = world.browser()

    assert "Open my data" not in browser.get("/shared").text
    assert browser.get("/own-data").status_code == 404


def test_the_form_carries_a_ticket_of_this_athlete_for_this_node(world: Any) -> None:
    said(world, NODE)
    browser = world.browser()
    assert 'href="/own-data"' in browser.get("/shared").text

    page = browser.get("/own-data")

    forms = forms_of(page.text)
    assert list(forms) == [f"{NODE}/me/enter"]  # no other form stands on this page, which could send to no other site
    assert list(forms[f"{NODE}/me/enter"]) == ["ticket"]
    key = world.service.keys.service.verify_key
    ticket = open_ticket(forms[f"{NODE}/me/enter"]["ticket"], key, node=CLUB, now=world.clock.now)
    assert ticket.athlete == ATHLETE
    assert (ticket.expires - ticket.issued).total_seconds() == 120


def test_every_page_has_a_ticket_of_its_own(world: Any) -> None:
    said(world, NODE)
    browser, other = world.browser(), world.browser(OTHER)
    tickets = {forms_of(one.get("/own-data").text)[f"{NODE}/me/enter"]["ticket"] for one in (browser, browser, other)}

    assert len(tickets) == 3


def test_this_pages_forms_go_to_that_node_alone_and_every_other_page_is_as_it_was(world: Any) -> None:
    said(world, NODE)
    browser = world.browser()
    own, shared = browser.get("/own-data").headers, browser.get("/shared").headers
    usual = SECURITY_HEADERS["Content-Security-Policy"]

    assert own["Content-Security-Policy"] == usual.replace("form-action 'self'", f"form-action {NODE}")
    assert own["Referrer-Policy"] == "strict-origin"
    assert (shared["Content-Security-Policy"], shared["Referrer-Policy"]) == (usual, "no-referrer")


def test_nobody_gets_a_ticket_without_being_signed_in(world: Any) -> None:
    said(world, NODE)

    assert world.visitor().get("/own-data").url.path == "/sign-in"


@pytest.mark.parametrize(
    "address",
    [
        *("http://node.club.example", "https://node.club.example/me", "https://a:b@node.club.example"),
        *("javascript:alert(1)", "http://127.0.0.1", "http://127.0.0.1:8300/x", "http://127.0.0.1:8300?x"),
        *(
            "https://node.club.example;script-src *",
            "http://10.0.0.3:8300",
            "https://?",
            "https://exa mple",
            "http://[::1",
            "\u202e",
        ),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(world: Any, address: str) -> None:
    with pytest.raises(InvalidChange) as error:
        said(world, address)
    assert address not in str(error.value)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://node.club.example:443/", "https://node.club.example"),
        ("https://node.club.example:8443", "https://node.club.example:8443"),
        ("http://[::1]:8300", "http://[::1]:8300"),
        ("http://localhost:8300", "http://localhost:8300"),
    ],
)
def test_an_address_is_kept_as_an_origin(world: Any, address: str, kept: str) -> None:
    said(world, address)

    assert f"{kept}/me/enter" in forms_of(world.browser().get("/own-data").text)


def test_only_a_club_has_an_address_and_an_empty_one_takes_the_way_back(world: Any) -> None:
    with pytest.raises(NotAllowed):
        said(world, NODE, LEAGUE)
    said(world, NODE)
    said(world, "")

    assert world.browser().get("/own-data").status_code == 404


def test_a_public_portal_offers_no_node_that_only_its_own_machine_reaches(world: Any) -> None:
    from chassis.web.site_address import SiteAddress
    from consent.app import app_of

    said(world, NODE)
    app = app_of(world.service, clock=world.clock, site=SiteAddress("https://portal.union.example", ("127.0.0.1",)))
    with TestClient(app, base_url="https://portal.union.example") as http:
        http.post("/demo/sign-in", data={"athlete": ATHLETE}, headers={"Origin": "https://portal.union.example"})
        assert "What is shared now" in http.get("/shared").text
        assert "Open my data" not in http.get("/shared").text
        said(world, "https://node.club.example")
        assert "Open my data" in http.get("/shared").text
