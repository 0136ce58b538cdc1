"""Forms that are not our own, sent to every address that takes one with a real session: none may change anything."""

import pytest

from chassis.sign_in.own_forms import LARGEST_FORM
from tests.privacy.programs import Programs
from tests.privacy.surfaces import STRANGER, Surface, posts_of, surface, token_of

FORM = "application/x-www-form-urlencoded"
FOREIGN: dict[str, dict[str, str]] = {
    "nothing that says where from": {},
    "a referrer alone": {"Referer": "OWN/"},
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:9999"},
    "another scheme": {"Origin": "https://127.0.0.1:8300"},
    "an origin that is hidden": {"Origin": "null"},
    "an empty origin": {"Origin": ""},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "cross-site with our origin": {"Sec-Fetch-Site": "cross-site", "Origin": "OWN"},
    "same-site": {"Sec-Fetch-Site": "same-site", "Origin": "OWN"},
    "typed": {"Sec-Fetch-Site": "none"},
    "same-origin with another": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    "our origin as a part": {"Origin": "OWN.evil.example"},
}


def headers_of(one: Surface, kind: str) -> dict[str, str]:
    return {name: value.replace("OWN", one.origin) for name, value in FOREIGN[kind].items()}


@pytest.mark.parametrize("kind", FOREIGN)
def test_no_form_from_elsewhere_changes_anything_at_any_address(one: Surface, kind: str) -> None:
    browser = one.signed_in()
    token, held = token_of(one, browser), one.held(browser)
    foreign = one.browser(**{"X-Nothing": "", **headers_of(one, kind)})
    foreign.cookies.set(one.cookie, held)

    answers = {path: foreign.post(path, data={"csrf": token, "code": one.new_code()}) for path in posts_of(one)}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert not any("set-cookie" in answer.headers for answer in answers.values())
    if one.name != "club":  # a new code at the club signs its person out
        assert one.is_open(browser)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", "csrf=x"),
        ("application/json", "{}"),
        ("multipart/form-data; boundary=x", "--x--"),
        (FORM, "csrf=x&" + "a" * LARGEST_FORM),
        ("", "csrf=x"),
    ],
)
def test_whatever_is_no_small_plain_form_is_refused(one: Surface, kind: str, body: str) -> None:
    browser = one.signed_in()

    for path in posts_of(one):
        answer = browser.post(path, content=body, headers={"Content-Type": kind} if kind else {})
        assert answer.status_code == 403, path

    assert one.is_open(browser)


def test_a_form_without_a_length_is_refused(one: Surface) -> None:
    browser = one.signed_in()

    answer = browser.post("/sign-out", content=iter([b"csrf=x"]), headers={"Content-Type": FORM})

    assert answer.status_code == 403
    assert one.is_open(browser)


@pytest.mark.parametrize("token", ["", "0" * 64, "of another session", "%ED%A0%80", "%00"])
def test_a_form_without_the_sessions_token_changes_nothing(one: Surface, token: str) -> None:
    other = one.signed_in(STRANGER)
    sent = token_of(one, other) if token == "of another session" else token
    browser = one.signed_in() if one.name != "club" else other
    if browser is other and token == "of another session":
        sent = sent[::-1]

    answer = browser.post("/sign-out", content=f"csrf={sent}", headers={"Content-Type": FORM})

    assert answer.status_code in (403, 422)
    assert one.is_open(browser)


@pytest.mark.parametrize("code", ["", "%00", "%ED%A0%80", "%F0%9F%94%91", "a" * 61, "%27%3B--", "code&code=x"])
def test_a_code_that_is_none_is_a_plain_refusal(one: Surface, code: str) -> None:
    answer = one.browser().post("/sign-in", content=f"code={code}&pin=482913", headers={"Content-Type": FORM})

    assert answer.status_code in (403, 422)
    assert "set-cookie" not in answer.headers


def test_the_auditors_pages_take_no_form_and_give_no_cookie(programs: Programs) -> None:
    auditor = surface("auditor", programs)

    assert posts_of(auditor) == []
    for path in ("/", "/sign-in", "/check", "/report"):
        answer = auditor.browser().post(path, data={"code": "x"})
        assert answer.status_code in (404, 405)
        assert "set-cookie" not in answer.headers
    assert "set-cookie" not in auditor.browser().get("/check").headers
