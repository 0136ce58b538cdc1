"""Freezing on the athlete's own pages: the right, the notice that follows, and what a recovery ended."""

import pytest
from sqlmodel import col, select

from audit.entries.details.codes import FreezeCause
from consent.athlete import freezing
from consent.grants import event_chain
from consent.grants.event_chain import Event
from consent.grants.lifecycle import ActorKind
from consent.grants.values import ConsentMethod
from consent.storage.rows import GrantRow
from policies.vocabulary import ConsentState
from tests.consent.web.conftest import ATHLETE, World, forms_of


@pytest.fixture
def sharing(world: World) -> World:
    """A world whose athlete shares sleep with the coaches."""
    browser = world.browser()
    check = browser.submit(browser.get("/change/sleep"), "/change/sleep", **{"give.club-a.coach": "daily"})
    assert browser.submit(check, "/change/sleep/confirm").status_code == 200
    return world


def recover(world: World) -> None:
    """What a recovery does to one athlete: every grant ended by the service, and the account frozen."""
    with world.store.transactions.write() as tx:
        row = tx.session.exec(select(GrantRow).where(col(GrantRow.athlete) == ATHLETE)).one()
        row.current = None
        how = (ConsentState.INVALIDATED, tx.union, ActorKind.CONTROLLER, ConsentMethod.ISSUER)
        event_chain.write(tx, Event(ATHLETE, row.grant_id, "0" * 64, *how), before=ConsentState.GIVEN)
        tx.append([freezing.mark_frozen(tx, ATHLETE, FreezeCause.RECOVERY)])


def test_the_right_to_restrict_is_one_press_and_the_page_says_what_follows(sharing: World) -> None:
    browser = sharing.browser()

    page = browser.submit(browser.get("/budget"), "/budget/freeze")

    assert sharing.store.member(ATHLETE).frozen == {FreezeCause.ATHLETE}
    assert "Your data is frozen, so nobody gets anything from you now." in page.text
    assert "You froze your data." in page.text
    assert "/budget/freeze" not in forms_of(browser.get("/budget").text)
    assert {"/shared/stop", "/shared/stop-all", "/shared/unfreeze"} <= set(forms_of(page.text))


def test_what_they_see_is_nothing_and_nothing_can_be_turned_on(sharing: World) -> None:
    browser = sharing.browser()
    browser.submit(browser.get("/budget"), "/budget/freeze")

    preview, change = browser.get("/shared/preview/club-a/coach"), browser.get("/change/sleep")

    assert "No data of yours. Their board and list hold everybody" in preview.text
    assert "nothing can be turned on" in change.text
    assert set(forms_of(change.text)) == {"/change/sleep/stop", "/sign-out"}


def test_ending_ones_own_freeze_puts_the_choices_in_force_again(sharing: World) -> None:
    browser = sharing.browser()
    frozen = browser.submit(browser.get("/budget"), "/budget/freeze")

    after = browser.submit(frozen, "/shared/unfreeze")

    assert not sharing.store.member(ATHLETE).is_frozen
    assert "frozen" not in after.text
    assert "One group gets something from you." in after.text
    assert browser.submit(frozen, "/shared/unfreeze").status_code == 200  # pressed twice


def test_an_operators_freeze_has_no_button_and_cannot_be_forged_away(sharing: World) -> None:
    sharing.store.freeze(ATHLETE, FreezeCause.OPERATOR)
    browser = sharing.browser()

    page = browser.get("/shared")
    answers = [
        browser.post("/shared/unfreeze", {"csrf": browser.csrf(), "cause": cause}).status_code
        for cause in ("operator", "athlete", "recovery", "")
    ]

    assert "has frozen your data while a question is open" in page.text
    assert "/shared/unfreeze" not in forms_of(page.text)
    assert answers == [404, 409, 409, 404]
    assert sharing.store.member(ATHLETE).frozen == {FreezeCause.OPERATOR}


def test_after_a_recovery_the_page_says_what_was_ended_before_it_asks(sharing: World) -> None:
    recover(sharing)
    browser = sharing.browser()

    page = browser.get("/shared")
    after = browser.submit(page, "/shared/unfreeze")

    assert "put back from a backup" in page.text
    assert "Sleep: daily numbers, for Performance coaches, Eastmere FC" in page.text
    assert not sharing.store.member(ATHLETE).is_frozen
    assert "Nobody gets anything from you." in after.text


def test_a_request_offers_no_yes_while_frozen(world: World) -> None:
    release, browser = world.propose(), world.browser()
    open_yes = browser.get(f"/asked/{release.release_id}").text
    browser.submit(browser.get("/budget"), "/budget/freeze")

    frozen = browser.get(f"/asked/{release.release_id}")

    assert 'value="yes"' in open_yes
    assert 'value="yes"' not in frozen.text
    assert 'value="no"' in frozen.text
    assert "there is no yes now" in frozen.text
