"""A request through the pages: the bytes shown are the bytes approved, and nobody else's request exists."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from policies.canonical import sha256_hex
from policies.vocabulary import AthleteId, ConsentState, Purpose

ATHLETE, OTHER = AthleteId("ath-00000000000000a1"), AthleteId("ath-00000000000000b2")


def shown_bytes(page: Any, place: int = 0) -> bytes:
    """The exact bytes as they stand on the page; at the second place the whole release."""
    return html.unescape(re.findall(r"<pre>(.*?)</pre>", page.text, re.S)[place]).encode()


def answer(browser: Any, release: Any, word: str) -> Any:
    path = f"/asked/{release.release_id}"
    check = browser.submit(browser.get(path), path, answer=word)
    assert "Check your answer" in check.text
    return browser.submit(check, f"{path}/confirm")


def test_the_bytes_shown_are_the_bytes_approved(world: Any) -> None:
    release, browser = world.propose(), world.browser()

    page = browser.get(f"/asked/{release.release_id}")
    answer(browser, release, "yes")

    assert shown_bytes(page) == release.index.canonical()
    approved = world.store.release(ATHLETE, release.release_id)
    assert approved.state is ConsentState.GIVEN
    assert sha256_hex(shown_bytes(page)) == approved.bytes_sha256
    assert sha256_hex(shown_bytes(page, 1)) == approved.sha256
    assert f"The exact {len(shown_bytes(page))} bytes" in page.text
    assert approved.sha256 in page.text
    assert approved.bytes_sha256 in page.text
    (receipt,) = world.store.receipts(ATHLETE)
    assert receipt.release_id == release.release_id
    assert shown_bytes(browser.get("/shared/preview/club-a/front_office")) == approved.exact_bytes


def test_the_request_is_announced_once_in_its_place(world: Any) -> None:
    release, browser = world.propose(), world.browser()

    assert "One request waits for your answer" in browser.get("/asked").text
    assert '<span class="n">1<span class="sr"> waiting</span></span>' in browser.get("/shared").text
    assert f'href="/asked/{release.release_id}">asked of you' in browser.get("/shared").text
    assert "Let the front office see your durability band?" in browser.get("/asked").text


def test_yes_no_and_later_weigh_the_same(world: Any) -> None:
    release, browser = world.propose(), world.browser()

    page = browser.get(f"/asked/{release.release_id}").text
    buttons = re.findall(r'<button class="([^"]*)" name="answer" value="(\w+)">', page)

    assert buttons == [("btn", "yes"), ("btn", "no"), ("btn", "later")]
    assert page.index("If you say yes") < page.index("If you say no") < page.index("If you answer later")


@pytest.mark.parametrize(
    ("word", "state", "title"),
    [
        ("yes", ConsentState.GIVEN, "Your choice is recorded"),
        ("no", ConsentState.REFUSED, "Your no is recorded"),
        ("later", ConsentState.DEFERRED, "Your answer is recorded: later"),
    ],
)
def test_each_answer_takes_two_forms_and_gives_a_receipt(
    world: Any, word: str, state: ConsentState, title: str
) -> None:
    release, browser = world.propose(), world.browser()

    done = answer(browser, release, word)

    assert browser.sent == 2
    assert world.store.release(ATHLETE, release.release_id).state is state
    assert title in done.text
    assert "Waiting for 09:00 UTC" in done.text
    world.service.publish()
    assert "Proven" in browser.get(str(done.url)).text


def test_later_said_twice_records_nothing_new(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    answer(browser, release, "later")

    again = answer(browser, release, "later")

    assert str(again.url).endswith("/asked")
    assert len(world.store.receipts(ATHLETE)) == 1
    assert "You answered later." in again.text


def test_an_answer_to_other_bytes_is_refused(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    path = f"/asked/{release.release_id}"
    check = browser.submit(browser.get(path), path, answer="yes")

    page = browser.submit(check, f"{path}/confirm", sha256="0" * 64)

    assert page.status_code == 409
    assert "Nothing was changed" in page.text
    assert world.store.release(ATHLETE, release.release_id).state is ConsentState.REQUESTED


def test_stopping_an_approved_band_takes_one_form(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    answer(browser, release, "yes")
    browser.sent = 0

    done = browser.submit(browser.get(f"/asked/{release.release_id}"), f"/asked/{release.release_id}/stop")

    assert browser.sent == 1
    assert re.search("<h1>Sharing your .* has stopped</h1>", done.text)
    assert world.store.release(ATHLETE, release.release_id).state is ConsentState.WITHDRAWN


def test_a_release_for_another_purpose_has_a_card_of_its_own(world: Any) -> None:
    until = (world.clock.now + timedelta(days=20)).replace(microsecond=0)
    index = world.propose(OTHER).index.model_copy(
        update={"approval_id": "rel-con-tract", "expires_at": until.isoformat()}
    )
    release, browser = world.propose(purpose=Purpose.CONTRACT, index=index, until=until), world.browser()
    answer(browser, release, "yes")

    shared = browser.get("/shared")
    done = browser.submit(shared, f"/asked/{release.release_id}/stop")

    assert "One group gets something from you." in shared.text
    assert "<dd>Contracts</dd>" in shared.text
    assert re.search("<h1>Sharing your .* has stopped</h1>", done.text)


def test_anothers_request_is_the_same_closed_page_as_no_request(world: Any) -> None:
    release, browser = world.propose(OTHER), world.browser(ATHLETE)
    token = browser.csrf()

    for path in ("", "/confirm", "/stop"):
        fields = {"csrf": token, "answer": "yes", "sha256": release.sha256}
        theirs = browser.post(f"/asked/{release.release_id}{path}", fields)
        nobodys = browser.post(f"/asked/rel-none-none{path}", fields)
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
        assert theirs.status_code == 404
    theirs, nobodys = browser.get(f"/asked/{release.release_id}"), browser.get("/asked/rel-none-none")
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert world.store.release(OTHER, release.release_id).state is ConsentState.REQUESTED


def test_a_closed_request_can_be_read_but_not_answered(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    page = browser.get(f"/asked/{release.release_id}")
    world.service.publish()
    world.clock.now += timedelta(days=15)
    later = world.browser()

    read = later.get(f"/asked/{release.release_id}")
    fields = {"csrf": later.csrf(), "answer": "yes", "sha256": release.sha256}
    late = later.post(f"/asked/{release.release_id}/confirm", fields)

    assert "If you say yes" in page.text
    assert "Ended by itself" in later.get("/asked").text
    assert 'name="answer"' not in read.text
    assert late.status_code == 409


def test_only_the_three_answers_exist(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    token = {"csrf": browser.csrf()}
    words = {"": 404, "maybe": 404, "YES": 404, "yes\n": 422, "yes\x00": 422}

    found = {w: browser.post(f"/asked/{release.release_id}", token | {"answer": w}).status_code for w in words}

    assert found == words


def test_an_approval_from_when_a_fingerprint_covered_the_bytes_alone_says_so(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    answer(browser, release, "yes")
    with world.store.transactions.write() as tx:
        tx.without_entry("what an earlier version stored")
        tx.session.execute(text("UPDATE release SET sha256 = bytes_sha256, covers = 'bytes'"))

    page, preview = browser.get(f"/asked/{release.release_id}"), browser.get("/shared/preview/club-a/front_office")

    assert "a fingerprint still covered these bytes alone" in page.text
    assert "a fingerprint still covered these bytes alone" in preview.text
