"""A form that gives, sent again or sent late after everything was stopped: it gives nothing, and says what changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from httpx import Response

from audit.entries.details.codes import FreezeCause
from consent.athlete.shown_choices import ShownChoices, ShownState
from consent.errors import ChangedMeanwhile
from consent.grants.values import ConsentMethod
from consent.ledger import ledger
from consent.store import ConsentStore
from policies.grant import Recipient
from policies.vocabulary import Category, ConsentState, Role
from tests.consent.portal_choices import portal
from tests.consent.web.conftest import ATHLETE, CLUB, Browser, World, forms_of

SLEEP = {"give.club-a.coach": "daily", "ends.club-a.coach": "2027-06-30"}
Form = tuple[str, dict[str, str]]
"""Where a form goes, and all its fields."""


def form_of(page: Response, action: str, **fields: str) -> Form:
    return action, forms_of(page.text)[action] | fields


def checked(browser: Browser, path: str, **fields: str) -> Response:
    """The check page of a form."""
    page = browser.submit(browser.get(path), path, **fields)
    assert page.status_code == 200
    return page


def row_form(world: World, browser: Browser) -> Form:
    return form_of(browser.get("/change/sleep"), "/change/sleep", **SLEEP)


def row_check(world: World, browser: Browser) -> Form:
    return form_of(checked(browser, "/change/sleep", **SLEEP), "/change/sleep/confirm")


def request_form(world: World, browser: Browser, answer: str = "yes") -> Form:
    path = f"/asked/{world.propose().release_id}"
    return form_of(browser.get(path), path, answer=answer)


def request_check(world: World, browser: Browser, answer: str = "yes") -> Form:
    path = f"/asked/{world.propose().release_id}"
    return form_of(checked(browser, path, answer=answer), f"{path}/confirm")


def end_of_freeze(world: World, browser: Browser) -> Form:
    world.store.freeze(ATHLETE, FreezeCause.ATHLETE)
    return form_of(browser.get("/shared"), "/shared/unfreeze")


def cap_form(world: World, browser: Browser) -> Form:
    return form_of(browser.get("/budget/cap"), "/budget/cap", parts="50")


def cap_check(world: World, browser: Browser) -> Form:
    return form_of(checked(browser, "/budget/cap", parts="50"), "/budget/cap/confirm")


GIVING: dict[str, Callable[[World, Browser], Form]] = {
    "/change/{category}": row_form,
    "/change/{category}/confirm": row_check,
    "/asked/{release_id}": request_form,
    "/asked/{release_id}/confirm": request_check,
    "/shared/unfreeze": end_of_freeze,
    "/budget/cap": cap_form,
    "/budget/cap/confirm": cap_check,
}
"""Every form that gives, answers or lifts something, and the page from which it is sent."""
ENDING = {
    *("/shared/stop", "/shared/stop-all", "/change/{category}/stop", "/asked/{release_id}/stop", "/budget/freeze"),
    "/notices/{version}/stop",
}
ASKED_AGAIN = {"/notices/{version}"}
"""Answered over what was given before: `test_portal_notices`."""
ABOUT_THE_SESSION = {"/sign-in", "/demo/sign-in", "/sign-out", "/settings"}


def share_training_load(world: World) -> None:
    """Something is on before, so that there is something to stop."""
    cell = next(c for c in world.store.matrix(ATHLETE) if c.category is Category.TRAINING_LOAD)
    ends = world.clock.now + timedelta(days=90)
    portal(world.store).give(ATHLETE, cell.cell, granularity=cell.ceiling, ends=ends, method=ConsentMethod.PORTAL)


def active(world: World) -> int:
    """How much is on: cells and approved releases."""
    approved = [one for one in world.store.releases(ATHLETE) if one.state.is_valid_for_processing]
    return sum(cell.is_on for cell in world.store.matrix(ATHLETE)) + len(approved)


def test_every_form_of_the_portal_is_of_a_kind_that_is_tested(world: World) -> None:
    (mounted,) = [route for route in world.app.routes if getattr(route, "name", "") == "portal"]
    routes = [getattr(one, "route", one) for one in iter_route_contexts(mounted.routes)]
    posts = {route.path for route in routes if isinstance(route, APIRoute) and "POST" in route.methods}

    assert posts == set(GIVING) | ENDING | ASKED_AGAIN | ABOUT_THE_SESSION


@pytest.mark.parametrize("route", sorted(GIVING))
def test_a_form_sent_again_after_everything_was_stopped_gives_nothing(world: World, route: str) -> None:
    share_training_load(world)
    browser = world.browser()
    form = GIVING[route](world, browser)

    browser.post(*form)
    world.store.withdraw_all(ATHLETE, method=ConsentMethod.PORTAL)
    receipts, budget = world.store.receipts(ATHLETE), world.store.budget(ATHLETE)
    again = browser.post(*form)

    assert active(world) == 0
    assert world.store.receipts(ATHLETE) == receipts
    assert world.store.budget(ATHLETE) == budget
    assert "/receipts/" not in str(again.url)


@pytest.mark.parametrize("route", sorted(set(GIVING) - {"/budget/cap", "/budget/cap/confirm"}))
def test_a_page_opened_before_everything_was_stopped_gives_nothing_and_says_so(world: World, route: str) -> None:
    share_training_load(world)
    browser = world.browser()
    form = GIVING[route](world, browser)

    world.store.withdraw_all(ATHLETE, method=ConsentMethod.PORTAL)
    frozen, receipts = world.store.member(ATHLETE).frozen, world.store.receipts(ATHLETE)
    late = browser.post(*form)

    assert late.status_code == 409
    assert "changed meanwhile" in late.text
    assert "othing was recorded" in late.text
    assert active(world) == 0
    assert (world.store.member(ATHLETE).frozen, world.store.receipts(ATHLETE)) == (frozen, receipts)


@pytest.mark.parametrize("route", sorted(GIVING))
@pytest.mark.parametrize("mark", [None, "", "0" * 64])
def test_a_form_without_the_mark_of_its_page_gives_nothing(world: World, route: str, mark: str | None) -> None:
    browser = world.browser()
    action, fields = GIVING[route](world, browser)
    bare = {name: value for name, value in fields.items() if name != "shown"}

    answer = browser.post(action, bare if mark is None else bare | {"shown": mark})

    assert answer.status_code == 409
    assert active(world) == 0
    assert world.store.receipts(ATHLETE) == []


def test_a_cap_that_was_lowered_since_is_not_lowered_by_an_older_page(world: World) -> None:
    browser = world.browser()
    older = cap_check(world, browser)
    browser.post(*cap_check(world, browser))
    before = world.store.budget(ATHLETE)

    answers = [browser.post(*older), browser.post(older[0], older[1] | {"micro_rho": str(before.cap_micro_rho // 2)})]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("changed meanwhile" in answer.text for answer in answers)
    assert world.store.budget(ATHLETE) == before


def test_a_cap_below_what_is_used_since_its_page_is_told_and_never_an_error(world: World) -> None:
    choices, cap = ShownChoices(world.store.transactions), world.store.budget(ATHLETE).cap_micro_rho
    shown = ShownState("secret", choices.mark_of_cap(ATHLETE, secret="secret"))
    with world.store.transactions.write() as tx:
        ledger.charge(tx, ATHLETE, cap // 2 + 1)
        tx.without_entry("as the first of several steps")

    with pytest.raises(ChangedMeanwhile):
        choices.lower_cap(ATHLETE, cap // 2, shown=shown)

    assert world.store.budget(ATHLETE).cap_micro_rho == cap


def test_an_answer_that_another_page_gave_at_the_same_moment_is_told_and_never_an_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser()
    action, fields = request_check(world, browser)
    path = action.removesuffix("/confirm")
    waiting = world.store.releases(ATHLETE)[0]
    browser.post(action, fields)
    given = world.store.releases(ATHLETE)[0]
    world.store.withdraw_release(ATHLETE, given.release_id, method=ConsentMethod.PORTAL)
    csrf = {"csrf": fields["csrf"]}

    monkeypatch.setattr(ConsentStore, "release", lambda *_: waiting)  # as it was read before the other page's answer
    confirmed = browser.post(action, fields | {"answer": "no"})
    monkeypatch.setattr(ConsentStore, "release", lambda *_: given)
    stopped = browser.post(f"{path}/stop", csrf)

    assert (confirmed.status_code, stopped.status_code) == (409, 200)
    assert "changed meanwhile" in confirmed.text


def test_what_ends_or_declines_is_never_refused_for_an_older_page(world: World) -> None:
    share_training_load(world)
    browser = world.browser()
    browser.post(*row_check(world, browser))
    off = form_of(checked(browser, "/change/sleep", **{"give.club-a.coach": "off"}), "/change/sleep/confirm")
    no = request_check(world, browser, "no")
    card = form_of(browser.get("/shared"), "/shared/stop", recipient="club-a.coach")
    world.store.withdraw_recipient(ATHLETE, Recipient(CLUB, Role.MEDICAL), method=ConsentMethod.PORTAL)

    answers = [browser.post(*form) for form in (off, no, card)]

    assert ["/receipts/" in str(answer.url) for answer in answers[:2]] == [True, True]
    assert answers[2].status_code == 200
    assert active(world) == 0
    assert world.store.requests(ATHLETE) == []
    assert [one.state for one in world.store.releases(ATHLETE)] == [ConsentState.REFUSED]


def test_the_mark_of_a_page_tells_nothing_and_is_worth_nothing_elsewhere(world: World) -> None:
    one, other = world.browser(), world.browser()
    marks = [forms_of(browser.get("/change/sleep").text)["/change/sleep"]["shown"] for browser in (one, other)]

    answer = other.post("/change/sleep", {"csrf": other.csrf(), "shown": marks[0]} | SLEEP)

    assert marks[0] != marks[1]
    assert all(len(mark) == 64 for mark in marks)
    assert answer.status_code == 409
