"""Who gets in, what forged forms get, and that whatever is closed is one and the same page."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session

from audit.errors import LogUnavailable
from chassis.web.page_errors import page_of_form
from chassis.web.secured_answers import SECURITY_HEADERS
from consent.identity import codes
from consent.web import entry_routes
from consent.web.budget import routes as budget_routes
from consent.web.history import routes as record_routes
from consent.web.request_context import check_form
from consent.web.requests import routes as asked_routes
from consent.web.sharing import routes as sharing_routes
from policies.vocabulary import AthleteId

ATHLETE = AthleteId("ath-00000000000000a1")
PAGES = (
    "/shared",
    "/shared/preview/club-a/coach",
    "/change/sleep",
    "/asked",
    "/looked",
    "/budget",
    "/budget/cap",
    "/receipts",
    "/rules",
    "/settings",
)


CLOSED = {
    403: "What you sent was not accepted",
    404: "Nothing is shown at this address",
    405: "Nothing is shown at this address",
    409: "What you sent is not possible now",
    422: "What you sent cannot be read",
    500: "We cannot show this page right now",
    503: "We cannot show this page right now",
}


def closed_text(page: Any) -> str:
    assert CLOSED[page.status_code] in page.text
    assert "Nothing was changed." in page.text
    assert ("Try again" in page.text) == (page.status_code >= 500)
    return str(page.text)


def post_routes() -> list[Any]:
    """Every route of the portal that takes a POST."""
    routers = (entry_routes, sharing_routes, asked_routes, record_routes, budget_routes)
    return [route for routes in routers for route in routes.router.routes if "POST" in route.methods]


def posts() -> list[str]:
    """Every address that takes a POST, with an example in the place of each part that varies."""
    paths = [route.path for route in post_routes()]
    return [p.replace("{category}", "sleep").replace("{release_id}", "rel-none-none") for p in paths]


def test_a_sign_in_code_opens_the_portal_once(world: Any) -> None:
    with Session(world.service.engine.execution_options(is_writer=True)) as session:
        code, _ = codes.create(session, ATHLETE, key=world.service.keys.codes, now=world.clock.now)
        session.commit()
    visitor, late = world.visitor(), world.visitor()

    page = visitor.submit(visitor.get("/sign-in"), "/sign-in", code=code.upper())
    again = late.submit(late.get("/sign-in"), "/sign-in", code=code)

    assert "What is shared now" in page.text
    assert again.status_code == 422
    assert 'role="alert"' in again.text
    assert code not in again.text
    assert str(late.get("/shared").url).endswith("/sign-in")


def test_the_session_cookie_is_out_of_reach(world: Any) -> None:
    visitor = world.visitor()

    answer = visitor.client.post(
        "/demo/sign-in", data={"athlete": ATHLETE}, headers={"Origin": "http://127.0.0.1:8600"}, follow_redirects=False
    )

    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert ATHLETE not in cookie


def test_demo_doors_are_closed_outside_demo_mode(world: Any) -> None:
    closed = world.service.settings.model_copy(update={"demo": False})
    object.__setattr__(world.service.sessions, "_settings", closed)
    visitor = world.visitor()

    assert visitor.get("/demo").status_code == 404
    assert "demo" not in visitor.get("/sign-in").text.lower()
    assert visitor.post("/demo/sign-in", {"athlete": ATHLETE}).status_code >= 400
    assert str(visitor.get("/shared").url).endswith("/sign-in")


def test_demo_personas_are_one_click_each(world: Any) -> None:
    visitor = world.visitor()

    page = visitor.get("/demo")

    assert page.text.count('name="athlete"') == 3
    assert "Sam K." in page.text


def test_without_a_session_every_page_leads_to_the_door(world: Any) -> None:
    assert {str(world.visitor().get(path).url) for path in PAGES} == {"http://127.0.0.1:8600/sign-in"}


def test_signing_out_ends_the_session_on_the_server(world: Any) -> None:
    browser = world.browser()
    held = dict(browser.client.cookies)

    browser.submit(browser.get("/shared"), "/sign-out")
    thief = world.visitor()
    thief.client.cookies.update(held)

    assert str(browser.get("/shared").url).endswith("/sign-in")
    assert str(thief.get("/shared").url).endswith("/sign-in")


def test_an_idle_session_is_over_and_its_forms_change_nothing(world: Any) -> None:
    browser = world.browser()
    page = browser.get("/change/sleep")
    world.clock.now += timedelta(hours=1)

    answer = browser.submit(page, "/change/sleep/stop".removesuffix("/stop"))

    assert answer.status_code == 403
    closed_text(answer)
    assert str(browser.get("/shared").url).endswith("/sign-in")


def test_every_form_but_signing_in_is_checked_for_its_token() -> None:
    unchecked = [
        route.path for route in post_routes() if check_form not in [d.call for d in route.dependant.dependencies]
    ]

    assert unchecked == ["/sign-in", "/demo/sign-in"]
    assert len(posts()) == 16


def test_a_form_without_the_sessions_token_changes_nothing(world: Any) -> None:
    browser, other = world.browser(), world.browser(AthleteId("ath-00000000000000b2"))
    before = world.service.log.pending
    forged: tuple[dict[str, str], ...] = ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é"}, {"csrf": other.csrf()})
    fields = {"give.club-a.coach": "daily", "ends": "2027-01-31", "recipient": "club-a.coach", "answer": "yes"}

    for token, path in product(forged, posts()):
        if path not in ("/sign-in", "/demo/sign-in"):
            page = browser.post(path, token | fields)
            assert page.status_code == 403, (token, path)
            closed_text(page)

    assert not any(c.is_on for c in world.store.matrix(ATHLETE))
    assert world.service.log.pending == before
    assert browser.get("/shared").status_code == 200


FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/json"},
    {"Content-Length": "40000"},
)


def test_forms_of_other_sites_are_refused_even_with_the_token(world: Any) -> None:
    browser = world.browser()
    fields = {"csrf": browser.csrf(), "give.club-a.coach": "daily", "ends": "2027-01-31"}
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    ours = {"Origin": "http://127.0.0.1:8600", "Content-Type": "application/x-www-form-urlencoded"}

    for headers, path in product(FOREIGN, posts()):
        page = browser.client.post(path, content=body, headers=ours | headers)
        assert page.status_code == 403, (headers, path)
        closed_text(page)

    assert not any(c.is_on for c in world.store.matrix(ATHLETE))


def test_a_field_sent_twice_is_refused(world: Any) -> None:
    browser = world.browser()
    body = f"csrf={browser.csrf()}&recipient=club-a.coach&recipient=club-a.medical"

    page = browser.client.post(
        "/shared/stop",
        content=body,
        headers={"Origin": "http://127.0.0.1:8600", "Content-Type": "application/x-www-form-urlencoded"},
    )

    assert page.status_code == 403


def test_no_address_changes_anything_by_being_opened(world: Any) -> None:
    browser = world.browser()
    before = world.service.log.pending

    for path in (*PAGES, *posts()):
        browser.get(path)

    assert world.service.log.pending == before


def test_whatever_is_closed_is_the_same_page_of_its_status(world: Any) -> None:
    browser = world.browser()
    token = {"csrf": browser.csrf()}

    texts = {
        closed_text(browser.get("/nothing/here")),
        closed_text(browser.get("/asked/rel-none-none")),
        closed_text(browser.get("/receipts/rcp-none")),
        closed_text(browser.get("/receipts/rcp-none.json")),
        closed_text(browser.get("/looked/99/proof")),
        closed_text(browser.get("/looked/x/proof")),
        closed_text(browser.get(f"/looked/{10**30}/proof")),
        closed_text(browser.post("/shared/stop", token | {"recipient": "club-b.coach"})),
        closed_text(browser.post("/settings", token | {"theme": "pink"})),
        closed_text(browser.post("/shared", token)),
    }

    assert len(texts) == 1


def test_a_browser_that_loads_a_forms_address_again_comes_to_the_page_of_the_form(world: Any) -> None:
    browser = world.browser()
    pages = {
        r.path
        for r in (
            *entry_routes.router.routes,
            *sharing_routes.router.routes,
            *asked_routes.router.routes,
            *budget_routes.router.routes,
        )
        if "GET" in r.methods
    }

    for route in (r for r in post_routes() if r.path not in pages):
        assert page_of_form(route.path) in pages, route.path
    for path in posts():
        answer = browser.client.get(path, follow_redirects=False)
        if answer.status_code == 303:
            assert answer.headers["location"] in (page_of_form(path), "/shared")


def test_when_the_log_cannot_record_nothing_is_changed(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()
    check = browser.submit(browser.get("/change/sleep"), "/change/sleep", **{"give.club-a.coach": "daily"})

    def fail(*_: object, **__: object) -> list[int]:
        raise LogUnavailable("the disk is full")

    monkeypatch.setattr(world.service.log, "append_many", fail)

    page = browser.submit(check, "/change/sleep/confirm")

    assert page.status_code == 503
    closed_text(page)
    assert "disk" not in page.text
    assert not any(c.is_on for c in world.store.matrix(ATHLETE))


def test_an_unforeseen_failure_closes_the_page_and_says_nothing(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("consent.web.sharing.routes.shared_view", fail)

    page = browser.get("/shared")

    assert page.status_code == 500
    assert "secret" not in closed_text(page)


def test_every_page_carries_the_security_headers(world: Any) -> None:
    browser = world.browser()

    for path in (*PAGES, "/nothing/here", "/sign-in", "/demo"):
        headers = browser.get(path).headers
        for name, value in SECURITY_HEADERS.items():
            assert headers[name] == value, path


def test_the_theme_is_drawn_by_the_server(world: Any) -> None:
    browser = world.browser()

    for theme, attribute in (("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("system", "")):
        page = browser.submit(browser.get("/settings"), "/settings", theme=theme)
        assert f'<html lang="en"{attribute}>' in page.text
        assert f'<html lang="en"{attribute}>' in browser.get("/nothing/here").text
        assert f'value="{theme}" checked' in page.text
