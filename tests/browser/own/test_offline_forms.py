"""A phone without a connection keeps answers sealed and sends each once, in a real Chromium with a real worker."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.following import follow, new_context
from tests.browser.own.conftest import ADA, BEA, OwnNode

pytestmark = pytest.mark.xdist_group("own-site")

USUAL = ("sleep-4", "energy-3", "muscles-2", "stress-5", "mood-4")
READINGS = {"sleep_quality": 4.0, "fatigue": 3.0, "soreness": 2.0, "stress": 5.0, "mood": 4.0}
Opened = Callable[..., Page]


def tap(page: Page, *items: str) -> None:
    for item in items:
        page.locator(f"#item-{item}").click()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send").click()


def waiting(page: Page, number: int) -> None:
    page.wait_for_selector(f"#kept[data-waiting='{number}']", state="attached")


def complaints(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_usual_morning_is_six_taps(node: OwnNode, opened: Opened) -> None:
    page = opened()
    found = complaints(page)

    tap(page, *USUAL)
    send(page)
    page.wait_for_url("**/me/forms/morning/sent")

    assert len(USUAL) + 1 <= 6
    assert node.counting() == READINGS
    assert len(node.kept()) == 1
    assert found == []
    boxes = [box for one in page.locator("label").all() if (box := one.bounding_box())]
    assert all(box["height"] >= 44 for box in boxes)


def test_without_scripts_the_form_is_a_document(node: OwnNode, chromium: Browser) -> None:
    context = new_context(chromium, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    node.sign_in(page)
    page.goto(f"{node.url}/me/forms/morning")
    tap(page, *USUAL)
    follow(page.get_by_role("button", name="Send"))
    expect(page.locator("h1")).to_have_text("Sent. Thank you.")
    page.reload()

    assert node.counting() == READINGS
    assert len(node.kept()) == 1
    context.close()


def test_offline_it_is_kept_and_sent_once_when_there_is_a_connection(
    node: OwnNode, opened: Opened, phone: BrowserContext
) -> None:
    page = opened()
    phone.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("How are you this morning?")
    assert "Ada Lund" not in page.content()
    tap(page, "sleep-2", "energy-1")
    send(page)
    waiting(page, 1)
    expect(page.locator("#kept")).to_contain_text("Kept on this phone, will be sent when there is a connection.")
    page.goto(f"{node.url}/me/forms/session")
    expect(page.locator("h1")).to_have_text("How hard was the training?")
    page.goto(f"{node.url}/me")
    expect(page.locator("h1")).to_have_text("Your questionnaires")
    page.goto(f"{node.url}/me/forms/morning")
    waiting(page, 1)
    tap(page, *USUAL)
    send(page)
    waiting(page, 2)
    assert node.kept() == []

    phone.set_offline(False)
    waiting(page, 0)

    expect(page.locator("#kept")).to_contain_text("Sent.")
    assert [one.day.isoformat() for one in node.kept()] == [node.today] * 2
    assert node.counting() == READINGS, "the later one counts"
    page.reload()
    waiting(page, 0)
    assert len(node.kept()) == 2


def test_a_node_that_is_away_is_no_connection(node: OwnNode, opened: Opened) -> None:
    page = opened()
    node.stop()
    page.reload()
    tap(page, "mood-4")
    send(page)
    waiting(page, 1)

    node.start()
    page.reload()
    waiting(page, 0)

    assert node.counting() == {"mood": 4.0}


def test_a_lost_reply_is_sent_again_and_kept_once(node: OwnNode, opened: Opened, phone: BrowserContext) -> None:
    page = opened()

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]  # the node has it
        route.abort()  # type: ignore[attr-defined]  # and the phone does not know

    page.route("**/me/answers", lose, times=1)
    tap(page, "mood-4")
    send(page)
    waiting(page, 1)
    assert len(node.kept()) == 1

    page.reload()
    waiting(page, 0)

    assert len(node.kept()) == 1


def test_two_tabs_and_two_clicks_are_one_answer(node: OwnNode, opened: Opened, phone: BrowserContext) -> None:
    page = opened()
    other = phone.new_page()
    other.goto(f"{node.url}/me/forms/morning")
    phone.set_offline(True)
    tap(page, "mood-4")
    page.evaluate(
        "() => { const f = document.querySelector('form[data-form]'); f.requestSubmit(); f.requestSubmit(); }"
    )
    waiting(page, 1)

    phone.set_offline(False)
    waiting(page, 0)
    other.evaluate("Promise.all([ownAnswers.send(), ownAnswers.send()])")

    assert len(node.kept()) == 1


def test_what_lies_on_the_phone_is_sealed_and_its_key_cannot_be_read(opened: Opened, phone: BrowserContext) -> None:
    page = opened()
    phone.set_offline(True)
    page.get_by_text("Add a note").click()
    page.fill("#note", "canary in the note")
    tap(page, "mood-4")
    send(page)
    waiting(page, 1)

    found = page.evaluate(
        """async () => {
            const base = await new Promise((done) => {
                const asked = indexedDB.open("homefield-own", 1);
                asked.onsuccess = () => done(asked.result);
            });
            const all = (store) => new Promise((done) => {
                const asked = base.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => done(asked.result);
            });
            const [[key], [row]] = [await all("key"), await all("waiting")];
            const name = (promise) => promise.then(() => "done", (error) => error.name);
            const moved = new TextEncoder().encode(
                JSON.stringify(["homefield-own-answer", "ath-00000000000000bb", row.id]));
            const how = { name: "AES-GCM", iv: row.iv, additionalData: moved };
            return {
                extractable: key.extractable,
                exported: await name(crypto.subtle.exportKey("raw", key)),
                moved: await name(crypto.subtle.decrypt(how, key, row.sealed)),
                plain: /canary|mood/.test(new TextDecoder("latin1").decode(row.sealed) + JSON.stringify(row)),
                fields: Object.keys(row).sort(),
            };
        }"""
    )

    assert found == {
        "extractable": False,
        "exported": "InvalidAccessError",
        "moved": "OperationError",
        "plain": False,
        "fields": ["athlete", "id", "iv", "sealed", "since"],
    }


def test_after_seven_days_it_is_deleted_and_said(node: OwnNode, opened: Opened, phone: BrowserContext) -> None:
    page = opened()
    phone.set_offline(True)
    tap(page, "mood-4")
    send(page)
    waiting(page, 1)
    page.evaluate(
        """() => new Promise((done) => {
            const asked = indexedDB.open("homefield-own", 1);
            asked.onsuccess = () => {
                const rows = asked.result.transaction("waiting", "readwrite").objectStore("waiting");
                rows.openCursor().onsuccess = (event) => {
                    const cursor = event.target.result;
                    cursor.update({ ...cursor.value, since: Date.now() - 8 * 86400000 }).onsuccess = () => {
                        asked.result.close();
                        done();
                    };
                };
            };
        })"""
    )

    phone.set_offline(False)
    page.wait_for_selector("#kept[data-waiting='0']", state="attached")

    expect(page.locator("#kept")).to_contain_text("deleted without being sent")
    assert node.kept() == []


def test_signed_out_it_waits_and_another_athlete_does_not_send_it(
    node: OwnNode, opened: Opened, phone: BrowserContext
) -> None:
    page = opened()
    phone.set_offline(True)
    tap(page, "mood-4")
    send(page)
    waiting(page, 1)
    cookies = phone.cookies()
    phone.clear_cookies()
    phone.set_offline(False)
    expect(page.locator("#kept")).to_contain_text("once you sign in")
    assert cookies

    other = opened(athlete=BEA)
    waiting(other, 0)
    assert page.evaluate("ownAnswers.send().then((found) => found.why)") == "sign", "Bea's session, Ada's answer"
    assert node.kept() == node.kept(BEA) == []

    again = opened(athlete=ADA)
    waiting(again, 0)
    assert node.counting() == {"mood": 4.0}
    assert node.kept(BEA) == []


def test_signing_out_deletes_the_kept_pages(node: OwnNode, opened: Opened) -> None:
    page = opened()
    assert page.evaluate("caches.keys()") == ["homefield-own-1"]

    follow(page.get_by_role("button", name="Sign out"))
    page.goto(f"{node.url}/me")

    assert page.url.endswith("/me/sign-in")
    assert page.evaluate("caches.keys()") == []


def test_on_plain_http_the_form_steps_aside(node: OwnNode, opened: Opened, chromium: Browser) -> None:
    """Where the browser lacks what the queue needs, the form is sent as a document."""
    context = new_context(chromium, viewport={"width": 390, "height": 844})
    context.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', { value: false });")
    page = context.new_page()
    node.sign_in(page)
    page.goto(f"{node.url}/me/forms/morning")
    page.wait_for_selector("html[data-ready=document]")
    tap(page, "mood-4")
    follow(page.get_by_role("button", name="Send"))

    assert page.url.endswith("/me/forms/morning/sent")
    assert node.counting() == {"mood": 4.0}
    context.close()


def test_the_policy_lets_nothing_inline_run(opened: Opened) -> None:
    page = opened()
    found = complaints(page)

    page.evaluate(
        "() => document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))"
    )

    assert page.evaluate("window.ran") is None
    assert any(re.search("Content Security Policy", said) for said in found)
