"""What signing in says, on every surface: one text for every wrong code, and that a sign-in is over, never whose."""

from tests.privacy.surfaces import STRANGER, Surface

FORM = "Four groups of four signs, such as k7fm-2xqa-9hbn-wd4t"


def test_a_wrong_code_is_perhaps_mistyped_and_its_form_stays_on_the_page(one: Surface) -> None:
    used = one.new_code()
    assert one.sign_in(one.browser(), used).status_code == 303
    browser = one.browser(STRANGER)
    asked = browser.get("/sign-in").text

    pages = [one.sign_in(browser, code).text for code in ("abc", "zzzz-zzzz-zzzz-zzzz", used)]

    assert "Perhaps it was mistyped" not in asked
    for page in pages:
        assert page.index("Perhaps it was mistyped") < page.index("for a new one")
    assert all(FORM in page for page in [asked, *pages])


def test_a_sign_in_that_was_ended_is_said_to_be_over_and_a_made_up_one_alike(one: Surface) -> None:
    was, never, nobody = one.signed_in(), one.browser(STRANGER), one.browser(STRANGER)
    one.end_sessions()
    never.cookies.set(one.cookie, "a" * 43)

    ended, made_up, first = (browser.get("/sign-in").text for browser in (was, never, nobody))

    assert "This sign-in has ended" in ended
    assert ended == made_up
    assert "has ended" not in first


def test_a_sign_in_that_is_open_is_not_said_to_be_over(one: Surface) -> None:
    browser = one.signed_in()

    assert "has ended" not in browser.get("/sign-in").text
