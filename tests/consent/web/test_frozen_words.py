"""What the pages of a frozen account say: nowhere that something flows, and no list is announced that is empty."""

import re
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute

from audit.entries.details.codes import FreezeCause
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.web.budget import routes as budget_routes
from consent.web.history import routes as record_routes
from consent.web.requests import routes as asked_routes
from consent.web.sharing import routes as sharing_routes
from policies.vocabulary import AthleteId, Category, Role
from tests.consent.portal_choices import portal
from tests.consent.web.conftest import ATHLETE, MINOR, World

FLOWS = re.compile(
    r"(?<!Nothing goes )over the line|they receive\b|\bgets? something|(?<!See )what they see\b|tag on[^<]*<svg|"
    r"equally fine|They could notice|say yes|next page anyone opens|put(s)? everything below",
    re.IGNORECASE,
)
"""What pages say of an account from which something flows, or to which a yes is open."""
LISTS = re.compile(r"listed below|all of the above|everything below|list below", re.IGNORECASE)
FILES = {"/looked/proofs", "/looked/{number}/proof", "/receipts/{receipt_id}.json"}


def share(world: World) -> None:
    """One band approved, three cells on, one of them for league learning, and a request that waits."""
    release = world.propose()
    portal(world.store).answer_release(
        ATHLETE, release.release_id, ConsentAnswer.YES, sha256=release.sha256, method=ConsentMethod.PORTAL
    )
    wanted = {(Category.SLEEP, Role.COACH), (Category.HEART, Role.MEDICAL), (Category.SLEEP, Role.FL_AGGREGATOR)}
    ends = world.clock.now + timedelta(days=90)
    for cell in world.store.matrix(ATHLETE):
        if (cell.category, cell.recipient.role) in wanted:
            portal(world.store).give(
                ATHLETE, cell.cell, granularity=cell.ceiling, ends=ends, method=ConsentMethod.PORTAL
            )


def addresses(world: World, athlete: AthleteId) -> list[str]:
    """Every page of the portal that is about the athlete, from the routes themselves."""
    cells, store = world.store.matrix(athlete), world.store
    values = {
        "{category}": [category.value for category in dict.fromkeys(cell.category for cell in cells)],
        "{org}/{role}": [f"{who.org}/{who.role.value}" for who in dict.fromkeys(cell.recipient for cell in cells)],
        "{release_id}": [release.release_id for release in store.releases(athlete)],
        "{receipt_id}": [receipt.receipt_id for receipt in store.receipts(athlete)],
    }
    routers = (sharing_routes, asked_routes, budget_routes, record_routes)
    paths = [r.path for one in routers for r in one.router.routes if isinstance(r, APIRoute) and "GET" in r.methods]
    found = []
    for path in sorted(set(paths) - FILES):
        name = next((name for name in values if name in path), None)
        found += [path] if name is None else [path.replace(name, value) for value in values[name]]
    assert not [path for path in found if "{" in path]
    return found


def pages(world: World, athlete: AthleteId = ATHLETE) -> dict[str, str]:
    browser = world.browser(athlete)
    answers = {path: browser.get(path) for path in addresses(world, athlete)}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: " ".join(answer.text.split()) for path, answer in answers.items()}


def said(found: dict[str, str], words: re.Pattern[str]) -> dict[str, list[str]]:
    return {path: hits for path, text in found.items() if (hits := [hit[0] for hit in words.finditer(text)])}


@pytest.mark.parametrize("cause", FreezeCause)
def test_no_page_of_a_frozen_account_says_that_something_flows(world: World, cause: FreezeCause) -> None:
    share(world)
    world.store.freeze(ATHLETE, cause)

    found = pages(world)

    assert said(found, FLOWS) == {}
    assert "Frozen, so they get nothing of: Sleep." in found["/shared/preview/club-a/coach"]
    assert "Frozen: Daily numbers" in found["/shared"]
    assert "What you had let out is listed below, with its stop." in found["/shared"]
    assert "Held back by the freeze" in found["/change/sleep"]


@pytest.mark.parametrize("cause", FreezeCause)
def test_a_request_that_waits_offers_a_frozen_athlete_what_there_is(world: World, cause: FreezeCause) -> None:
    release = world.propose()
    world.store.freeze(ATHLETE, cause)

    found = pages(world)

    assert said(found, FLOWS) == {}
    for path in ("/asked", f"/asked/{release.release_id}"):
        assert "you can say no or later; there is no yes now" in found[path]


@pytest.mark.parametrize("cause", [None, *FreezeCause])
def test_with_nothing_shared_no_page_announces_a_list(world: World, cause: FreezeCause | None) -> None:
    for athlete in (ATHLETE, MINOR):
        if cause is not None:
            world.store.freeze(athlete, cause)
        assert said(pages(world, athlete), LISTS) == {}


def test_the_same_words_are_found_where_something_flows(world: World) -> None:
    share(world)

    found = said(pages(world), FLOWS)

    assert {"/shared", "/change/sleep", "/shared/preview/club-a/coach"} <= set(found)


def test_a_minor_is_led_nowhere_and_told_why(world: World) -> None:
    shared = pages(world, MINOR)["/shared"]

    assert "A rule keeps everything at home, so nothing can be turned on." in shared
    assert 'href="/change/' not in shared


def test_stopping_one_row_names_it_while_the_others_go_on(world: World) -> None:
    share(world)
    browser = world.browser()

    stopped = browser.submit(browser.get("/change/heart"), "/change/heart/stop")

    assert "<h1>Sharing your heart and recovery with the medical team has stopped</h1>" in stopped.text
    assert "Three groups get something from you." in browser.get("/shared").text
