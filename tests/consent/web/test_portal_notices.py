"""A new notice: what was given before stays as it was until its athlete answers, and each answer does what it says."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from audit.entries.details.codes import FreezeCause
from consent.errors import StoreUnavailable
from consent.grants import notice_store
from consent.grants.notice import NOTICES, Notice, in_force
from consent.grants.values import Change, ConsentMethod
from policies.snapshot import LiveGrant, open_snapshot
from policies.terms.notices import FIRST_NOTICE, LIGHT_AT_HOME
from policies.vocabulary import Category, Granularity, Role
from tests.consent.portal_choices import portal
from tests.consent.web.conftest import ATHLETE, CLUB, OTHER, Browser, World, forms_of

NEW = "2026-12"
PATH = f"/notices/{NEW}"
BEGINS = datetime(2026, 12, 1, 9, tzinfo=UTC)
ROLES = (Role.MEDICAL, Role.COACH)


def give(world: World, category: Category = Category.READINESS, *roles: Role) -> None:
    ends = world.clock.now + timedelta(days=90)
    cells = [c for c in world.store.matrix(ATHLETE) if c.category is category and c.recipient.role in (roles or ROLES)]
    changes = [Change(c.cell, min(Granularity.INDEX, c.ceiling), ends) for c in cells]
    portal(world.store).change(ATHLETE, changes, method=ConsentMethod.PORTAL)


def readiness(world: World) -> dict[Role, LiveGrant]:
    """The readiness grants as the club's node reads them from its signed snapshot."""
    key = world.service.keys.service.verify_key
    snapshot = open_snapshot(world.store.snapshot(CLUB).signed, key, club=CLUB, now=world.clock.now)
    return {one.recipient_role: one for one in snapshot.grants if one.category is Category.READINESS}


def at(world: World, moment: datetime) -> None:
    """Let the time pass; the log is published as its schedule would."""
    world.clock.now = moment
    world.service.publish()


@pytest.fixture
def asked(world: World) -> tuple[World, Browser]:
    """An athlete who gave readiness, and sleep to coaches, under the first notice, after the new one has begun."""
    give(world)
    give(world, Category.SLEEP, Role.COACH)
    at(world, BEGINS)
    return world, world.browser()


def test_the_first_notice_is_as_it_was_served() -> None:
    assert NOTICES[0].sha256 == "2cdad2dc0325f412bf6ec07af021ed7355c63ccb136311505a0cde93b171abca"
    assert {one.version for one in NOTICES} == {FIRST_NOTICE} | LIGHT_AT_HOME
    assert len({(one.version, one.language) for one in NOTICES}) == len(NOTICES)


@pytest.mark.parametrize("category", list(Category))
def test_a_notice_of_one_kind_stands_in_place_of_that_of_all(category: Category) -> None:
    before, after = (in_force(category, BEGINS + step) for step in (timedelta(days=-1), timedelta(0)))

    assert before.version == FIRST_NOTICE
    assert after.version == (NEW if category is Category.READINESS else FIRST_NOTICE)
    assert in_force(None, datetime(2020, 1, 1, tzinfo=UTC)).version == FIRST_NOTICE


def test_until_an_answer_everything_stays_as_it_was(asked: tuple[World, Browser]) -> None:
    world, browser = asked
    before, epoch = readiness(world), world.store.member(ATHLETE).epoch

    page, listed = browser.get(PATH).text, browser.get("/asked").text

    assert {one.notice for one in before.values()} == {FIRST_NOTICE}
    assert b'"notice"' not in world.store.snapshot(CLUB).signed
    assert "One request waits for your answer" in listed
    for text_shown in (page, listed):
        assert "can tell something about data that you do not share" in " ".join(text_shown.split())
    assert in_force(Category.READINESS, BEGINS).sha256 in page
    assert "Performance coaches, Eastmere FC: Light and word, until" in page
    assert (readiness(world), world.store.member(ATHLETE).epoch) == (before, epoch)


def test_yes_gives_the_same_under_the_new_notice_and_the_receipt_names_what_was_served(
    asked: tuple[World, Browser],
) -> None:
    world, browser = asked
    before = readiness(world)

    answer = browser.submit(browser.get(PATH), PATH, answer="yes")

    receipt_id = str(answer.url).rpartition("/")[2]
    notice = world.store.receipt(ATHLETE, receipt_id)["dpv:hasRecordOfActivity"]["dpv:hasNotice"]
    served = in_force(Category.READINESS, world.clock.now)
    assert (notice["@id"], notice["x:sha256"]) == (f"urn:homefield:notice:{NEW}", served.sha256)
    after = readiness(world)
    assert {one.notice for one in after.values()} == {NEW}
    for role, one in before.items():
        assert (after[role].max_granularity, after[role].ends) == (one.max_granularity, one.ends)
    assert portal(world.store).choices.asked_again(ATHLETE) == []
    assert "Nothing is asked of you" in browser.get("/asked").text
    sleep = next(c for c in world.store.matrix(ATHLETE) if c.category is Category.SLEEP and c.is_on)
    assert sleep.grant is not None
    assert sleep.grant.notice_version == FIRST_NOTICE


