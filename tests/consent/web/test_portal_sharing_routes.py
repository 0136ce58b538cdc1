"""Giving and stopping through the pages, on the real store: what holds afterwards, and how many forms it takes."""

import re
from itertools import product
from typing import Any

import pytest

from policies.grant import Recipient
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Role

COACH = Recipient(OrgId("club-a"), Role.COACH)
SLEEP_TO_COACH = {"give.club-a.coach": "daily", "ends.club-a.coach": "2027-06-30"}
ATHLETE = AthleteId("ath-00000000000000a1")


def live(world: Any) -> dict[tuple[Category, Role], Granularity]:
    return {
        (c.category, c.recipient.role): c.grant.max_granularity
        for c in world.store.matrix(ATHLETE)
        if c.is_on and c.grant
    }


def give(browser: Any, category: str = "sleep", **fields: str) -> Any:
    form = browser.get(f"/change/{category}")
    check = browser.submit(form, f"/change/{category}", **(fields or SLEEP_TO_COACH))
    assert "Check your choice" in check.text
    return browser.submit(check, f"/change/{category}/confirm")


def test_what_is_given_stands_in_the_matrix_with_a_receipt(world: Any) -> None:
    browser = world.browser()

    done = give(browser)

    assert live(world) == {(Category.SLEEP, Role.COACH): Granularity.DAILY}
    assert str(done.url).startswith("http://127.0.0.1:8600/receipts/rcp-")
    assert "Your choice is recorded" in done.text
    assert "Waiting for 09:00 UTC" in done.text
    world.service.publish()
    assert "Proven" in browser.get(str(done.url)).text
    shared = browser.get("/shared").text
    assert "One group gets something from you." in shared
    assert "Daily numbers" in shared
    assert "to 30 Jun 2027" in shared


def test_the_check_page_changes_nothing(world: Any) -> None:
    browser = world.browser()

    check = browser.submit(browser.get("/change/sleep"), "/change/sleep", **SLEEP_TO_COACH)
    again = browser.submit(check, "/change/sleep")

    assert live(world) == {}
    assert 'value="daily" checked' in again.text
    assert world.store.receipts(ATHLETE) == []


@pytest.mark.parametrize("way", ["card", "everything", "row", "preview"])
def test_stopping_takes_fewer_forms_than_giving(world: Any, way: str) -> None:
    browser = world.browser()
    give(browser)
    forms_to_give, browser.sent = browser.sent, 0
    page, action = {
        "card": ("/shared", "/shared/stop"),
        "everything": ("/shared", "/shared/stop-all"),
        "row": ("/change/sleep", "/change/sleep/stop"),
        "preview": ("/shared/preview/club-a/coach", "/shared/stop"),
    }[way]

    done = browser.submit(browser.get(page), action)

    assert live(world) == {}
    assert re.search("<h1>Sharing your .* has stopped</h1>", done.text)
    assert (forms_to_give, browser.sent) == (2, 1)
    assert browser.get("/shared").text.count("Nobody gets anything from you.") == 1


def test_turning_one_off_in_the_form_leaves_the_others(world: Any) -> None:
    browser = world.browser()
    give(browser, **{**SLEEP_TO_COACH, "give.club-a.medical": "raw", "ends.club-a.medical": "2027-01-31"})

    give(browser, **{"give.club-a.coach": "off"})

    assert live(world) == {(Category.SLEEP, Role.MEDICAL): Granularity.RAW}


def test_stopping_twice_is_no_error(world: Any) -> None:
    browser = world.browser()
    give(browser)
    shared = browser.get("/shared")

    browser.submit(shared, "/shared/stop")
    again = browser.submit(shared, "/shared/stop")
    everything = browser.submit(shared, "/shared/stop-all")

    assert again.status_code == 200
    assert str(again.url).endswith("/shared")
    assert str(everything.url).endswith("/shared")
    assert len(world.store.receipts(ATHLETE)) == 2


def test_reloading_after_a_change_repeats_nothing(world: Any) -> None:
    browser = world.browser()
    done = give(browser)

    browser.get(str(done.url))

    assert len(world.store.receipts(ATHLETE)) == 1


def test_a_wrong_entry_keeps_the_input_and_ties_the_message_to_the_field(world: Any) -> None:
    browser = world.browser()

    page = browser.submit(
        browser.get("/change/sleep"),
        "/change/sleep",
        **{"give.club-a.coach": "daily", "ends.club-a.coach": "2028-11-24"},
    )

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'href="#ends.club-a.coach"' in page.text
    assert 'id="ends.club-a.coach"' in page.text
    assert "“24 November 2028” is later than 24 November 2027. Nothing was saved." in page.text
    assert 'value="2028-11-24"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert re.search(r'name="give.club-a.coach" value="daily" checked', page.text)
    assert live(world) == {}


NOT_OFFERED: tuple[tuple[str, dict[str, str]], ...] = (
    ("sleep", {"give.club-a.coach": "raw"}),  # above the ceiling
    ("sleep", {"give.club-a.front_office": "band"}),  # a rule says never
    ("sleep", {"give.club-b.coach": "daily"}),  # another club
    ("cycle", {"give.club-a.coach": "daily"}),
    ("durability", {"give.club-a.front_office": "band"}),  # only by a release
    ("sleep", {"give.club-a.coach": "none"}),
    ("sleep", {}),
)


def test_no_form_opens_what_is_not_offered(world: Any) -> None:
    browser = world.browser()
    token = {"csrf": browser.csrf(), "ends": "2027-01-31"}

    for (category, fields), step in product(NOT_OFFERED, ("", "/confirm")):
        page = browser.post(f"/change/{category}{step}", token | fields)
        assert page.status_code == 422, (category, fields, step)

    assert live(world) == {}
    assert world.store.receipts(ATHLETE) == []


def test_a_minor_is_offered_only_what_the_rules_would_honour(world: Any) -> None:
    minor = AthleteId("ath-00000000000000c3")
    browser = world.browser(minor)

    page = browser.post(
        "/change/sleep/confirm", {"csrf": browser.csrf(), "give.club-a.coach": "daily", "ends": "2027-01-31"}
    )

    assert page.status_code == 422
    assert not any(c.is_on for c in world.store.matrix(minor))
    assert "Under 18, a guardian must agree as well; guardians cannot do that here yet" in browser.get("/rules").text


def test_league_learning_is_one_protected_sum(world: Any) -> None:
    browser = world.browser()

    give(browser, **{"give.league.fl_aggregator": "cohort", "ends.league.fl_aggregator": "2027-05-31"})

    assert live(world) == {(Category.SLEEP, Role.FL_AGGREGATOR): Granularity.COHORT}
    preview = browser.get("/shared/preview/league/fl_aggregator").text
    assert "What league learning uses" in preview
    assert "Protected sum" in preview
    assert "sees each club’s blurred sum" in preview
    assert "Leave league learning" in browser.get("/budget").text


def test_what_is_not_the_athletes_to_decide_is_closed(world: Any) -> None:
    browser = world.browser()
    rows = ("/change/team_aggregate", "/change/access_log", "/change/everything")
    recipients = ("/shared/preview/club-b/coach", "/shared/preview/club-a/athlete")

    for path in (*rows, *recipients):
        page = browser.get(path)
        assert page.status_code == 404, path
        assert "Nothing is shown at this address" in page.text


def test_names_from_outside_are_text_and_never_markup(world: Any) -> None:
    evil = '<script>alert(1)</script>"><img src=x>'
    world.store.enrol(OrgId("club-a"), AthleteId("ath-00000000000000d4"), name=evil, shirt_no=4, is_minor=False)
    world.store.add_org(
        OrgId("club-a"),
        name="<b>&Club",
        kind=world.store.org(OrgId("club-a")).kind,
        key=world.store.org(OrgId("club-a")).key,
    )
    browser = world.browser(AthleteId("ath-00000000000000d4"))
    give(browser)

    for path in ("/shared", "/change/sleep", "/receipts", "/demo", "/shared/preview/club-a/coach", "/looked"):
        text = browser.get(path).text
        assert "<script" not in text
        assert "<img" not in text
        assert "<b>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in browser.get("/shared").text


def test_what_was_typed_comes_back_escaped(world: Any) -> None:
    browser = world.browser()

    page = browser.submit(
        browser.get("/change/sleep"),
        "/change/sleep",
        **{"give.club-a.coach": "daily", "ends.club-a.coach": '"><script>'},
    )

    assert page.status_code == 422
    assert "<script" not in page.text
    assert "&#34;&gt;&lt;script&gt;" in page.text