def test_keep_changes_nothing_is_not_asked_again_and_a_yes_stays_possible(asked: tuple[World, Browser]) -> None:
    world, browser = asked
    before, receipts = readiness(world), world.store.receipts(ATHLETE)

    browser.submit(browser.get(PATH), PATH, answer="keep")
    twice = browser.post(PATH, {"csrf": browser.csrf(), "answer": "keep"})

    assert twice.status_code == 200
    assert readiness(world) == before
    assert world.store.receipts(ATHLETE) == receipts
    listed = browser.get("/asked").text
    assert "Nothing is asked of you" in listed
    assert "You kept it as before on 1 December 2026" in listed
    kept = browser.get(PATH)
    assert 'value="keep"' not in kept.text
    browser.submit(kept, PATH, answer="yes")
    assert {one.notice for one in readiness(world).values()} == {NEW}


def test_stop_ends_readiness_and_nothing_else(asked: tuple[World, Browser]) -> None:
    world, browser = asked

    answer = browser.post(f"{PATH}/stop", {"csrf": browser.csrf()})  # an end needs no mark

    assert "/receipts/" in str(answer.url)
    assert readiness(world) == {}
    assert [c.category for c in world.store.matrix(ATHLETE) if c.is_on] == [Category.SLEEP]


@pytest.mark.parametrize("mark", [None, "", "0" * 64])
def test_a_yes_without_the_mark_of_its_page_gives_nothing(asked: tuple[World, Browser], mark: str | None) -> None:
    world, browser = asked
    fields = forms_of(browser.get(PATH).text)[PATH] | {"answer": "yes", "shown": mark or ""}

    assert browser.post(PATH, fields).status_code == 409
    assert {one.notice for one in readiness(world).values()} == {FIRST_NOTICE}


def test_a_yes_from_a_page_of_before_the_notice_is_refused(world: World) -> None:
    """A form that was served with the first notice gives nothing under the second."""
    browser = world.browser()
    wanted = {"give.club-a.coach": "index", "ends.club-a.coach": "2027-03-01"}
    check = browser.submit(browser.get("/change/readiness"), "/change/readiness", **wanted)
    assert f"/notices/{FIRST_NOTICE}" in check.text
    at(world, BEGINS - timedelta(hours=9, minutes=1))
    browser = world.browser()
    check = browser.submit(browser.get("/change/readiness"), "/change/readiness", **wanted)
    world.clock.now += timedelta(minutes=2)

    late = browser.submit(check, "/change/readiness/confirm")

    assert late.status_code == 409
    assert readiness(world) == {}


def test_who_gives_anew_gives_under_the_new_notice_and_is_asked_nothing(world: World) -> None:
    at(world, BEGINS)
    give(world)

    assert {one.notice for one in readiness(world).values()} == {NEW}
    assert portal(world.store).choices.asked_again(ATHLETE) == []
    page = world.browser().get(PATH).text
    assert 'value="yes"' not in page
    assert "It does not foretell injuries" in page


def test_learning_alone_is_not_asked_again(world: World) -> None:
    give(world, Category.READINESS, Role.FL_AGGREGATOR)
    at(world, BEGINS)

    assert portal(world.store).choices.asked_again(ATHLETE) == []


def test_while_frozen_there_is_no_yes_and_stopping_works(asked: tuple[World, Browser]) -> None:
    world, browser = asked
    page = browser.get(PATH)
    form = forms_of(page.text)[PATH] | {"answer": "yes"}
    world.store.freeze(ATHLETE, FreezeCause.ATHLETE)

    assert browser.post(PATH, form).status_code == 409
    assert 'value="yes"' not in browser.get(PATH).text
    assert "/receipts/" in str(browser.post(f"{PATH}/stop", {"csrf": browser.csrf()}).url)


def test_nobody_else_is_asked_and_unknown_versions_do_not_exist(asked: tuple[World, Browser]) -> None:
    world, browser = asked

    other = world.browser(OTHER)

    assert "Nothing is asked of you" in other.get("/asked").text
    assert other.post(PATH, {"csrf": other.csrf(), "answer": "keep"}).status_code == 200
    with world.service.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notice_answer")).scalar() == 0
    assert browser.get("/notices/2031-01").status_code == 404
    assert browser.post(PATH, {"csrf": browser.csrf(), "answer": "perhaps"}).status_code == 404


def test_a_text_that_was_served_is_never_another(world: World) -> None:
    changed = Notice(NEW, BEGINS.date(), "Another text.", Category.READINESS)

    with world.store.transactions.write() as tx:
        tx.without_entry("nothing is stored")
        notice_store.keep(tx)
        with pytest.raises(StoreUnavailable, match="as it was served"):
            notice_store.keep(tx, [changed])
